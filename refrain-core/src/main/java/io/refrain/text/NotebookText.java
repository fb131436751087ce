package io.refrain.text;

import java.util.List;
import java.util.Locale;

/**
 * The notebook's cleaning of a text: in every line, each run of characters other than A–Z and a–z
 * becomes one space, the ends are trimmed and the rest is lower-cased.
 *
 * <p>In Python: {@code [re.sub('[^A-Za-z]+', ' ', line).strip().lower() for line in
 * f.readlines()]}. Lines end where they do for Python's {@code readlines} on a text file, at LF, CR
 * or CR LF and nowhere else; an empty line stays as an empty string, and nothing follows the last
 * line end.
 */
public final class NotebookText {
  private NotebookText() {}

  /**
   * {@return the cleaned lines of the text, as many as it has}
   *
   * @param text the text
   */
  public static List<String> cleanLines(String text) {
    return text.lines().map(NotebookText::joinLines).toList();
  }

  /** Takes the characters of a cleaned text. */
  @FunctionalInterface
  interface CharacterSink {
    /** Takes one, and the place of the character that it comes from: the first of a gap. */
    void character(char c, int at);
  }

  /** The cleaned lines of the text, joined without separator. */
  static String joinLines(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    forEachCharacter(text, (c, at) -> clean.append(c));
    return clean.toString();
  }

  /** Hands on the characters of the cleaned lines in order. */
  static void forEachCharacter(String text, CharacterSink sink) {
    boolean inLine = false;
    int gap = -1;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isLetter(c)) {
        if (gap >= 0 && inLine) {
          sink.character(' ', gap);
        }
        sink.character(lowerCase(c), i);
        inLine = true;
        gap = -1;
      } else if (c == '\n' || c == '\r') {
        inLine = false;
      } else if (gap < 0) {
        gap = i;
      }
    }
  }

  /** The text with each run of non-letters as one space, even at its ends; lower-cased. */
  static String collapse(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    boolean gap = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isLetter(c)) {
        clean.append(lowerCase(c));
        gap = false;
      } else if (!gap) {
        clean.append(' ');
        gap = true;
      }
    }
    return clean.toString();
  }

  /**
   * Hands on the words of the cleaned text in order. They are the longest runs of letters, since
   * everything else, line ends included, turns into the white space that parts words.
   */
  static void forEachWord(String text, WordwiseTokenizer.Sink sink) {
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || !isLetter(text.charAt(i))) {
        if (i > start) {
          sink.word(text.substring(start, i).toLowerCase(Locale.ROOT), start, i);
        }
        start = i + 1;
      }
    }
  }

  /** The last place that is not inside a word. */
  static int lastCutBetweenWords(String text) {
    int cut = text.length();
    while (cut > 0 && isLetter(text.charAt(cut - 1))) {
      cut--;
    }
    return cut;
  }

  /** The last place inside a word or after a line end, where no space can be pending. */
  static int lastCutBetweenCharacters(String text) {
    for (int cut = text.length(); cut > 0; cut--) {
      char before = text.charAt(cut - 1);
      boolean insideWord = isLetter(before) && cut < text.length() && isLetter(text.charAt(cut));
      if (insideWord || before == '\n' || before == '\r') {
        return cut;
      }
    }
    return 0;
  }

  /** Whether cleaning could produce this word: one or more of the letters a to z. */
  static boolean isCleanWord(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (word.charAt(i) < 'a' || word.charAt(i) > 'z') {
        return false;
      }
    }
    return !word.isEmpty();
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static char lowerCase(char c) {
    return c >= 'a' ? c : (char) (c - 'A' + 'a');
  }
}
