package io.refrain.text.bpe;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * What the patterns of tokenizers ask of a character, read from UTF-8. The categories are the
 * JDK's, so a newer JDK knows more letters.
 *
 * <p>A character is told as one number: flags, shifted by {@link #SHIFT}, and its length in bytes.
 * A byte that is not part of UTF-8 is a character of length 1 without a flag.
 */
final class CharacterClass {
  static final int SHIFT = 3;
  static final int LENGTH = (1 << SHIFT) - 1;

  /** {@code \p{L}}. */
  static final int LETTER = 1 << SHIFT;

  /** {@code \p{N}}. */
  static final int NUMBER = 2 << SHIFT;

  /** {@code \s}: Unicode's property White_Space. */
  static final int SPACE = 4 << SHIFT;

  /** CR or LF, which are spaces, too. */
  static final int NEWLINE = 8 << SHIFT;

  /** {@code [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]}. */
  static final int UPPER = 16 << SHIFT;

  /** {@code [\p{Ll}\p{Lm}\p{Lo}\p{M}]}. */
  static final int LOWER = 32 << SHIFT;

  private static final int INVALID = 1;
  private static final int PAGE_BITS = 8;
  private static final int[] ASCII = new int[128];

  /** Flags of 256 characters each, made when first asked for; every thread makes the same. */
  private static final AtomicReferenceArray<short[]> PAGES =
      new AtomicReferenceArray<>((Character.MAX_CODE_POINT + 1) >> PAGE_BITS);

  static {
    for (int c = 0; c < ASCII.length; c++) {
      ASCII[c] = compute(c) | 1;
    }
  }

  private CharacterClass() {}

  /** The character that begins at a byte. */
  static int at(byte[] bytes, int at, int to) {
    byte first = bytes[at];
    return first >= 0 ? ASCII[first] : beyondAscii(bytes, at, to);
  }

  private static int beyondAscii(byte[] bytes, int at, int to) {
    int first = bytes[at] & 0xFF;
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || to - at < length) {
      return INVALID;
    }
    int codePoint = first & (0xFF >> (length + 1));
    for (int i = 1; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return INVALID;
      }
      codePoint = codePoint << 6 | (bytes[at + i] & 0x3F);
    }
    boolean overlong = codePoint < (length == 3 ? 0x800 : length == 4 ? 0x10000 : 0x80);
    if (overlong
        || codePoint > Character.MAX_CODE_POINT
        || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE)) {
      return INVALID;
    }
    return flags(codePoint) | length;
  }

  private static int flags(int codePoint) {
    short[] page = PAGES.getAcquire(codePoint >> PAGE_BITS);
    if (page == null) {
      page = new short[1 << PAGE_BITS];
      for (int i = 0; i < page.length; i++) {
        page[i] = (short) compute((codePoint & -page.length) + i);
      }
      PAGES.setRelease(codePoint >> PAGE_BITS, page);
    }
    return page[codePoint & (page.length - 1)];
  }

  private static int compute(int codePoint) {
    if (isSpace(codePoint)) {
      return codePoint == '\n' || codePoint == '\r' ? SPACE | NEWLINE : SPACE;
    }
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER, Character.TITLECASE_LETTER -> LETTER | UPPER;
      case Character.LOWERCASE_LETTER -> LETTER | LOWER;
      case Character.MODIFIER_LETTER, Character.OTHER_LETTER -> LETTER | UPPER | LOWER;
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.COMBINING_SPACING_MARK ->
          UPPER | LOWER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      default -> 0;
    };
  }

  private static boolean isSpace(int codePoint) {
    return (codePoint >= '\t' && codePoint <= '\r')
        || codePoint == 0x85
        || Character.isSpaceChar(codePoint);
  }

  /** The end of the longest run of characters that have one of the flags. */
  static int skip(byte[] bytes, int at, int to, int flags) {
    while (at < to) {
      int c = at(bytes, at, to);
      if ((c & flags) == 0) {
        break;
      }
      at += c & LENGTH;
    }
    return at;
  }

  /** The end of the longest run of characters that have none of the flags. */
  static int skipOthers(byte[] bytes, int at, int to, int flags) {
    while (at < to) {
      int c = at(bytes, at, to);
      if ((c & flags) != 0) {
        break;
      }
      at += c & LENGTH;
    }
    return at;
  }
}
