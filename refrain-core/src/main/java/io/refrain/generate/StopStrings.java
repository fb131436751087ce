package io.refrain.generate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Strings that end a text where the first of them is complete, wherever tokens begin and end. Where
 * two are complete at once, the longer one counts. Immutable; {@link Watch} follows a text.
 */
public final class StopStrings {
  private final List<String> strings;

  /**
   * For each string and each length of a beginning of it, the length of the longest shorter
   * beginning that it ends with (Knuth, Morris and Pratt 1977).
   */
  private final int[][] fallbacks;

  /**
   * Prepares to look for strings.
   *
   * @param strings each with at least one character; none for a text that ends otherwise
   */
  public StopStrings(List<String> strings) {
    this.strings = strings.stream().distinct().toList();
    if (this.strings.contains("")) {
      throw new IllegalArgumentException("a stop string must have at least one character");
    }
    fallbacks = this.strings.stream().map(StopStrings::fallbacks).toArray(int[][]::new);
  }

  private static int[] fallbacks(String string) {
    int[] fallbacks = new int[string.length() + 1];
    int matched = 0;
    for (int length = 2; length <= string.length(); length++) {
      matched = extend(string, fallbacks, matched, string.charAt(length - 1));
      fallbacks[length] = matched;
    }
    return fallbacks;
  }

  /** How much of a string is there after one more character. */
  private static int extend(String string, int[] fallbacks, int matched, char next) {
    int length = matched == string.length() ? fallbacks[matched] : matched;
    while (length > 0 && string.charAt(length) != next) {
      length = fallbacks[length];
    }
    return string.charAt(length) == next ? length + 1 : 0;
  }

  /** Follows a text from its beginning. */
  public Watch watch() {
    return new Watch();
  }

  /**
   * Lets a text through as it comes, up to the stop string that ends it, and holds back no more
   * than what could still become one. Serves one text and one thread.
   */
  public final class Watch {
    private final int[] matched = new int[strings.size()];
    private final StringBuilder held = new StringBuilder();
    private @Nullable String found;

    private Watch() {}

    /**
     * Takes the next piece of the text.
     *
     * @return what is certain not to belong to a stop string: perhaps nothing, perhaps with what
     *     was held back before
     */
    public String next(String piece) {
      if (found != null) {
        return "";
      }
      if (strings.isEmpty()) {
        return piece;
      }
      int beginning = 0;
      for (int i = 0; i < piece.length() && found == null; i++) {
        held.append(piece.charAt(i));
        beginning = match(piece.charAt(i));
      }
      int certain = held.length() - (piece.isEmpty() ? held.length() : beginning);
      String text = held.substring(0, certain);
      held.delete(0, found == null ? certain : held.length());
      return text;
    }

    /** The length of what could still become a stop string, or is the longest that is complete. */
    private int match(char next) {
      int longest = 0;
      for (int i = 0; i < matched.length; i++) {
        String string = strings.get(i);
        matched[i] = extend(string, fallbacks[i], matched[i], next);
        if (matched[i] == string.length() && (found == null || string.length() > found.length())) {
          found = string;
        }
        longest = Math.max(longest, matched[i]);
      }
      return found == null ? longest : found.length();
    }

    /** The stop string that ended the text; null while there was none. */
    public @Nullable String found() {
      return found;
    }

    /** A watch of the same text so far, which goes its own way. */
    public Watch copy() {
      Watch copy = new Watch();
      System.arraycopy(matched, 0, copy.matched, 0, matched.length);
      copy.held.append(held);
      copy.found = found;
      return copy;
    }

    /** What is held back, for a text that ended otherwise. */
    public String end() {
      String rest = held.toString();
      held.setLength(0);
      return rest;
    }
  }
}
