package io.refrain.cli;

import io.refrain.text.CataloguedCorpus;
import io.refrain.text.CorpusCatalogue;
import io.refrain.text.CorpusSource;
import io.refrain.text.Fetcher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds a corpus by what the user calls it: built in, catalogued, or a file or folder. */
final class Texts {
  private static final String BUILT_IN = "dickens";

  private Texts() {}

  /** Finds a corpus, of any length. */
  static CorpusSource find(String name) throws IOException {
    if (name.equals(BUILT_IN)) {
      try (InputStream in = Texts.class.getResourceAsStream("dickens.txt")) {
        if (in == null) {
          throw new IOException("the built-in corpus is missing from this build; build it again");
        }
        return CorpusSource.of(BUILT_IN, in.readAllBytes());
      }
    }
    if (CorpusCatalogue.find(name).isPresent()) {
      Fetcher overHttp = Fetcher.overHttp();
      Fetcher talking =
          address -> {
            System.err.println("Downloading " + address);
            return overHttp.open(address);
          };
      return new CorpusCatalogue(System.getenv(), Path.of(""), talking).source(name);
    }
    Path path = Path.of(name);
    if (path.getNameCount() == 1 && !Files.exists(path)) {
      throw new IllegalArgumentException(
          "%s is neither a file nor a folder here, nor one of the known corpora %s"
              .formatted(name, names()));
    }
    return CorpusSource.at(path);
  }

  private static String names() {
    return Stream.concat(
            Stream.of(BUILT_IN), CorpusCatalogue.entries().stream().map(CataloguedCorpus::name))
        .collect(Collectors.joining(", "));
  }

  /**
   * What a corpus is called in a run's configuration, which must mean the same from any folder.
   *
   * @param name as the user typed it
   */
  static String lasting(String name) {
    return isKnown(name) ? name : Path.of(name).toAbsolutePath().normalize().toString();
  }

  /** Whether it is a name, rather than a path. */
  static boolean isKnown(String name) {
    return name.equals(BUILT_IN) || CorpusCatalogue.find(name).isPresent();
  }
}
