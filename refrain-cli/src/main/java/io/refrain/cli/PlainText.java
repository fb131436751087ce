package io.refrain.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * A text from a model or a file on one line, with all that could move the cursor, colour the screen
 * or turn the direction of writing replaced by something visible.
 */
final class PlainText {
  private static final int LINE_FEED = 0x21B5;
  private static final int FIRST_CONTROL_PICTURE = 0x2400;
  private static final int REPLACEMENT = 0xFFFD;

  private final String text;

  private PlainText(String text) {
    this.text = text;
  }

  /** Makes any text harmless. Blanks at its ends are dropped, line feeds become arrows. */
  static PlainText of(String text) {
    return new PlainText(visible(text.strip()));
  }

  /** {@return the text with everything harmful replaced, and nothing dropped} */
  static String visible(String text) {
    StringBuilder plain = new StringBuilder();
    text.codePoints().map(PlainText::visible).forEach(plain::appendCodePoint);
    return plain.toString();
  }

  private static int visible(int codePoint) {
    if (codePoint == '\n') {
      return LINE_FEED;
    }
    if (codePoint == '\t' || codePoint == '\r') {
      return ' ';
    }
    if (codePoint < ' ') {
      return FIRST_CONTROL_PICTURE + codePoint;
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          REPLACEMENT;
      default -> codePoint;
    };
  }

  /** {@return whether there is nothing to show} */
  boolean isEmpty() {
    return text.isEmpty();
  }

  /** Returns the text on one line. */
  @Override
  public String toString() {
    return text;
  }

  /**
   * Breaks the text into lines, between words where it can.
   *
   * @param columns the width of a line in columns of a terminal, at least 2
   */
  List<String> wrapped(int columns) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    int width = 0;
    for (int codePoint : text.codePoints().toArray()) {
      int needed = columns(codePoint);
      if (width + needed > columns) {
        String rest = breakLine(line.append(codePoint == ' ' ? " " : ""), lines);
        line = new StringBuilder(rest);
        width = rest.codePoints().map(PlainText::columns).sum();
        if (codePoint == ' ') {
          continue;
        }
      }
      line.appendCodePoint(codePoint);
      width += needed;
    }
    if (!line.isEmpty()) {
      lines.add(line.toString().strip());
    }
    return lines;
  }

  /** Ends the line at its last space, and returns what follows that. */
  private static String breakLine(StringBuilder line, List<String> lines) {
    int space = line.lastIndexOf(" ");
    if (space < line.length() / 2) {
      lines.add(line.toString().strip());
      return "";
    }
    lines.add(line.substring(0, space).strip());
    return line.substring(space + 1);
  }

  /** {@return the columns that a terminal gives a character: 0, 1 or 2} */
  private static int columns(int codePoint) {
    int type = Character.getType(codePoint);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    boolean wide =
        Character.isIdeographic(codePoint)
            || Character.isEmojiPresentation(codePoint)
            || isFullWidth(codePoint);
    return wide ? 2 : 1;
  }

  private static boolean isFullWidth(int codePoint) {
    boolean punctuation =
        (codePoint >= 0x3000 && codePoint <= 0x303E)
            || (codePoint >= 0xFF01 && codePoint <= 0xFF60);
    return switch (Character.UnicodeScript.of(codePoint)) {
      case HANGUL, HIRAGANA, KATAKANA -> true;
      default -> punctuation;
    };
  }
}
