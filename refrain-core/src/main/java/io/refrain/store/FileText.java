package io.refrain.store;

import java.util.Collection;
import java.util.stream.Collectors;

/** Text that stands in files: whether it can, and how it appears in a message of one line. */
final class FileText {
  private static final int LONGEST_QUOTE = 80;
  private static final int MOST_QUOTES = 8;

  private FileText() {}

  /** Returns whether the text has no half of a surrogate pair, which UTF-8 cannot express. */
  static boolean isWellFormed(String text) {
    return text.codePoints().noneMatch(FileText::isSurrogate);
  }

  /** Requires well-formed text of a caller. */
  static void requireWellFormed(String what, String text) {
    if (!isWellFormed(text)) {
      throw new IllegalArgumentException(
          "%s must be well-formed Unicode, but %s has half a surrogate pair in it"
              .formatted(what, quote(text)));
    }
  }

  /** Quotes text that may be of any length and have any characters, for use in a message. */
  static String quote(String text) {
    StringBuilder quote = new StringBuilder("\"");
    int length = text.codePointCount(0, text.length());
    text.codePoints().limit(LONGEST_QUOTE).forEach(codePoint -> appendVisibly(quote, codePoint));
    return quote.append(length > LONGEST_QUOTE ? "…\"" : "\"").toString();
  }

  /** Quotes some of several texts, for use in a message. */
  static String quoteSome(Collection<String> texts) {
    if (texts.isEmpty()) {
      return "none";
    }
    String some =
        texts.stream().limit(MOST_QUOTES).map(FileText::quote).collect(Collectors.joining(", "));
    int more = texts.size() - MOST_QUOTES;
    return more > 0 ? some + " and " + more + " more" : some;
  }

  private static void appendVisibly(StringBuilder quote, int codePoint) {
    switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE,
          Character.UNASSIGNED ->
          quote.append("\\u{%x}".formatted(codePoint));
      default -> quote.appendCodePoint(codePoint);
    }
  }

  private static boolean isSurrogate(int codePoint) {
    return Character.MIN_SURROGATE <= codePoint && codePoint <= Character.MAX_SURROGATE;
  }
}
