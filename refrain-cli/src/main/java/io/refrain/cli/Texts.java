package io.refrain.cli;

import io.refrain.text.Corpus;
import io.refrain.text.CorpusCatalogue;
import io.refrain.text.Fetcher;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Finds a corpus by what the user calls it: built in, catalogued, or a file or folder. */
final class Texts {
  private static final String BUILT_IN = "dickens";

  private Texts() {}

  static Corpus read(String name) throws IOException {
    if (name.equals(BUILT_IN)) {
      try (InputStream in = Texts.class.getResourceAsStream("dickens.txt")) {
        if (in == null) {
          throw new IOException("the built-in corpus is missing from this build; build it again");
        }
        return Corpus.of(BUILT_IN, in.readAllBytes());
      }
    }
    if (CorpusCatalogue.find(name).isPresent()) {
      Fetcher overHttp = Fetcher.overHttp();
      Fetcher talking =
          address -> {
            System.err.println("Downloading " + address);
            return overHttp.open(address);
          };
      return new CorpusCatalogue(System.getenv(), Path.of(""), talking).read(name);
    }
    return Corpus.read(Path.of(name));
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
