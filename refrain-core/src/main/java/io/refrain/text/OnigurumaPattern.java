package io.refrain.text;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Patterns as Hugging Face's tokenizers read them: by Oniguruma, to which a few constructs mean
 * something else than to java.util.regex. {@link io.refrain.text.bpe.SplitPattern} sees to lines
 * (dot, circumflex, dollar); what is named here would cut a text elsewhere without a word.
 */
final class OnigurumaPattern {
  /** Hexadecimal digits or blanks; a quotation or letters; no line feed or a named character. */
  private static final String ESCAPED = "hHQEN";

  /** What follows these in braces is a name or a number, not a count. */
  private static final String BRACED = "pPxuko";

  /** There, a plus after a count repeats it, and a question mark after a single one allows none. */
  private static final Pattern COUNT = Pattern.compile("\\{(?:\\d*,?\\d*}\\+|\\d+}\\?)");

  /** Options other than of case and of comments. */
  private static final Pattern OPTIONS =
      Pattern.compile("\\(\\?(?![ix]*(?:-[ix]*)?[:)])[a-zA-Z-]+[:)]");

  private OnigurumaPattern() {}

  /** The first construct that the two read differently; null where there is none. */
  static @Nullable String difference(String regex) {
    int classes = 0; // how deep in brackets
    for (int i = 0; i < regex.length(); i++) {
      switch (regex.charAt(i)) {
        case '\\' -> {
          String escape = regex.substring(i, Math.min(i + 2, regex.length()));
          if (escape.length() == 2 && ESCAPED.indexOf(escape.charAt(1)) >= 0) {
            return escape;
          }
          if (regex.startsWith("{Punct}", i + 2)) {
            return escape + "{Punct}";
          }
          i = endOfEscape(regex, i);
        }
        case '[' -> {
          if (classes > 0 && regex.startsWith("[:", i)) {
            return "[:";
          }
          classes++;
        }
        case ']' -> classes--;
        case '{', '(' -> {
          String found = classes > 0 ? null : at(regex, i);
          if (found != null) {
            return found;
          }
        }
        default -> {}
      }
    }
    return null;
  }

  /** The last character of an escape. */
  private static int endOfEscape(String regex, int at) {
    boolean braced =
        at + 2 < regex.length()
            && BRACED.indexOf(regex.charAt(at + 1)) >= 0
            && regex.charAt(at + 2) == '{';
    int end = braced ? regex.indexOf('}', at) : -1;
    return end < 0 ? at + 1 : end;
  }

  private static @Nullable String at(String regex, int place) {
    Pattern pattern = regex.charAt(place) == '{' ? COUNT : OPTIONS;
    Matcher matcher = pattern.matcher(regex).region(place, regex.length());
    return matcher.lookingAt() ? matcher.group() : null;
  }
}
