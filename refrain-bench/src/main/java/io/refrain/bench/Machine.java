package io.refrain.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a result depends on most.
 *
 * @param processor its name, or the architecture where no file tells the name
 * @param processors how many the process may use
 * @param hasAvx512 whether it is known to have 512-bit vectors of floats
 */
record Machine(String processor, int processors, boolean hasAvx512) {
  private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

  /** This machine. */
  static Machine current() {
    int processors = Runtime.getRuntime().availableProcessors();
    try {
      return read(Files.readAllLines(DESCRIPTION, StandardCharsets.ISO_8859_1), processors);
    } catch (IOException onlyLinuxHasIt) {
      return read(List.of(), processors);
    }
  }

  /** Reads Linux's description of the first processor. */
  static Machine read(List<String> description, int processors) {
    String name = System.getProperty("os.arch");
    boolean avx512 = false;
    for (String line : description) {
      String value = line.substring(line.indexOf(':') + 1).strip();
      if (line.startsWith("model name")) {
        name = value;
      } else if (line.startsWith("flags")) {
        avx512 = List.of(value.split(" ", -1)).contains("avx512f");
      }
    }
    return new Machine(name, processors, avx512);
  }
}
