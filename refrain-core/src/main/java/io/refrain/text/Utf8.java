package io.refrain.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Reads bytes as UTF-8 and refuses what is not text. */
final class Utf8 {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private Utf8() {}

  /**
   * The text of the bytes, without a byte order mark.
   *
   * @throws CorpusException if a byte is NUL or not UTF-8; the message names the first such byte
   */
  static String decode(byte[] bytes, String name) {
    int start = startsWithMark(bytes) ? BYTE_ORDER_MARK.length : 0;
    ByteBuffer in = ByteBuffer.wrap(bytes, start, bytes.length - start);
    // UTF-8 never has fewer bytes than UTF-16 has units, so the buffer cannot overflow.
    CharBuffer out = CharBuffer.allocate(bytes.length - start);
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CoderResult result = decoder.decode(in, out, true);
    int nul = indexOfNul(bytes, in.position());
    if (nul >= 0) {
      throw binary(name, "a NUL byte", nul);
    }
    if (result.isError()) {
      throw binary(name, "not UTF-8", in.position());
    }
    return out.flip().toString();
  }

  private static boolean startsWithMark(byte[] bytes) {
    return bytes.length >= BYTE_ORDER_MARK.length
        && bytes[0] == BYTE_ORDER_MARK[0]
        && bytes[1] == BYTE_ORDER_MARK[1]
        && bytes[2] == BYTE_ORDER_MARK[2];
  }

  private static int indexOfNul(byte[] bytes, int end) {
    for (int i = 0; i < end; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private static CorpusException binary(String name, String what, int offset) {
    return new CorpusException(
        "%s looks like a binary file (%s at byte %d); give a text file in UTF-8, or convert this one"
            .formatted(name, what, offset));
  }
}
