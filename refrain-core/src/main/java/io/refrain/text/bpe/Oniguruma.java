package io.refrain.text.bpe;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Patterns as Hugging Face's tokenizers read them, by the engine Oniguruma, for java.util.regex.
 * Lines end at a line feed alone, {@code ^} and {@code $} match at each, and a few characters are
 * words to the one engine but not to the other. Options that stand by themselves, as in {@code
 * a(?i)b|c}, there hold all that follows in their group together, alternatives included. What has
 * no counterpart is refused, for it would cut a text elsewhere without a word.
 *
 * <p>Two differences stay, both where case does not count: there an {@code i} is also one of
 * Turkish here, and {@code ss} is also {@code ß} there.
 */
final class Oniguruma {
  /** Within brackets; by itself, it is also a superscript or a fraction of Latin-1. */
  private static final String WORD_IN_BRACKETS = "[\\w&&[^\\x{200C}\\x{200D}]]";

  private static final String WORD = "[" + WORD_IN_BRACKETS + "²³¹¼½¾]";
  private static final String BOUNDARY = "(?:(?<=%1$s)(?!%1$s)|(?<!%1$s)(?=%1$s))".formatted(WORD);
  private static final String NO_BOUNDARY =
      "(?:(?<=%1$s)(?=%1$s)|(?<!%1$s)(?!%1$s))".formatted(WORD);

  /**
   * Hexadecimal digits or blanks; a quotation or letters; no line feed or a named character; one
   * control character or several.
   */
  private static final String REFUSED = "hHQENvV";

  /**
   * There, a name must stand in braces, and the digits of other scripts are none of these. Of the
   * other names of POSIX, both have the same characters in all of Unicode 16.
   */
  private static final Pattern PROPERTY =
      Pattern.compile("\\\\[pP](?:[^{]|\\{\\^?XDigit\\})", Pattern.CASE_INSENSITIVE);

  /** What follows these in braces is a name or a number, not a count. */
  private static final String BRACED = "pPxuko";

  /** There, a plus after a count repeats it, and a question mark after a single one allows none. */
  private static final Pattern COUNT = Pattern.compile("\\{(?:\\d*,?\\d*}\\+|\\d+}\\?)");

  /** Options other than of case. Of comments, blanks in brackets are none there. */
  private static final Pattern OPTIONS = Pattern.compile("\\(\\?(?!i*(?:-i*)?[:)])[a-zA-Z-]+[:)]");

  private static final Pattern LONE_OPTIONS = Pattern.compile("\\(\\?[i-]+\\)");

  private final String regex;
  private final StringBuilder java = new StringBuilder();
  private final Deque<String> ends = new ArrayDeque<>(); // of open groups, the innermost first
  private int brackets; // how deep
  private int at;

  private Oniguruma(String regex) {
    this.regex = regex;
  }

  /**
   * The same pattern for java.util.regex.
   *
   * @throws IllegalArgumentException if it is none, or there is no such pattern
   */
  static Pattern compile(String regex) {
    try {
      return Pattern.compile(
          new Oniguruma(regex).toJava(),
          Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNIX_LINES | Pattern.MULTILINE);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "pattern: expected a regular expression, got one that has a defect or is not supported"
              + " (%s): %s".formatted(e.getDescription(), regex),
          e);
    }
  }

  private String toJava() {
    ends.push("");
    while (at < regex.length()) {
      switch (regex.charAt(at)) {
        case '\\' -> escape();
        case '[' -> {
          refuse(brackets > 0 && regex.startsWith("[:", at) ? "[:" : null);
          brackets++;
          copyTo(at + 1);
        }
        case ']' -> {
          brackets--;
          copyTo(at + 1);
        }
        case '{' -> {
          refuse(brackets > 0 ? null : find(COUNT));
          copyTo(at + 1);
        }
        case '(' -> open();
        case ')' -> close();
        default -> copyTo(at + 1);
      }
    }
    return java.append(String.join("", ends)).toString();
  }

  private void open() {
    String options = brackets > 0 ? null : find(LONE_OPTIONS);
    if (options != null) {
      java.append(options, 0, options.length() - 1).append(':');
      ends.push(ends.pop() + ")");
      at += options.length();
      return;
    }
    if (brackets == 0) {
      refuse(find(OPTIONS));
      ends.push("");
    }
    copyTo(at + 1);
  }

  private void close() {
    if (brackets == 0 && ends.size() > 1) {
      java.append(ends.pop());
    }
    copyTo(at + 1);
  }

  private void escape() {
    char letter = at + 1 < regex.length() ? regex.charAt(at + 1) : 0;
    refuse(REFUSED.indexOf(letter) >= 0 ? "\\" + letter : find(PROPERTY));
    String other =
        switch (letter) {
          case 'w' -> brackets > 0 ? WORD_IN_BRACKETS : WORD;
          case 'W' -> "[^" + (brackets > 0 ? WORD_IN_BRACKETS : WORD) + "]";
          case 'b' -> brackets > 0 ? "\\x08" : BOUNDARY;
          case 'B' -> brackets > 0 ? null : NO_BOUNDARY;
          default -> null;
        };
    if (other == null) {
      copyTo(endOfEscape(letter));
    } else {
      java.append(other);
      at += 2;
    }
  }

  private int endOfEscape(char letter) {
    boolean braced = BRACED.indexOf(letter) >= 0 && regex.startsWith("{", at + 2);
    int end = braced ? regex.indexOf('}', at) : -1;
    return end < 0 ? Math.min(at + 2, regex.length()) : end + 1;
  }

  private void copyTo(int end) {
    java.append(regex, at, end);
    at = end;
  }

  private @Nullable String find(Pattern construct) {
    Matcher matcher = construct.matcher(regex).region(at, regex.length());
    return matcher.lookingAt() ? matcher.group() : null;
  }

  private void refuse(@Nullable String construct) {
    if (construct != null) {
      throw new IllegalArgumentException(
          "pattern: expected one without %s, which Hugging Face's tokenizers read otherwise: %s"
              .formatted(construct, regex));
    }
  }
}
