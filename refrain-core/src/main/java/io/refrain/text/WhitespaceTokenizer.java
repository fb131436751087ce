package io.refrain.text;

/**
 * What stands between white space, as it is, with an {@link Vocabulary#END} for each line end: the
 * words of corpora that are cut already, such as WikiText-2 and Penn Treebank, whose files hold
 * their own {@code <unk>}. White space is that of Python's {@code str.split}.
 *
 * <p>Decoding puts one space between two words, and a line feed for an {@code <eos>}. It is exact
 * but for the width of the white space, and for a word {@code <eos>} of the text, which is the same
 * token as a line end.
 */
public final class WhitespaceTokenizer extends WordwiseTokenizer {
  private static final String LINE_END = "\n";
  private static final String SPACE = " ";

  /**
   * A tokenizer over a vocabulary that exists already.
   *
   * @param vocabulary the tokens and their ids
   * @throws IllegalArgumentException if a token that is not special is empty or holds white space
   */
  public WhitespaceTokenizer(Vocabulary vocabulary) {
    super(
        TokenizerKind.WHITESPACE,
        vocabulary,
        WhitespaceTokenizer::forEachWord,
        WhitespaceTokenizer::isWord,
        "a word without white space");
  }

  /**
   * Counts the words and line ends of the text and knows those that the options keep.
   *
   * @param text the text
   * @param options what the vocabulary keeps
   * @return a tokenizer that knows the tokens of the text
   * @throws IllegalArgumentException if the text is nothing but blanks
   */
  public static WhitespaceTokenizer train(String text, Vocabulary.Options options) {
    return new WhitespaceTokenizer(
        TokenCounter.vocabulary(TokenizerKind.WHITESPACE, text, options));
  }

  /**
   * {@link #train(String, Vocabulary.Options)} with the kind's default options.
   *
   * @param text the text
   * @return a tokenizer that knows the tokens of the text
   */
  public static WhitespaceTokenizer train(String text) {
    return train(text, TokenizerKind.WHITESPACE.defaultOptions());
  }

  private static boolean isWord(String token) {
    return !token.isEmpty() && token.chars().noneMatch(c -> WordBreaks.isWhiteSpace((char) c));
  }

  /** {@inheritDoc} It does not: it forgets how wide white space is. */
  @Override
  public boolean isExact() {
    return false;
  }

  static int lastCutOf(String text) {
    int cut = text.length();
    while (cut > 0 && !WordBreaks.isWhiteSpace(text.charAt(cut - 1))) {
      cut--;
    }
    return cut;
  }

  @Override
  public String separator() {
    return SPACE;
  }

  /** {@inheritDoc} An {@code <eos>} is a line feed. */
  @Override
  public String piece(int id) {
    String token = vocabulary().token(id);
    return token.equals(Vocabulary.END) ? LINE_END : token;
  }

  /** {@inheritDoc} There is no space beside a line feed. */
  @Override
  public TextDecoder decoder() {
    return decoder(false);
  }

  private TextDecoder decoder(boolean afterWord) {
    return new TextDecoder() {
      private boolean needsSpace = afterWord;

      @Override
      public String next(int id) {
        String piece = piece(id);
        boolean isLineEnd = piece.equals(LINE_END);
        String text = needsSpace && !isLineEnd ? SPACE + piece : piece;
        needsSpace = !isLineEnd;
        return text;
      }

      @Override
      public String end() {
        return "";
      }

      @Override
      public TextDecoder copy() {
        return decoder(needsSpace);
      }
    };
  }

  static void forEachWord(String text, Sink sink) {
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i < text.length() && !WordBreaks.isWhiteSpace(text.charAt(i))) {
        continue;
      }
      if (i > start) {
        sink.word(WellFormed.of(text.substring(start, i)), start, i);
      }
      if (i < text.length() && text.charAt(i) == '\n') {
        sink.word(Vocabulary.END, i, i + 1);
      }
      start = i + 1;
    }
  }
}
