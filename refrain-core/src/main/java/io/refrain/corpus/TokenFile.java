package io.refrain.corpus;

import io.refrain.corpus.TokenFileException.Defect;
import io.refrain.data.TokenSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.zip.CRC32C;

/**
 * The tokens of a text in a file that is mapped into virtual memory, whatever its length. None of
 * it lies on the heap.
 *
 * <p>All numbers are little-endian. A header of {@value TokenFileHeader#BYTES} bytes is followed by
 * blocks of equally many tokens, the last one perhaps of fewer:
 *
 * <pre>
 *   0   "RFTOKENS"
 *   8   version, bytes of a token (1, 2 or 4, as the vocabulary needs), tokens of a block,
 *       size of the vocabulary: four bytes each
 *   24  number of tokens, eight bytes; -1 while the file grows
 *   32  SHA-1 of the text in UTF-8
 *   52  SHA-1 of the tokenizer's file
 *   72  four bytes of zero, then CRC-32C of the bytes before
 *
 *   a block:
 *       its tokens
 *       where the piece of the text begins that its last token is of, in UTF-16 characters; and the
 *       number of tokens before that piece: eight bytes each
 *       CRC-32C of both hashes as text, the number of the block from 0, big-endian, eight bytes, and
 *       all bytes of the block before
 * </pre>
 */
public final class TokenFile implements TokenSource, AutoCloseable {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Tokens that are checked at a time. */
  private static final int STRETCH = 1 << 16;

  private final Path path;
  private final Arena arena;
  private final MemorySegment bytes;
  private final TokenFileHeader header;
  private final int width;

  /** Is told how far checking has come. */
  @FunctionalInterface
  public interface Progress {
    /** So many tokens of those are checked. */
    void at(long tokens, long of);
  }

  private TokenFile(Path path, Arena arena, MemorySegment bytes, TokenFileHeader header) {
    this.path = path;
    this.arena = arena;
    this.bytes = bytes;
    this.header = header;
    this.width = header.width();
  }

  /**
   * Opens a file and checks all of it.
   *
   * @param file the file
   * @param progress is told now and then how many tokens are checked
   * @return its tokens, to be closed after use
   * @throws TokenFileException if it is damaged or something else
   * @throws IOException if it cannot be read
   */
  public static TokenFile open(Path file, Progress progress) throws IOException {
    TokenFile tokens = map(file);
    try {
      tokens.check(progress);
      return tokens;
    } catch (IOException | RuntimeException | Error e) {
      tokens.close();
      throw e;
    }
  }

  /** Opens a file without a look at its tokens, for one who has just written them. */
  @SuppressWarnings("MustBeClosedChecker") // the file that is returned closes the arena
  static TokenFile map(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString(), null, "no such file");
    }
    Arena arena = Arena.ofShared();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      TokenFileHeader header = TokenFileHeader.of(file, start(channel));
      requireLength(file, header, channel.size());
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new TokenFile(file, arena, bytes, header);
    } catch (IOException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static byte[] start(FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate((int) Math.min(channel.size(), TokenFileHeader.BYTES));
    while (start.hasRemaining() && channel.read(start) >= 0) {
      // reads on
    }
    return start.array();
  }

  private static void requireLength(Path file, TokenFileHeader header, long length)
      throws TokenFileException {
    if (header.tokens() == TokenFileHeader.GROWING) {
      throw new TokenFileException(file, Defect.LENGTH, "was never written to its end");
    }
    long expected;
    try {
      expected = header.fileBytes();
    } catch (ArithmeticException e) {
      throw new TokenFileException(file, Defect.DAMAGED, "is damaged in its header");
    }
    if (expected != length) {
      throw new TokenFileException(
          file,
          Defect.LENGTH,
          "has %d bytes, but its %d tokens need %d".formatted(length, header.tokens(), expected));
    }
  }

  private void check(Progress progress) throws TokenFileException {
    int[] stretch = new int[STRETCH];
    for (long block = 0; block < header.blocks(); block++) {
      int count = header.tokensOf(block);
      long start = header.blockStart(block);
      long end = start + (long) count * width + 2 * Long.BYTES;
      CRC32C crc = header.checksum(block);
      crc.update(bytes.asSlice(start, end - start).asByteBuffer());
      if ((int) crc.getValue() != bytes.get(INT, end)) {
        throw new TokenFileException(
            path,
            Defect.DAMAGED,
            "is damaged between byte %d and byte %d".formatted(start, end + Integer.BYTES));
      }
      for (int from = 0; from < count; from += STRETCH) {
        int length = Math.min(STRETCH, count - from);
        requireIds(block * header.tokensPerBlock() + from, stretch, length);
      }
      progress.at(block * header.tokensPerBlock() + count, size());
    }
  }

  private void requireIds(long position, int[] stretch, int count) throws TokenFileException {
    read(position, stretch, 0, count);
    int most = 0;
    int least = 0;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, stretch[i]);
      least = Math.min(least, stretch[i]);
    }
    if (least < 0 || most >= header.key().vocabulary()) {
      throw new TokenFileException(
          path,
          Defect.DAMAGED,
          "holds the id %d, but its vocabulary has %d"
              .formatted(least < 0 ? least : most, header.key().vocabulary()));
    }
  }

  /** {@return the file} */
  public Path path() {
    return path;
  }

  /** {@return which tokens these are} */
  public TokenFileKey key() {
    return header.key();
  }

  @Override
  public long size() {
    return header.tokens();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException after it was closed
   */
  @Override
  public void read(long position, int[] into, int at, int count) {
    Objects.checkFromIndexSize(position, count, header.tokens());
    Objects.checkFromIndexSize(at, count, into.length);
    int perBlock = header.tokensPerBlock();
    for (int done = 0; done < count; ) {
      long block = (position + done) / perBlock;
      int within = (int) ((position + done) % perBlock);
      int length = Math.min(count - done, perBlock - within);
      copy(header.blockStart(block) + (long) within * width, into, at + done, length);
      done += length;
    }
  }

  private void copy(long offset, int[] into, int at, int count) {
    switch (width) {
      case 1 -> {
        for (int i = 0; i < count; i++) {
          into[at + i] = bytes.get(ValueLayout.JAVA_BYTE, offset + i) & 0xFF;
        }
      }
      case 2 -> {
        for (int i = 0; i < count; i++) {
          into[at + i] = bytes.get(SHORT, offset + 2L * i) & 0xFFFF;
        }
      }
      default -> MemorySegment.copy(bytes, INT, offset, into, at, count);
    }
  }

  /** Gives the memory back. Nobody may be reading any more. */
  @Override
  public void close() {
    arena.close();
  }
}
