package io.refrain.text.bpe;

/** {@link SplitPattern#O200K}. */
final class O200kScanner extends PatternScanner {
  private static final int DIGITS = 3;

  @Override
  int end(byte[] bytes, int at, int to) {
    int c = CharacterClass.at(bytes, at, to);
    if ((c & CharacterClass.NUMBER) != 0) {
      return endOfNumber(bytes, at, to, DIGITS);
    }
    if ((c & CharacterClass.NEWLINE) == 0) {
      int word = endOfWord(bytes, at, to, c);
      if (word >= 0) {
        int contraction = endOfContraction(bytes, word, to, true);
        return contraction >= 0 ? contraction : word;
      }
    }
    int others = endOfOthers(bytes, at, to, c);
    return others >= 0
        ? skipNewlinesAndSlashes(bytes, others, to)
        : endOfSpace(bytes, at, to, true);
  }

  /**
   * The end of the first two alternatives, without the contraction; -1 where neither matches. The
   * one character before the word goes with it, unless only without it (a mark, then) the first
   * alternative matches.
   */
  private static int endOfWord(byte[] bytes, int at, int to, int c) {
    if ((c & CharacterClass.LETTER) != 0) {
      int end = endWithLower(bytes, at, to);
      return end >= 0 ? end : CharacterClass.skip(bytes, at, to, CharacterClass.UPPER);
    }
    int next = at + (c & CharacterClass.LENGTH);
    int end = endWithLower(bytes, next, to);
    if (end < 0 && (c & CharacterClass.LOWER) != 0) {
      end = endWithLower(bytes, at, to);
    }
    if (end < 0) {
      int upper = CharacterClass.skip(bytes, next, to, CharacterClass.UPPER);
      end = upper > next ? upper : -1;
    }
    return end;
  }

  /**
   * The end of {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+}; -1 where it does
   * not match. The first class takes all it can; the second needs one character, and gets back the
   * last one that is of both where no small letter follows.
   */
  private static int endWithLower(byte[] bytes, int at, int to) {
    int end = at;
    int afterBoth = -1;
    while (end < to) {
      int c = CharacterClass.at(bytes, end, to);
      if ((c & CharacterClass.UPPER) == 0) {
        break;
      }
      end += c & CharacterClass.LENGTH;
      if ((c & CharacterClass.LOWER) != 0) {
        afterBoth = end;
      }
    }
    int lower = CharacterClass.skip(bytes, end, to, CharacterClass.LOWER);
    return lower > end ? lower : afterBoth;
  }

  private static int skipNewlinesAndSlashes(byte[] bytes, int at, int to) {
    while (at < to && (bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '/')) {
      at++;
    }
    return at;
  }
}
