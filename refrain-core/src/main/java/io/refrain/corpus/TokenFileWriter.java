package io.refrain.corpus;

import io.refrain.corpus.TokenFileException.Defect;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * Writes a {@link TokenFile} block by block, and goes on where a writer before was interrupted:
 * blocks are checked, and what follows the last sound one is cut off. A block tells where in the
 * text its tokens are from, so that nothing else has to be kept.
 *
 * <p>Blocks are forced to the disk at the end alone. Of one that a power cut took, the checksum
 * tells.
 */
final class TokenFileWriter implements Closeable {
  private final Path path;
  private final RandomAccessFile file;
  private final Disk disk;
  private final TokenFileHeader header;
  private final ByteBuffer block;

  private long tokens;
  private long pieceStart;
  private long pieceToken;

  /** What is asked of the operating system; tests override a call to make it fail. */
  interface Disk {
    /** The operating system itself. */
    Disk REAL = new Disk() {};

    /** Writes where the file stands. */
    default void write(RandomAccessFile file, byte[] bytes, int count) throws IOException {
      file.write(bytes, 0, count);
    }

    /** Waits until what was written is on the disk. */
    default void force(RandomAccessFile file) throws IOException {
      file.getFD().sync();
    }
  }

  private TokenFileWriter(Path path, RandomAccessFile file, Disk disk, TokenFileHeader header) {
    this.path = path;
    this.file = file;
    this.disk = disk;
    this.header = header;
    this.block = ByteBuffer.allocate(header.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Begins a file, or goes on with one of the same tokens.
   *
   * @param header of the growing file
   * @param progress is told how many tokens are checked
   * @throws TokenFileException if there is something else
   * @throws IOException if the file cannot be written, or another process writes it
   */
  static TokenFileWriter open(
      Path path, TokenFileHeader header, Disk disk, TokenFile.Progress progress)
      throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      lock(path, file);
      TokenFileWriter writer = new TokenFileWriter(path, file, disk, header);
      writer.recover(progress);
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      file.close(); // with which the lock ends
      throw e;
    }
  }

  private static void lock(Path path, RandomAccessFile file) throws IOException {
    FileLock lock;
    try {
      lock = file.getChannel().tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      throw new IOException(
          path + " is being written by another process: wait until it is done, or stop it");
    }
  }

  /** Where the header is damaged, blocks are still known by their checksums. */
  private void recover(TokenFile.Progress progress) throws IOException {
    requireOwn();
    long length = file.length();
    long there = Math.max(0, length - TokenFileHeader.BYTES) / header.blockBytes();
    long number = 0;
    while (number < there) {
      file.seek(header.blockStart(number));
      file.readFully(block.array());
      if (!takeUp(number)) {
        break;
      }
      progress.at(tokens, there * header.tokensPerBlock());
      number++;
    }
    long end = header.blockStart(number);
    if (length > end) {
      file.setLength(end);
    }
    writeHeader(header);
    file.seek(end);
  }

  private void requireOwn() throws IOException {
    byte[] start = new byte[(int) Math.min(file.length(), TokenFileHeader.BYTES)];
    file.seek(0);
    file.readFully(start);
    if (start.length < Long.BYTES || isZero(start)) {
      return; // the first bytes did not reach the disk
    }
    try {
      if (!TokenFileHeader.of(path, start).key().equals(header.key())) {
        throw foreign(path);
      }
    } catch (TokenFileException e) {
      if (!e.mayBeReplaced()) {
        throw e;
      }
    }
  }

  private static boolean isZero(byte[] bytes) {
    int any = 0;
    for (byte value : bytes) {
      any |= value;
    }
    return any == 0;
  }

  static TokenFileException foreign(Path path) {
    return new TokenFileException(
        path,
        Defect.FOREIGN,
        "holds the tokens of another text or tokenizer: move it away, or delete it");
  }

  /** Takes the block in the buffer for the last one, unless it is damaged. */
  private boolean takeUp(long number) {
    int trailer = header.tokensPerBlock() * header.width();
    long start = block.getLong(trailer);
    long token = block.getLong(trailer + Long.BYTES);
    long after = (number + 1) * header.tokensPerBlock();
    if (block.getInt(trailer + 2 * Long.BYTES) != checksum(number, trailer + 2 * Long.BYTES)
        || start < pieceStart
        || token < pieceToken
        || token > after) {
      return false;
    }
    pieceStart = start;
    pieceToken = token;
    tokens = after;
    return true;
  }

  /** {@return how many tokens are there} */
  long size() {
    return tokens;
  }

  /** {@return where in the text the last piece begins, in UTF-16 characters} */
  long pieceStart() {
    return pieceStart;
  }

  /** {@return how many tokens are there of the pieces before it} */
  long pieceToken() {
    return pieceToken;
  }

  /** Tells that the next tokens are of another piece of the text. */
  void beginPiece(long start) {
    pieceStart = start;
    pieceToken = tokens;
  }

  /** Appends tokens, from one of them on. */
  void append(int[] ids, int from) throws IOException {
    int width = header.width();
    int most = header.tokensPerBlock() * width;
    int vocabulary = header.key().vocabulary();
    for (int i = from; i < ids.length; i++) {
      int id = ids[i];
      if (id < 0 || id >= vocabulary) {
        throw new IllegalArgumentException(
            "token id: expected 0 to %d, got %d".formatted(vocabulary - 1, id));
      }
      switch (width) {
        case 1 -> block.put((byte) id);
        case 2 -> block.putShort((short) id);
        default -> block.putInt(id);
      }
      tokens++;
      if (block.position() == most) {
        writeBlock();
      }
    }
  }

  private void writeBlock() throws IOException {
    block.putLong(pieceStart).putLong(pieceToken);
    block.putInt(checksum((tokens - 1) / header.tokensPerBlock(), block.position()));
    write(block.array(), block.position());
    block.clear();
  }

  private int checksum(long number, int count) {
    CRC32C crc = header.checksum(number);
    crc.update(block.array(), 0, count);
    return (int) crc.getValue();
  }

  private void writeHeader(TokenFileHeader written) throws IOException {
    file.seek(0);
    write(written.toBytes(), TokenFileHeader.BYTES);
  }

  private void write(byte[] bytes, int count) throws IOException {
    try {
      disk.write(file, bytes, count);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  private IOException failure(IOException cause) {
    return new IOException(
        "cannot write %s: %s; once that is mended, the same command goes on where this one stopped"
            .formatted(path, cause.getMessage()),
        cause);
  }

  /** Writes what is left, tells the header how much there is, and forces all to the disk. */
  void finish() throws IOException {
    if (block.position() > 0) {
      writeBlock();
    }
    writeHeader(header.withTokens(tokens));
    try {
      disk.force(file);
    } catch (IOException e) {
      throw failure(e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
