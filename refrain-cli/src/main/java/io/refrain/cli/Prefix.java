package io.refrain.cli;

import io.refrain.text.Tokenizer;
import java.util.List;

/** How a text begins, as tokens. */
final class Prefix {
  private Prefix() {}

  /** The tokens of a prefix; what the model does not know is named. */
  static int[] of(Tokenizer tokenizer, String prefix) {
    requireKnown(tokenizer, prefix, "the prefix");
    int[] tokens = tokenizer.encodePrefix(prefix);
    if (tokens.length == 0) {
      throw new IllegalArgumentException(
          "nothing is left of the prefix \"%s\" for a model of %s tokens; give some letters"
              .formatted(prefix, tokenizer.kind().label()));
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

  /** A line break where the model knows one, else its most common token. */
  static int[] ofNothing(Tokenizer tokenizer) {
    return tokenizer.vocabulary().contains("\n")
        ? new int[] {tokenizer.vocabulary().id("\n")}
        : new int[] {tokenizer.vocabulary().specials().size()};
  }
}
