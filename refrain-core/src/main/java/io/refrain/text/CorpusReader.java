package io.refrain.text;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Objects;

/**
 * The text of a {@link CorpusSource}, character by character: its files in UTF-8, without byte
 * order marks, joined by line ends. What is no text is refused by the file and the byte.
 *
 * <p>Takes a constant amount of memory, and knows at the end the SHA-1 of the text in UTF-8.
 */
public final class CorpusReader extends Reader {
  private static final int CHUNK = 1 << 16;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final String name;
  private final Iterator<CorpusSource.Part> parts;
  private final MessageDigest sha1;
  private final CharsetDecoder decoder =
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT);
  private final ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
  private final CharBuffer characters = CharBuffer.allocate(CHUNK);

  private String part = "";
  private InputStream in = InputStream.nullInputStream();
  private boolean inPart;

  /** Where in the part the first byte of the buffer stands. */
  private long offset;

  private long bytesRead;
  private boolean begun;
  private boolean blank = true;
  private boolean ended;

  CorpusReader(String name, Iterator<CorpusSource.Part> parts) {
    this.name = name;
    this.parts = parts;
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
    bytes.flip();
    characters.flip();
  }

  /** {@return how many bytes were read, of those that {@link CorpusSource#bytes} tells} */
  public long bytesRead() {
    return bytesRead;
  }

  /**
   * {@return the SHA-1 of the text in UTF-8, as 40 hexadecimal digits}
   *
   * @throws IllegalStateException before the end of the text was read
   */
  public String sha1() {
    if (!ended) {
      throw new IllegalStateException(
          "%s was read to byte %d only, and its SHA-1 is known at its end"
              .formatted(name, bytesRead));
    }
    try {
      return HexFormat.of().formatHex(((MessageDigest) sha1.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-1 of this Java platform cannot be asked twice", e);
    }
  }

  /**
   * Reads what is left, for its SHA-1.
   *
   * @throws CorpusException as {@link #read(char[], int, int)} does
   */
  public void readToEnd() throws IOException {
    while (fill()) {
      characters.position(characters.limit());
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws CorpusException if a byte is NUL or not UTF-8, with its place, or the whole text is
   *     blank
   */
  @Override
  public int read(char[] into, int at, int count) throws IOException {
    Objects.checkFromIndexSize(at, count, into.length);
    if (count == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int length = Math.min(count, characters.remaining());
    characters.get(into, at, length);
    return length;
  }

  /** Makes sure that there are characters; false at the end of the text. */
  private boolean fill() throws IOException {
    while (!characters.hasRemaining()) {
      if (!inPart && !nextPart()) {
        return false;
      }
      if (!characters.hasRemaining()) {
        decode();
      }
    }
    return true;
  }

  private boolean nextPart() throws IOException {
    if (!parts.hasNext()) {
      ended = true;
      if (blank) {
        throw CorpusSource.blank(name);
      }
      return false;
    }
    CorpusSource.Part next = parts.next();
    part = next.name();
    in = next.open();
    inPart = true;
    offset = 0;
    byte[] mark = in.readNBytes(BYTE_ORDER_MARK.length);
    bytesRead += mark.length;
    bytes.clear();
    if (Arrays.equals(mark, BYTE_ORDER_MARK)) {
      offset = mark.length;
    } else {
      bytes.put(mark);
    }
    bytes.flip();
    decoder.reset();
    if (begun) {
      characters.clear().put('\n').flip();
      sha1.update((byte) '\n');
    }
    begun = true;
    return true;
  }

  /** Reads on in the present part, and closes it at its end. */
  private void decode() throws IOException {
    offset += bytes.position();
    bytes.compact();
    int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
    bytesRead += Math.max(0, count);
    bytes.position(bytes.position() + Math.max(0, count)).flip();
    boolean last = count < 0;
    characters.clear();
    CoderResult result = decoder.decode(bytes, characters, last);
    characters.flip();
    requireText(result);
    sha1.update(bytes.array(), 0, bytes.position());
    if (last) {
      closePart();
    }
  }

  private void requireText(CoderResult result) {
    for (int i = 0; i < bytes.position(); i++) {
      if (bytes.get(i) == 0) {
        throw binary("a NUL byte", offset + i);
      }
    }
    if (result.isError()) {
      throw binary("not UTF-8", offset + bytes.position());
    }
    if (blank) {
      blank = characters.toString().isBlank();
    }
  }

  private CorpusException binary(String what, long place) {
    return new CorpusException(
        "%s looks like a binary file (%s at byte %d); give a text file in UTF-8, or convert this one"
            .formatted(part, what, place));
  }

  private void closePart() throws IOException {
    inPart = false;
    in.close();
  }

  @Override
  public void close() throws IOException {
    closePart();
  }
}
