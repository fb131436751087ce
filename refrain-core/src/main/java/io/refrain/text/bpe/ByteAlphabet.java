package io.refrain.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bytes as visible characters, so that byte sequences can stand in text files: GPT-2's {@code
 * bytes_to_unicode} (Radford et al. 2019). A byte that is a visible character of Latin-1 stands for
 * itself; the 68 others are U+0100 and on, so that the space is {@code Ġ} and the line feed {@code
 * Ċ}.
 */
public final class ByteAlphabet {
  private static final int BYTES = 256;
  private static final char[] LETTERS = new char[BYTES];
  private static final short[] VALUES = new short[2 * BYTES];

  static {
    Arrays.fill(VALUES, (short) -1);
    int others = 0;
    for (int value = 0; value < BYTES; value++) {
      LETTERS[value] = (char) (isVisible(value) ? value : BYTES + others++);
      VALUES[LETTERS[value]] = (short) value;
    }
  }

  private ByteAlphabet() {}

  private static boolean isVisible(int value) {
    return (value >= '!' && value <= '~')
        || (value >= 0xA1 && value <= 0xAC)
        || (value >= 0xAE && value <= 0xFF);
  }

  /**
   * {@return the character that a byte is written as}
   *
   * @param value 0 to 255
   */
  public static char letter(int value) {
    return LETTERS[value];
  }

  /**
   * {@return the bytes as characters}
   *
   * @param bytes any bytes
   */
  public static String spell(byte[] bytes) {
    char[] letters = new char[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      letters[i] = LETTERS[bytes[i] & 0xFF];
    }
    return new String(letters);
  }

  /**
   * {@return the bytes that are written so; null where a character stands for no byte}
   *
   * @param letters what {@link #spell} gives
   */
  public static byte @Nullable [] read(String letters) {
    byte[] bytes = new byte[letters.length()];
    for (int i = 0; i < bytes.length; i++) {
      char letter = letters.charAt(i);
      if (letter >= VALUES.length || VALUES[letter] < 0) {
        return null;
      }
      bytes[i] = (byte) VALUES[letter];
    }
    return bytes;
  }

  /**
   * {@return whether a text is the spelling of other bytes than its own} {@code é} is, for so the
   * byte 0xE9 is written; {@code e} spells itself, and a space spells nothing.
   *
   * @param text any text
   */
  public static boolean spellsOtherBytes(String text) {
    byte[] spelled = read(text);
    return spelled != null && !text.equals(new String(spelled, StandardCharsets.UTF_8));
  }
}
