package io.refrain.text;

import java.util.List;

/**
 * The notebook's words: the text is cleaned as in {@link NotebookText} and split on white space.
 * Line ends part words and leave no other trace.
 */
public final class WordTokenizer implements VocabularyTokenizer {
  private final Vocabulary vocabulary;
  private final WordTable table;

  /**
   * A tokenizer over a vocabulary that exists already.
   *
   * @param vocabulary the tokens and their ids
   * @throws IllegalArgumentException if a token that is not special holds anything but a to z
   */
  public WordTokenizer(Vocabulary vocabulary) {
    for (String token : vocabulary.ordinaryTokens()) {
      if (!NotebookText.isCleanWord(token)) {
        throw new IllegalArgumentException(
            "token %d: expected a word of the letters a to z, got \"%s\""
                .formatted(vocabulary.id(token), token));
      }
    }
    this.vocabulary = vocabulary;
    this.table = new WordTable(vocabulary, NotebookText::forEachWord);
  }

  /**
   * Counts the words of the cleaned text and knows those that the options keep.
   *
   * @param text the text
   * @param options what the vocabulary keeps
   * @return a tokenizer that knows the tokens of the text
   * @throws IllegalArgumentException if cleaning leaves nothing
   */
  public static WordTokenizer train(String text, Vocabulary.Options options) {
    return new WordTokenizer(TokenCounter.vocabulary(TokenizerKind.WORD, text, options));
  }

  /**
   * {@link #train(String, Vocabulary.Options)} with the kind's default options.
   *
   * @param text the text
   * @return a tokenizer that knows the tokens of the text
   */
  public static WordTokenizer train(String text) {
    return train(text, TokenizerKind.WORD.defaultOptions());
  }

  @Override
  public String kind() {
    return TokenizerKind.WORD.label();
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
    return table.encode(text);
  }

  @Override
  public Encoding encodeWithOffsets(String text) {
    return table.encodeWithOffsets(text);
  }

  @Override
  public int lastCut(String text) {
    return NotebookText.lastCutBetweenWords(text);
  }

  @Override
  public List<String> unknown(String text) {
    return table.unknown(text);
  }

  @Override
  public String separator() {
    return " ";
  }
}
