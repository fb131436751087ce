package io.refrain.cli;

import io.refrain.text.Tokenizer;
import java.util.List;

/** How a text begins, as tokens. */
final class Prefix {
  private Prefix() {}

  /** The tokens of a prefix; what the model does not know is named. */
  static int[] of(Tokenizer tokenizer, String prefix) {
    return of(tokenizer, prefix, "the prefix");
  }

  /**
   * The tokens of a text to go on from; what the model does not know is named.
   *
   * @param name what messages call it
   */
  static int[] of(Tokenizer tokenizer, String text, String name) {
    requireKnown(tokenizer, text, name);
    int[] tokens = tokenizer.encodePrefix(text);
    if (tokens.length == 0) {
      throw new IllegalArgumentException(
          "nothing is left of %s \"%s\" for a model of %s tokens; give some letters"
              .formatted(name, text, tokenizer.kind()));
    }
    return tokens;
  }

  /** Demands that a model knows every token of a text. */
  static void requireKnown(Tokenizer tokenizer, String text, String name) {
    List<String> unknown = tokenizer.unknown(text);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has %s that this model has never seen: %s; leave them out"
              .formatted(
                  name,
                  tokenizer.separator().isEmpty() ? "characters" : "words",
                  String.join(" ", unknown)));
    }
  }

  /** A line break where the model knows one, else its first token that is text: a common one. */
  static int[] ofNothing(Tokenizer tokenizer) {
    int[] lineBreak = tokenizer.unknown("\n").isEmpty() ? tokenizer.encode("\n") : new int[0];
    if (lineBreak.length == 1) {
      return lineBreak;
    }
    int[] specials = tokenizer.specialIds();
    int first = 0;
    while (first < specials.length && specials[first] == first) {
      first++;
    }
    return new int[] {first};
  }
}
