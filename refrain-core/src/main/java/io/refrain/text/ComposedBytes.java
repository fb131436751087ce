package io.refrain.text;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/** UTF-8 in Unicode's composed form NFC. */
final class ComposedBytes {
  private ComposedBytes() {}

  /**
   * The bytes from one index to below another, composed.
   *
   * @throws IllegalArgumentException if they are not UTF-8
   */
  static byte[] compose(byte[] bytes, int from, int to) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, from, to - from))
              .toString();
      return Normalizer.normalize(text, Normalizer.Form.NFC).getBytes(StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "bytes to compose (NFC): expected UTF-8, got something else", e);
    }
  }
}
