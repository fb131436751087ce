package io.refrain.text;

import java.util.List;

/**
 * The notebook's characters: the text is cleaned as in {@link NotebookText}, so that a to z and the
 * space are left, and its lines are joined without separator (d2l's {@code
 * load_corpus_time_machine}).
 */
public final class CharacterTokenizer implements VocabularyTokenizer {
  private final Vocabulary vocabulary;
  private final CodePointTable table;

  /**
   * A tokenizer over a vocabulary that exists already.
   *
   * @param vocabulary the tokens and their ids
   * @throws IllegalArgumentException if a token that is not special is neither a to z nor the space
   */
  public CharacterTokenizer(Vocabulary vocabulary) {
    for (String token : vocabulary.ordinaryTokens()) {
      if (!token.equals(" ") && !(token.length() == 1 && NotebookText.isCleanWord(token))) {
        throw new IllegalArgumentException(
            "token %d: expected a letter a to z or the space, got \"%s\""
                .formatted(vocabulary.id(token), token));
      }
    }
    this.vocabulary = vocabulary;
    this.table = new CodePointTable(vocabulary);
  }

  /**
   * Counts the characters of the cleaned text and knows those that the options keep.
   *
   * @param text the text
   * @param options what the vocabulary keeps
   * @return a tokenizer that knows the tokens of the text
   * @throws IllegalArgumentException if cleaning leaves nothing
   */
  public static CharacterTokenizer train(String text, Vocabulary.Options options) {
    return new CharacterTokenizer(TokenCounter.vocabulary(TokenizerKind.CHARACTER, text, options));
  }

  /**
   * {@link #train(String, Vocabulary.Options)} with the kind's default options.
   *
   * @param text the text
   * @return a tokenizer that knows the tokens of the text
   */
  public static CharacterTokenizer train(String text) {
    return train(text, TokenizerKind.CHARACTER.defaultOptions());
  }

  @Override
  public String kind() {
    return TokenizerKind.CHARACTER.label();
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  /** {@inheritDoc} It does not: case, punctuation and line ends are cleaned away. */
  @Override
  public boolean isExact() {
    return false;
  }

  @Override
  public int[] encode(String text) {
    return table.encode(NotebookText.joinLines(text));
  }

  /**
   * {@inheritDoc}
   *
   * <p>A run of non-letters is one space, and stands for the first of them alone.
   */
  @Override
  public Encoding encodeWithOffsets(String text) {
    EncodingBuilder encoding = new EncodingBuilder(text.length());
    NotebookText.forEachCharacter(text, (c, at) -> encoding.add(table.id(c), at, at + 1));
    return encoding.build();
  }

  @Override
  public int lastCut(String text) {
    return NotebookText.lastCutBetweenCharacters(text);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Each run of non-letters becomes one space, at both ends and across lines too.
   */
  @Override
  public int[] encodePrefix(String prefix) {
    return table.encode(NotebookText.collapse(prefix));
  }

  @Override
  public List<String> unknown(String text) {
    return table.unknown(NotebookText.collapse(text));
  }

  @Override
  public String separator() {
    return "";
  }
}
