package io.refrain.text;

/**
 * The notebook's words: the text is cleaned as in {@link NotebookText} and split on white space.
 * Line ends part words and leave no other trace.
 */
public final class WordTokenizer extends WordwiseTokenizer {
  /**
   * A tokenizer over a vocabulary that exists already.
   *
   * @param vocabulary the tokens and their ids
   * @throws IllegalArgumentException if a token that is not special holds anything but a to z
   */
  public WordTokenizer(Vocabulary vocabulary) {
    super(
        TokenizerKind.WORD,
        vocabulary,
        NotebookText::forEachWord,
        NotebookText::isCleanWord,
        "a word of the letters a to z");
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

  /** {@inheritDoc} It does not: case, punctuation and line ends are cleaned away. */
  @Override
  public boolean isExact() {
    return false;
  }

  @Override
  public String separator() {
    return " ";
  }
}
