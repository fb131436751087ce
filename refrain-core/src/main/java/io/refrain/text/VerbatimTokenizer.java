package io.refrain.text;

import java.util.List;

/**
 * Every character as it stands: case, punctuation, line ends, all of Unicode.
 *
 * <p>A token is one code point, never half of a surrogate pair, so decoding gives back the text bit
 * for bit as long as the vocabulary knows its characters. An unpaired surrogate, which no text file
 * can hold, is read as the replacement character U+FFFD.
 */
public final class VerbatimTokenizer implements VocabularyTokenizer {
  private final Vocabulary vocabulary;
  private final CodePointTable table;

  /**
   * A tokenizer over a vocabulary that exists already.
   *
   * @param vocabulary the tokens and their ids
   * @throws IllegalArgumentException if a token that is not special is not exactly one code point
   */
  public VerbatimTokenizer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
    this.table = new CodePointTable(vocabulary);
  }

  /**
   * Counts the characters of the text and knows those that the options keep.
   *
   * @param text the text
   * @param options what the vocabulary keeps
   * @return a tokenizer that knows the tokens of the text
   * @throws IllegalArgumentException if the text is empty
   */
  public static VerbatimTokenizer train(String text, Vocabulary.Options options) {
    return new VerbatimTokenizer(TokenCounter.vocabulary(TokenizerKind.VERBATIM, text, options));
  }

  /**
   * {@link #train(String, Vocabulary.Options)} with the kind's default options.
   *
   * @param text the text
   * @return a tokenizer that knows the tokens of the text
   */
  public static VerbatimTokenizer train(String text) {
    return train(text, TokenizerKind.VERBATIM.defaultOptions());
  }

  @Override
  public String kind() {
    return TokenizerKind.VERBATIM.label();
  }

  @Override
  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public boolean isExact() {
    return true;
  }

  @Override
  public int[] encode(String text) {
    return table.encode(text);
  }

  @Override
  public Encoding encodeWithOffsets(String text) {
    EncodingBuilder encoding = new EncodingBuilder(text.length());
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      int end = i + Character.charCount(codePoint);
      encoding.add(table.id(codePoint), i, end);
      i = end;
    }
    return encoding.build();
  }

  @Override
  public int lastCut(String text) {
    return lastCutOf(text);
  }

  static int lastCutOf(String text) {
    int end = text.length();
    return end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end;
  }

  @Override
  public List<String> unknown(String text) {
    return table.unknown(text);
  }

  @Override
  public String separator() {
    return "";
  }
}
