package io.refrain.text;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The kinds of tokenizer whose vocabulary is counted in a text, under the names that files and the
 * command line give them.
 */
public enum TokenizerKind {
  /** Every code point as it stands; see {@link VerbatimTokenizer}. */
  VERBATIM("verbatim"),
  /** The notebook's characters: a to z and the space; see {@link CharacterTokenizer}. */
  CHARACTER("char"),
  /** The notebook's words; see {@link WordTokenizer}. */
  WORD("word"),
  /**
   * Words as Unicode cuts them, with case, punctuation and blanks; see {@link
   * UnicodeWordTokenizer}.
   */
  UNICODE_WORD("unicode-word"),
  /** What stands between white space, and line ends; see {@link WhitespaceTokenizer}. */
  WHITESPACE("whitespace");

  private final String label;

  TokenizerKind(String label) {
    this.label = label;
  }

  /** {@return the name in files and on the command line} */
  public String label() {
    return label;
  }

  /**
   * {@return the kind with this label}
   *
   * @param label the name of a kind
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  public static TokenizerKind of(String label) {
    for (TokenizerKind kind : values()) {
      if (kind.label.equals(label)) {
        return kind;
      }
    }
    String labels =
        Arrays.stream(values()).map(TokenizerKind::label).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(
        "kind of tokenizer: expected one of %s, got %s".formatted(labels, label));
  }

  /**
   * {@return what {@link #train} is usually given: every token, after the kind's own special
   * tokens}
   */
  public Vocabulary.Options defaultOptions() {
    return switch (this) {
      case VERBATIM, CHARACTER, UNICODE_WORD, WHITESPACE ->
          Vocabulary.Options.of(Vocabulary.UNKNOWN);
      case WORD -> Vocabulary.Options.of(Vocabulary.UNKNOWN, Vocabulary.PADDING);
    };
  }

  /**
   * A tokenizer of this kind whose vocabulary is counted in the text.
   *
   * @param text the text
   * @param options what the vocabulary keeps
   * @return a tokenizer that knows the tokens of the text
   * @throws IllegalArgumentException if the text holds no token of this kind
   */
  public VocabularyTokenizer train(String text, Vocabulary.Options options) {
    return over(TokenCounter.vocabulary(this, text, options));
  }

  /**
   * {@return the last place where a text of this kind may be cut, as {@link Tokenizer#lastCut}}
   * Whatever the vocabulary, it is the same.
   *
   * @param text the beginning of a text
   */
  public int lastCut(String text) {
    return switch (this) {
      case VERBATIM -> VerbatimTokenizer.lastCutOf(text);
      case CHARACTER -> NotebookText.lastCutBetweenCharacters(text);
      case WORD -> NotebookText.lastCutBetweenWords(text);
      case UNICODE_WORD -> UnicodeWordTokenizer.lastCutOf(text);
      case WHITESPACE -> WhitespaceTokenizer.lastCutOf(text);
    };
  }

  /**
   * {@return a tokenizer of this kind over a vocabulary that exists already}
   *
   * @param vocabulary the tokens and their ids
   * @throws IllegalArgumentException if the vocabulary holds a token that this kind never produces
   */
  public VocabularyTokenizer over(Vocabulary vocabulary) {
    return switch (this) {
      case VERBATIM -> new VerbatimTokenizer(vocabulary);
      case CHARACTER -> new CharacterTokenizer(vocabulary);
      case WORD -> new WordTokenizer(vocabulary);
      case UNICODE_WORD -> new UnicodeWordTokenizer(vocabulary);
      case WHITESPACE -> new WhitespaceTokenizer(vocabulary);
    };
  }
}
