package io.refrain.cli;

import io.refrain.text.CataloguedCorpus;
import io.refrain.text.Corpus;
import io.refrain.text.CorpusCatalogue;
import io.refrain.text.CorpusSource;
import io.refrain.text.Fetcher;
import io.refrain.train.RunConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds a corpus by what the user calls it: built in, catalogued, or a file or folder. */
final class Texts {
  private static final String BUILT_IN = "dickens";

  private Texts() {}

  /** Reads a corpus into memory. */
  static Corpus read(String name) throws IOException {
    return find(name).read();
  }

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
    return name.equals(BUILT_IN) || CorpusCatalogue.find(name).isPresent()
        ? name
        : Path.of(name).toAbsolutePath().normalize().toString();
  }

  /**
   * Reads a run's corpus again.
   *
   * @param remedy what to do where the file is gone, for the message
   * @throws IOException when it cannot be read, or is another text than the run was begun with
   */
  static Corpus readUnchanged(RunConfig config, Path run, String remedy) throws IOException {
    requireThere(config, run, remedy);
    Corpus corpus = read(config.corpus());
    requireUnchanged(config, run, sha1(corpus));
    return corpus;
  }

  /** Demands that a run's own text is still there. */
  static void requireThere(RunConfig config, Path run, String remedy) throws IOException {
    if (isGone(config)) {
      throw new IOException(
          "%s was trained on %s, which is not there any more: %s"
              .formatted(run, config.corpus(), remedy));
    }
  }

  /** Demands that a run's own text is still the same. */
  static void requireUnchanged(RunConfig config, Path run, String sha1) throws IOException {
    if (!sha1.equals(config.corpusSha1())) {
      throw new IOException(
          "the text %s has changed since %s was begun: put the old text back, or begin anew"
              .formatted(config.corpus(), run));
    }
  }

  /** Whether a run's own text was a file or folder that is not there any more. */
  static boolean isGone(RunConfig config) {
    String name = config.corpus();
    boolean known = name.equals(BUILT_IN) || CorpusCatalogue.find(name).isPresent();
    return !known && !Files.exists(Path.of(name));
  }

  static String sha1(Corpus corpus) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1").digest(corpus.text().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}
