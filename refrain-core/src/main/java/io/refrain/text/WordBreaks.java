package io.refrain.text;

/**
 * Where words begin and end: the default rules of Unicode Standard Annex 29, section 4, numbered as
 * there. Properties of characters come from the JDK, so a newer JDK knows more letters.
 *
 * <p>Scripts without blanks between words (Chinese, Hiragana, Thai) are cut at every character,
 * with its marks: to do better takes a dictionary.
 */
final class WordBreaks {
  private WordBreaks() {}

  /** White space that may stand between words; it lies in the basic plane. */
  static boolean isWhiteSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  /**
   * The end of the segment that begins at start, which is itself such an end or the beginning.
   *
   * @param start below the length of the text
   */
  static int next(String text, int start) {
    int at = start;
    int codePoint = text.codePointAt(at);
    WordClass current = WordClass.of(codePoint);
    at += Character.charCount(codePoint);
    if (current.isLineEnd()) { // WB3, WB3a
      boolean pair = codePoint == '\r' && at < text.length() && text.charAt(at) == '\n';
      return pair ? at + 1 : at;
    }
    WordClass before = WordClass.OTHER; // what stands before current, marks left out
    int flags = current == WordClass.REGIONAL_INDICATOR ? 1 : 0; // regional indicators in a row
    boolean joined = current == WordClass.JOINER; // the character right before is a joiner
    boolean space = current == WordClass.SPACE; // the character right before is a space
    while (at < text.length()) {
      codePoint = text.codePointAt(at);
      WordClass following = WordClass.of(codePoint);
      int end = at + Character.charCount(codePoint);
      boolean emoji = joined && Character.isExtendedPictographic(codePoint); // WB3c
      boolean spaces = space && following == WordClass.SPACE; // WB3d
      joined = following == WordClass.JOINER;
      space = following == WordClass.SPACE;
      if (following.isMark()) { // WB4
        at = end;
        continue;
      }
      if (!emoji && !spaces && !holds(before, current, following, flags, text, end)) {
        return at;
      }
      flags = following == WordClass.REGIONAL_INDICATOR ? flags + 1 : 0;
      before = current;
      current = following;
      at = end;
    }
    return at;
  }

  /** WB5 to WB16: whether there is no break between current and following. */
  private static boolean holds(
      WordClass before, WordClass current, WordClass following, int flags, String text, int end) {
    if (current.isWord() && following.isWord()) { // WB5, WB8 to WB10, WB13 to WB13b
      return (current == WordClass.KATAKANA) == (following == WordClass.KATAKANA)
          || current == WordClass.CONNECTOR
          || following == WordClass.CONNECTOR;
    }
    if (current.isLetter()) { // WB6, WB7a, WB7b
      if (following.joinsLetters() && after(text, end).isLetter()) {
        return true;
      }
      return current == WordClass.HEBREW
          && (following == WordClass.SINGLE_QUOTE
              || (following == WordClass.DOUBLE_QUOTE && after(text, end) == WordClass.HEBREW));
    }
    if (current == WordClass.NUMERIC) { // WB12
      return following.joinsNumbers() && after(text, end) == WordClass.NUMERIC;
    }
    if (current == WordClass.REGIONAL_INDICATOR) { // WB15, WB16
      return following == WordClass.REGIONAL_INDICATOR && flags % 2 == 1;
    }
    return (before.isLetter() && current.joinsLetters() && following.isLetter()) // WB7
        || (before == WordClass.NUMERIC
            && current.joinsNumbers()
            && following == WordClass.NUMERIC) // WB11
        || (before == WordClass.HEBREW
            && current == WordClass.DOUBLE_QUOTE
            && following == WordClass.HEBREW); // WB7c
  }

  /** The class of the first character from a place on that is no mark. */
  private static WordClass after(String text, int at) {
    while (at < text.length()) {
      int codePoint = text.codePointAt(at);
      WordClass found = WordClass.of(codePoint);
      if (!found.isMark()) {
        return found;
      }
      at += Character.charCount(codePoint);
    }
    return WordClass.OTHER;
  }
}
