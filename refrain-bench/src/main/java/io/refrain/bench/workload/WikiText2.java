package io.refrain.bench.workload;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The training part of WikiText-2 (Merity et al. 2016), where this machine has it. */
public final class WikiText2 {
  private static final String FILE = "wikitext-2/wiki.train.tokens";
  private static final String VARIABLE = "REFRAIN_DATA";

  private WikiText2() {}

  /**
   * Finds the file.
   *
   * @return the file in {@code $REFRAIN_DATA} or in {@code ../shared/data}; empty without one
   */
  public static Optional<Path> file() {
    return folders().stream().map(folder -> folder.resolve(FILE)).filter(Files::exists).findFirst();
  }

  private static List<Path> folders() {
    return Stream.concat(
            Stream.ofNullable(System.getenv(VARIABLE)).filter(name -> !name.isBlank()),
            Stream.of("../shared/data"))
        .map(Path::of)
        .toList();
  }

  /**
   * Says what is missing where the file is.
   *
   * @return one line
   */
  public static String remedy() {
    return "needs %s in $%s or in ../shared/data".formatted(FILE, VARIABLE);
  }

  /**
   * Reads the file.
   *
   * @return its text
   * @throws IllegalStateException if this machine does not have it
   */
  public static String text() {
    try {
      return Files.readString(file().orElseThrow(() -> new IllegalStateException(remedy())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
