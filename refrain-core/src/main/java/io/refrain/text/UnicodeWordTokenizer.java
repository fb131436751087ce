package io.refrain.text;

/**
 * Words as Unicode cuts a text (UAX 29, see {@link WordBreaks}), with their case; a single space
 * before a word or a punctuation mark belongs to it, and is part of its token. Everything else
 * (punctuation, line ends, wider gaps) is a token, too, so that the pieces of a text, joined by
 * nothing, are the text.
 */
public final class UnicodeWordTokenizer extends WordwiseTokenizer {
  /**
   * A tokenizer over a vocabulary that exists already.
   *
   * @param vocabulary the tokens and their ids
   * @throws IllegalArgumentException if a token that is not special is more than one word with the
   *     space before it
   */
  public UnicodeWordTokenizer(Vocabulary vocabulary) {
    super(
        TokenizerKind.UNICODE_WORD,
        vocabulary,
        UnicodeWordTokenizer::forEachWord,
        token -> !token.isEmpty() && tokenEnd(token, 0) == token.length(),
        "one word, perhaps with a space before it");
  }

  /**
   * Counts the words of the text and knows those that the options keep.
   *
   * @param text the text
   * @param options what the vocabulary keeps
   * @return a tokenizer that knows the tokens of the text
   * @throws IllegalArgumentException if the text is empty
   */
  public static UnicodeWordTokenizer train(String text, Vocabulary.Options options) {
    return new UnicodeWordTokenizer(
        TokenCounter.vocabulary(TokenizerKind.UNICODE_WORD, text, options));
  }

  /**
   * {@link #train(String, Vocabulary.Options)} with the kind's default options.
   *
   * @param text the text
   * @return a tokenizer that knows the tokens of the text
   */
  public static UnicodeWordTokenizer train(String text) {
    return train(text, TokenizerKind.UNICODE_WORD.defaultOptions());
  }

  @Override
  public boolean isExact() {
    return true;
  }

  /** After a line feed, or before a space that follows a word. */
  static int lastCutOf(String text) {
    for (int cut = text.length(); cut > 0; cut--) {
      char before = text.charAt(cut - 1);
      boolean space = cut < text.length() && text.charAt(cut) == ' ';
      if (before == '\n' || (space && !WordBreaks.isWhiteSpace(before))) {
        return cut;
      }
    }
    return 0;
  }

  @Override
  public String separator() {
    return "";
  }

  static void forEachWord(String text, Sink sink) {
    for (int start = 0; start < text.length(); ) {
      int end = tokenEnd(text, start);
      sink.word(WellFormed.of(text.substring(start, end)), start, end);
      start = end;
    }
  }

  private static int tokenEnd(String text, int start) {
    int end = WordBreaks.next(text, start);
    boolean singleSpace = end == start + 1 && text.charAt(start) == ' ';
    return singleSpace && end < text.length() && !WordBreaks.isWhiteSpace(text.charAt(end))
        ? WordBreaks.next(text, end)
        : end;
  }
}
