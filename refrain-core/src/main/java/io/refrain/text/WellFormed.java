package io.refrain.text;

/**
 * Text without halves of surrogate pairs. One is no character and cannot be written as UTF-8, so
 * the replacement character U+FFFD takes its place. (Java's encoder would write a question mark,
 * which a text may hold as well.)
 */
final class WellFormed {
  private static final char REPLACEMENT = 0xFFFD;

  private WellFormed() {}

  /** The text itself, or a copy in which each half of a pair is replaced. */
  static String of(String text) {
    StringBuilder copy = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else {
        copy = copy == null ? new StringBuilder(text) : copy;
        copy.setCharAt(i, REPLACEMENT);
      }
    }
    return copy == null ? text : copy.toString();
  }
}
