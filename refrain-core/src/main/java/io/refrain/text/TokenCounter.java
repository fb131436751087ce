package io.refrain.text;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts the tokens of a text that comes in pieces, for the vocabulary of a {@link TokenizerKind}.
 *
 * <p>Memory grows with the number of different tokens, not with the length of the text.
 */
public final class TokenCounter {
  private final TokenizerKind kind;
  private final CodePointCounts characters = new CodePointCounts();
  private final Map<String, long[]> words = new HashMap<>();

  /**
   * A counter that has seen no text.
   *
   * @param kind what cuts a text into tokens
   */
  public TokenCounter(TokenizerKind kind) {
    this.kind = kind;
  }

  static Vocabulary vocabulary(TokenizerKind kind, String text, Vocabulary.Options options) {
    TokenCounter counter = new TokenCounter(kind);
    counter.count(text);
    return counter.vocabulary(options);
  }

  /**
   * Counts the tokens of a piece, in addition to those before. Together they are those of the whole
   * text where it was cut at {@link TokenizerKind#lastCut}.
   *
   * @param piece the next piece of the text
   */
  public void count(String piece) {
    switch (kind) {
      case VERBATIM -> characters.add(piece);
      case CHARACTER -> characters.add(NotebookText.joinLines(piece));
      case WORD -> NotebookText.forEachWord(piece, this::add);
      case UNICODE_WORD -> UnicodeWordTokenizer.forEachWord(piece, this::add);
      case WHITESPACE -> WhitespaceTokenizer.forEachWord(piece, this::add);
    }
  }

  private void add(String word, int start, int end) {
    words.computeIfAbsent(word, first -> new long[1])[0]++;
  }

  /**
   * {@return a tokenizer that knows the tokens that were counted}
   *
   * @param options what the vocabulary keeps
   * @throws IllegalArgumentException if there were none, or the options keep none
   */
  public VocabularyTokenizer tokenizer(Vocabulary.Options options) {
    return kind.over(vocabulary(options));
  }

  private Vocabulary vocabulary(Vocabulary.Options options) {
    Map<String, Long> counts = characters.toMap();
    words.forEach((word, count) -> counts.put(word, count[0]));
    if (counts.isEmpty()) {
      throw new IllegalArgumentException(
          switch (kind) {
            case CHARACTER, WORD ->
                "text: expected letters A to Z, found none; the notebook's cleaning keeps nothing"
                    + " else, so use the verbatim tokenizer for this text";
            case VERBATIM, UNICODE_WORD ->
                "text for a %s tokenizer: expected at least one character, got none"
                    .formatted(kind.label());
            case WHITESPACE ->
                "text for a whitespace tokenizer: expected at least one word, got none";
          });
    }
    return Vocabulary.fromCounts(counts, options);
  }
}
