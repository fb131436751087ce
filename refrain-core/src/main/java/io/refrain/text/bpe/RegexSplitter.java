package io.refrain.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pieces by any pattern, through java.util.regex: the matches, and what lies between them. What a
 * pattern may cost is bounded, for it may come from a file.
 *
 * <p>The engine reads characters. A byte that is not part of UTF-8 is shown to it as half a
 * surrogate pair, which is neither a letter nor a digit nor white space.
 */
final class RegexSplitter implements Splitter {
  private static final int LOWEST_HALF = 0xDC00;

  private final Pattern pattern;
  private final String regex;

  /**
   * A splitter.
   *
   * @param pattern what it matches
   * @param regex what messages call the pattern
   */
  RegexSplitter(Pattern pattern, String regex) {
    this.pattern = pattern;
    this.regex = regex;
  }

  @Override
  public void split(byte[] bytes, int from, int to, Sink sink) {
    String text = text(bytes, from, to);
    Meter meter = new Meter(text);
    Matcher matcher = pattern.matcher(meter);
    Walk walk = new Walk(from, text, sink);
    try {
      while (matcher.find()) {
        walk.pieceTo(matcher.start()); // an empty match parts, too
        walk.pieceTo(matcher.end());
        meter.reset();
      }
    } catch (StackOverflowError e) {
      throw tooMuch("memory", e);
    } catch (Meter.Exceeded e) {
      throw tooMuch("time", e);
    }
    walk.pieceTo(text.length());
  }

  private IllegalArgumentException tooMuch(String what, Throwable cause) {
    return new IllegalArgumentException(
        "the pattern %s needs too much %s for this text; use a simpler pattern"
            .formatted(regex, what),
        cause);
  }

  /**
   * A text that counts how often the engine looks at it. A pattern such as {@code (a|aa)+b\1} looks
   * exponentially often where it does not match, and one such as {@code \p{L}+x} as often as the
   * square of a long word: hours that nobody could interrupt.
   */
  private static final class Meter implements CharSequence {
    private static final long LEAST = 10_000_000;
    private static final long PER_CHARACTER = 100;

    private final String text;
    private long left;

    Meter(String text) {
      this.text = text;
      reset();
    }

    /** Begins to count for the next match. */
    void reset() {
      left = LEAST + PER_CHARACTER * text.length();
    }

    @Override
    public char charAt(int index) {
      if (--left < 0) {
        throw new Exceeded();
      }
      return text.charAt(index);
    }

    @Override
    public int length() {
      return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }

    /** The engine has looked too often. */
    private static final class Exceeded extends RuntimeException {
      private static final long serialVersionUID = 1;
    }
  }

  /** One char or pair for each character, one half for each byte that is part of none. */
  private static String text(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder(to - from);
    for (int at = from; at < to; ) {
      int length = CharacterClass.at(bytes, at, to) & CharacterClass.LENGTH;
      if (length > 1) {
        text.append(new String(bytes, at, length, StandardCharsets.UTF_8));
      } else {
        text.append(bytes[at] >= 0 ? (char) bytes[at] : (char) (LOWEST_HALF + (bytes[at] & 0xFF)));
      }
      at += length;
    }
    return text.toString();
  }

  /** Turns places in the text into places in the bytes. */
  private static final class Walk {
    private final String text;
    private final Sink sink;
    private int at;
    private int index;

    Walk(int from, String text, Sink sink) {
      this.text = text;
      this.sink = sink;
      this.at = from;
    }

    /** Ends a piece here, unless it would be empty. */
    void pieceTo(int end) {
      int start = at;
      while (index < end) {
        int length = lengthAt(index);
        index += length == 4 ? 2 : 1;
        at += length;
      }
      if (at > start) {
        sink.piece(start, at);
      }
    }

    private int lengthAt(int place) {
      char c = text.charAt(place);
      if (c < 0x80 || Character.isLowSurrogate(c)) {
        return 1;
      }
      return c < 0x800 ? 2 : Character.isHighSurrogate(c) ? 4 : 3;
    }
  }
}
