package io.refrain.cli;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.PublishedTokenizers;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerFile;
import io.refrain.text.TokenizerKind;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Finds a tokenizer by what the user calls it: a file, a run, or the name of a published one. */
final class TokenizerFinder {
  private TokenizerFinder() {}

  /** Whether a word is a kind whose vocabulary is counted in a text. */
  static boolean isKind(String word) {
    return Arrays.stream(TokenizerKind.values()).anyMatch(kind -> kind.label().equals(word));
  }

  /** The kinds that can be made of a text. */
  static String kinds() {
    return Arrays.stream(TokenizerKind.values())
            .map(TokenizerKind::label)
            .collect(Collectors.joining(", "))
        + ", "
        + BpeTokenizer.KIND;
  }

  /**
   * The tokenizer of a file, of a run or of a name.
   *
   * @param word as the user typed it
   */
  static Tokenizer find(String word) throws IOException {
    requireThere(word, "");
    Path path = Path.of(word);
    if (Files.isDirectory(path)) {
      return new RunDirectory(path).tokenizer();
    }
    return Files.exists(path)
        ? TokenizerFile.read(path)
        : PublishedTokenizers.find(word).orElseThrow();
  }

  /**
   * Demands that there is such a tokenizer.
   *
   * @param option what messages begin with where a kind would do as well, perhaps nothing
   */
  static void requireThere(String word, String option) {
    if (Files.exists(Path.of(word)) || PublishedTokenizers.names().contains(word)) {
      return;
    }
    throw new IllegalArgumentException(
        "%sthere is no tokenizer \"%s\": give a tokenizer.json, the folder of a run, one of %s%s"
            .formatted(
                option,
                word,
                String.join(", ", PublishedTokenizers.names()),
                option.isEmpty() ? "" : ", or a kind to make of the text: " + kinds()));
  }
}
