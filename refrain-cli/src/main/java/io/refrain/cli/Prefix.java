package io.refrain.cli;

import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerKind;
import io.refrain.text.VocabularyTokenizer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** How a text begins, as tokens. */
final class Prefix {
  /** What messages call it. */
  static final String NAME = "the prefix";

  private static final String SPACE = " ";

  private Prefix() {}

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
              .formatted(name, PlainText.visible(text), tokenizer.kind()));
    }
    return tokens;
  }

  /** Demands that a model knows every token of a text. */
  static void requireKnown(Tokenizer tokenizer, String text, String name) {
    List<String> unknown = tokenizer.unknown(text);
    if (unknown.equals(List.of(SPACE))
        && text.endsWith(SPACE)
        && writesSpacesWithWords(tokenizer)) {
      throw new IllegalArgumentException(
          name
              + " ends in a space, which this model only knows together with the word after it:"
              + " leave it out");
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "%s has %s that this model has never seen: %s; leave them out"
              .formatted(
                  name,
                  plural(tokenizer),
                  unknown.stream().map(TokenPicture::quoted).collect(Collectors.joining(", "))));
    }
  }

  /** What tokens are to people. */
  private static String plural(Tokenizer tokenizer) {
    boolean characters =
        tokenizer.kind().equals(TokenizerKind.VERBATIM.label())
            || tokenizer.kind().equals(TokenizerKind.CHARACTER.label());
    return characters
        ? "characters"
        : tokenizer instanceof VocabularyTokenizer ? "words" : "tokens";
  }

  /**
   * What to say of a text whose last space would better be left out: it is a token of its own,
   * after which the model has seen no word.
   *
   * @param tokens the text
   * @param name what messages call it
   */
  static Optional<String> hint(Tokenizer tokenizer, int[] tokens, String name) {
    boolean endsInSpace =
        tokens.length > 0 && tokenizer.piece(tokens[tokens.length - 1]).equals(SPACE);
    return endsInSpace && writesSpacesWithWords(tokenizer)
        ? Optional.of(
            "warning: "
                + name
                + " ends in a space, which this model writes together with the word after it: leave"
                + " it out")
        : Optional.empty();
  }

  /** Whether the space before a word is a part of the word's token. */
  private static boolean writesSpacesWithWords(Tokenizer tokenizer) {
    return IntStream.range(0, tokenizer.size())
        .mapToObj(tokenizer::piece)
        .anyMatch(piece ->
            piece.startsWith(SPACE)
                && piece.length() > 1
                && Character.isLetterOrDigit(piece.codePointAt(1)));
  }

  /**
   * What stands for a text before one that has not begun: a line break where that is one token,
   * else the first token that is text. Of a vocabulary that is a common one; byte pairs do not
   * stand in the order of their counts, so of these a space.
   */
  static int[] ofNothing(Tokenizer tokenizer) {
    int[] lineBreak = tokenizer.unknown("\n").isEmpty() ? tokenizer.encode("\n") : new int[0];
    if (lineBreak.length == 1) {
      return lineBreak;
    }
    int[] space = tokenizer instanceof VocabularyTokenizer ? new int[0] : tokenizer.encode(SPACE);
    if (space.length == 1) {
      return space;
    }
    int[] specials = tokenizer.specialIds();
    int first = 0;
    while (first < specials.length && specials[first] == first) {
      first++;
    }
    return new int[] {first};
  }
}
