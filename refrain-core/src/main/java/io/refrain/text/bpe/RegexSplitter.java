package io.refrain.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Pieces by any pattern, through java.util.regex: the matches, and what lies between them.
 *
 * <p>The engine reads characters. A byte that is not part of UTF-8 is shown to it as half a
 * surrogate pair, which is neither a letter nor a digit nor white space.
 */
final class RegexSplitter implements Splitter {
  private static final int LOWEST_HALF = 0xDC00;

  private final Pattern pattern;

  RegexSplitter(Pattern pattern) {
    this.pattern = pattern;
  }

  @Override
  public void split(byte[] bytes, int from, int to, Sink sink) {
    String text = text(bytes, from, to);
    Matcher matcher = pattern.matcher(text);
    Walk walk = new Walk(from, text, sink);
    try {
      while (matcher.find()) {
        if (matcher.end() > matcher.start()) {
          walk.pieceTo(matcher.start());
          walk.pieceTo(matcher.end());
        }
      }
    } catch (StackOverflowError e) {
      throw new IllegalArgumentException(
          "the pattern %s needs too much memory for this text; use a simpler pattern"
              .formatted(pattern),
          e);
    }
    walk.pieceTo(text.length());
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
