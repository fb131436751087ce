package io.refrain.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a text in UTF-8, one after another, from a file or from a program that is still
 * writing them. What is no text is refused by its line and byte.
 */
final class LineReader {
  /** A longer line is refused: as tokens, a byte takes some twenty. */
  private static final int LONGEST =
      Math.clamp(Runtime.getRuntime().maxMemory() / 64, 1 << 20, 1 << 28);

  private static final int CHUNK = 1 << 16;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final String name;
  private final InputStream in;
  private final int longest;
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder(); // it reports

  private byte[] buffer = new byte[CHUNK];
  private int start; // of the next line
  private int end; // of what was read
  private int searched; // from the start to here there is no line feed
  private long offset; // of the buffer's first byte in the text
  private long lines;
  private boolean ended;

  /**
   * Begins to read.
   *
   * @param name what messages call the text
   */
  LineReader(String name, InputStream in) {
    this(name, in, LONGEST);
  }

  LineReader(String name, InputStream in, int longest) {
    this.name = name;
    this.in = in;
    this.longest = longest;
  }

  /** {@return how many bytes the lines had so far} */
  long bytes() {
    return offset + start;
  }

  /**
   * {@return the next line without its line feed; null at the end}
   *
   * @throws IOException when it is too long or not UTF-8, or reading fails
   */
  @Nullable String next() throws IOException {
    while (!hasLine()) {
      if (ended) {
        return start == end ? null : line(end, end);
      }
      fill();
    }
    return line(searched, searched + 1);
  }

  /** {@return whether the next line, or that there is none, is known without waiting for it} */
  boolean isReady() throws IOException {
    while (!hasLine() && !ended) {
      if (in.available() == 0) {
        return false;
      }
      fill();
    }
    return true;
  }

  /** Looks for a line feed in what was read; there is one at {@code searched} then. */
  private boolean hasLine() {
    while (searched < end && buffer[searched] != '\n') {
      searched++;
    }
    return searched < end;
  }

  /** Reads on, as much as there is; waits only where there is nothing. */
  private void fill() throws IOException {
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      offset += start;
      searched -= start;
      end -= start;
      start = 0;
    }
    if (end == buffer.length) {
      if (buffer.length >= longest) {
        throw new IOException(
            ("%s, line %,d is longer than %,d bytes; break it, or give more memory with"
                    + " REFRAIN_JAVA_OPTIONS=-Xmx16g")
                .formatted(name, lines + 1, longest));
      }
      buffer = Arrays.copyOf(buffer, (int) Math.min(longest, 2L * buffer.length));
    }
    int count = in.read(buffer, end, buffer.length - end);
    ended = count < 0;
    end += Math.max(0, count);
  }

  private String line(int to, int next) throws IOException {
    int from = start;
    if (lines == 0 && startsWithMark(to)) {
      from += BYTE_ORDER_MARK.length;
    }
    lines++;
    String line = decode(from, to);
    start = next;
    searched = next;
    return line;
  }

  private boolean startsWithMark(int to) {
    int mark = BYTE_ORDER_MARK.length;
    return to - start >= mark
        && Arrays.equals(buffer, start, start + mark, BYTE_ORDER_MARK, 0, mark);
  }

  private String decode(int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      if (buffer[i] == 0) {
        throw binary("a NUL byte", i);
      }
    }
    ByteBuffer bytes = ByteBuffer.wrap(buffer, from, to - from);
    CharBuffer characters = CharBuffer.allocate(to - from); // UTF-16 has no more of them
    CoderResult result = decoder.reset().decode(bytes, characters, true);
    if (result.isError()) {
      throw binary("not UTF-8", bytes.position());
    }
    return characters.flip().toString();
  }

  private IOException binary(String what, int at) {
    return new IOException(
        "%s, line %,d is no text (%s at byte %d); give a text in UTF-8, or convert this one"
            .formatted(name, lines, what, offset + at));
  }
}
