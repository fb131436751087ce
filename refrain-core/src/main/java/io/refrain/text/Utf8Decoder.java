package io.refrain.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.IntFunction;

/** Joins the bytes of tokens to characters; what is no UTF-8 becomes U+FFFD. */
final class Utf8Decoder implements TextDecoder {
  private final IntFunction<byte[]> bytesOf;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPLACE)
          .onUnmappableCharacter(CodingErrorAction.REPLACE);
  private byte[] waiting = {};

  Utf8Decoder(IntFunction<byte[]> bytesOf) {
    this.bytesOf = bytesOf;
  }

  @Override
  public String next(int id) {
    return decode(bytesOf.apply(id), false);
  }

  @Override
  public String end() {
    String rest = decode(new byte[0], true);
    decoder.reset();
    return rest;
  }

  @Override
  public TextDecoder copy() {
    Utf8Decoder copy = new Utf8Decoder(bytesOf);
    copy.waiting = waiting; // all that the other keeps between calls, and never written into
    return copy;
  }

  private String decode(byte[] more, boolean last) {
    byte[] bytes = Arrays.copyOf(waiting, waiting.length + more.length);
    System.arraycopy(more, 0, bytes, waiting.length, more.length);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length + 1); // never more characters than bytes
    decoder.decode(in, out, last);
    if (last) {
      decoder.flush(out);
    }
    waiting = Arrays.copyOfRange(bytes, in.position(), bytes.length);
    return out.flip().toString();
  }
}
