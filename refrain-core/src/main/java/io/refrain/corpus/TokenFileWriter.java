package io.refrain.corpus;

import io.refrain.corpus.TokenFileException.Defect;
import io.refrain.store.AtomicFile;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Writes a {@link TokenFile} block by block, and goes on where a writer before was interrupted:
 * blocks are checked, and what follows the last sound one is cut off. A block tells where in the
 * text its tokens are from, so that nothing else has to be kept.
 *
 * <p>Blocks are forced to the disk at the end alone. Of one that a power cut took, the checksum
 * tells.
 *
 * <p>From {@link #open} to {@link #close} the file is locked, and nothing is written before {@link
 * #goOn}. The lock is on the file and not on its name: while it was waited for, another process may
 * have given the file its final name, or deleted it. So the caller looks for the finished file
 * first, and {@link #goOn} at whether the name still leads here.
 */
final class TokenFileWriter implements Closeable {
  private final Path path;
  private final FileChannel file; // which may be renamed while it is open, on Windows, too
  private final @Nullable Object key;
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

    /** Locks a file; null where another has the lock. */
    default @Nullable FileLock lock(FileChannel file) throws IOException {
      try {
        return file.tryLock();
      } catch (OverlappingFileLockException e) {
        return null;
      }
    }

    /** Writes where the file stands. */
    default void write(FileChannel file, byte[] bytes, int count) throws IOException {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, count);
      while (buffer.hasRemaining()) {
        file.write(buffer);
      }
    }

    /** Waits until what was written is on the disk. */
    default void force(FileChannel file) throws IOException {
      file.force(true);
    }

    /** Gives a file that was forced to the disk its final name. */
    default void publish(Path written, Path target) throws IOException {
      AtomicFile.publish(written, target);
    }
  }

  private TokenFileWriter(
      Path path, FileChannel file, @Nullable Object key, Disk disk, TokenFileHeader header) {
    this.path = path;
    this.file = file;
    this.key = key;
    this.disk = disk;
    this.header = header;
    this.block = ByteBuffer.allocate(header.blockBytes()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Opens and locks a file, which is made where there is none.
   *
   * @param header of the growing file
   * @throws IOException if the file cannot be written, or another process writes it
   */
  static TokenFileWriter open(Path path, TokenFileHeader header, Disk disk) throws IOException {
    try {
      Files.createFile(path);
    } catch (FileAlreadyExistsException e) {
      // is gone on with
    }
    try {
      Object key = keyOf(path);
      FileChannel file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (disk.lock(file) == null) {
          throw writtenByAnother(path);
        }
        return new TokenFileWriter(path, file, key, disk, header);
      } catch (IOException | RuntimeException | Error e) {
        file.close(); // with which the lock ends
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw writtenByAnother(path);
    }
  }

  /** What tells a file from all others, whatever its name; null where the system has no such. */
  private static @Nullable Object keyOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  private static IOException writtenByAnother(Path path) {
    return new IOException(
        path + " is being written by another process: wait until it is done, or stop it");
  }

  /**
   * Takes up what is there. Where the header is damaged, blocks are still known by their checksums.
   *
   * @param progress is told how many tokens are checked
   * @throws TokenFileException if there is something else
   * @throws IOException if the file cannot be written, or is no longer the one of that name
   */
  void goOn(TokenFile.Progress progress) throws IOException {
    requireName();
    requireOwn();
    long length = file.size();
    long there = Math.max(0, length - TokenFileHeader.BYTES) / header.blockBytes();
    long number = 0;
    while (number < there) {
      read(block.array(), header.blockStart(number));
      if (!takeUp(number)) {
        break;
      }
      progress.at(tokens, there * header.tokensPerBlock());
      number++;
    }
    long end = header.blockStart(number);
    if (length > end) {
      file.truncate(end);
    }
    writeHeader(header);
    file.position(end);
  }

  private void requireName() throws IOException {
    try {
      if (Objects.equals(key, keyOf(path))) {
        return;
      }
    } catch (NoSuchFileException e) {
      // it has another name now, or none
    }
    throw writtenByAnother(path);
  }

  private void read(byte[] into, long at) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(into);
    while (buffer.hasRemaining()) {
      if (file.read(buffer, at + buffer.position()) < 0) {
        throw new EOFException(path + " has become shorter while it was read");
      }
    }
  }

  private void requireOwn() throws IOException {
    byte[] start = new byte[(int) Math.min(file.size(), TokenFileHeader.BYTES)];
    read(start, 0);
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
    file.position(0);
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

  /**
   * Gives the finished file its final name, while nobody else can take it for an unfinished one.
   */
  void publish(Path target) throws IOException {
    disk.publish(path, target);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
