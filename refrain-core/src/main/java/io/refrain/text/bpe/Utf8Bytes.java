package io.refrain.text.bpe;

import java.nio.charset.StandardCharsets;

/** Text as UTF-8. */
public final class Utf8Bytes {
  private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);

  private Utf8Bytes() {}

  /**
   * {@return the characters from one index to below another as UTF-8} Half a surrogate pair, which
   * cannot be written so, becomes U+FFFD.
   *
   * @param text the text
   * @param from the first character
   * @param to one after the last
   */
  public static byte[] of(String text, int from, int to) {
    byte[] bytes = new byte[length(text, from, to)];
    int at = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes[at++] = (byte) c;
      } else if (c < 0x800) {
        bytes[at++] = (byte) (0xC0 | c >> 6);
        bytes[at++] = continuation(c);
      } else if (!Character.isSurrogate(c)) {
        bytes[at++] = (byte) (0xE0 | c >> 12);
        bytes[at++] = continuation(c >> 6);
        bytes[at++] = continuation(c);
      } else if (isPair(text, i, to)) {
        int codePoint = Character.toCodePoint(c, text.charAt(++i));
        bytes[at++] = (byte) (0xF0 | codePoint >> 18);
        bytes[at++] = continuation(codePoint >> 12);
        bytes[at++] = continuation(codePoint >> 6);
        bytes[at++] = continuation(codePoint);
      } else {
        System.arraycopy(REPLACEMENT, 0, bytes, at, REPLACEMENT.length);
        at += REPLACEMENT.length;
      }
    }
    return bytes;
  }

  private static byte continuation(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }

  private static int length(String text, int from, int to) {
    long length = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        length++;
      } else if (c < 0x800) {
        length += 2;
      } else if (isPair(text, i, to)) {
        length += 4;
        i++;
      } else {
        length += 3;
      }
    }
    if (length > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "text: expected at most 2 GB as UTF-8, got %d bytes; encode it in pieces"
              .formatted(length));
    }
    return (int) length;
  }

  private static boolean isPair(String text, int i, int to) {
    return Character.isHighSurrogate(text.charAt(i))
        && i + 1 < to
        && Character.isLowSurrogate(text.charAt(i + 1));
  }
}
