package io.refrain.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Permission to write a run directory, held by at most one process and one holder within it.
 *
 * <p>The lock is one of the operating system on the file {@value #FILE_NAME}, which therefore ends
 * with the process, however that ends; the file itself stays and means nothing. Its content says
 * for the message of others who holds the lock.
 *
 * <p>On POSIX systems a process loses its locks on a file as soon as it closes <em>any</em> stream
 * on it. So the table of this JVM's locks is asked before the file is opened, and nothing else in
 * the process may open {@value #FILE_NAME}.
 *
 * <p>What is locked is a file and not its name: once a directory is removed, another process may
 * make one of the same name and lock that. So ask {@link #isInPlace} before you write by name.
 */
public final class RunLock implements AutoCloseable {
  /** The name of the locked file in a run directory. */
  public static final String FILE_NAME = "run.lock";

  /** The real paths of the directories that this JVM has locked, and the holders' descriptions. */
  private static final ConcurrentMap<Path, String> HELD = new ConcurrentHashMap<>();

  private static final Pattern HOLDER = Pattern.compile("process \\d+ since \\S+");
  private static final int LONGEST_HOLDER = 100;

  /** Far behind the content: Windows lets nobody read the locked part of a file. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private final Path directory;
  private final FileChannel channel;
  private final @Nullable Object key;

  private RunLock(Path directory, FileChannel channel, @Nullable Object key) {
    this.directory = directory;
    this.channel = channel;
    this.key = key;
  }

  /**
   * Locks a run directory, and deletes half-written files that a killed process left in it.
   *
   * @param runDirectory must exist
   * @return the lock; close it to let others write
   * @throws RunLockedException if another process, or another part of this one, holds the lock
   * @throws IOException if there is no such directory or the lock cannot be had
   */
  public static RunLock acquire(Path runDirectory) throws IOException {
    if (!Files.isDirectory(runDirectory)) {
      throw new NotDirectoryException(runDirectory + " is no directory and cannot be locked");
    }
    Path directory = runDirectory.toRealPath();
    String self =
        "process %d since %s"
            .formatted(
                ProcessHandle.current().pid(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
    String holder = HELD.putIfAbsent(directory, self);
    if (holder != null) {
      throw new RunLockedException(runDirectory, holder);
    }
    boolean acquired = false;
    try {
      RunLock lock = lock(runDirectory, directory, self);
      acquired = true;
      return lock;
    } finally {
      if (!acquired) {
        HELD.remove(directory);
      }
    }
  }

  /**
   * Whether the directory of this name still is the one that was locked: not once it was removed or
   * moved away, or its {@value #FILE_NAME} was. Where the system does not tell files of one name
   * apart, it is enough that there is one.
   */
  public boolean isInPlace() {
    try {
      return channel.isOpen() && Objects.equals(key, key(directory));
    } catch (IOException gone) {
      return false;
    }
  }

  /** Lets others write the directory. Closing a lock again does nothing. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      try {
        channel.close();
      } finally {
        HELD.remove(directory);
      }
    }
  }

  private static RunLock lock(Path runDirectory, Path directory, String self) throws IOException {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              directory.resolve(FILE_NAME),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException failure) {
      throw cannotLock(runDirectory, failure);
    }
    boolean acquired = false;
    try {
      FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      if (lock == null) {
        throw new RunLockedException(runDirectory, holder(channel));
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap((self + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
      AtomicFile.deleteLeftovers(directory);
      RunLock held = new RunLock(directory, channel, key(directory));
      acquired = true;
      return held;
    } catch (RunLockedException locked) {
      throw locked;
    } catch (IOException failure) {
      throw cannotLock(runDirectory, failure);
    } finally {
      if (!acquired) {
        channel.close();
      }
    }
  }

  /** What tells the file from others that may have its name later; null where nothing does. */
  private static @Nullable Object key(Path directory) throws IOException {
    Path file = directory.resolve(FILE_NAME); // not opened, or the lock on it would be lost
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  /** Reads who holds the lock; others may have written anything, or nothing yet. */
  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(LONGEST_HOLDER);
    channel.read(content, 0);
    String holder = StandardCharsets.US_ASCII.decode(content.flip()).toString().strip();
    return HOLDER.matcher(holder).matches() ? holder : "another process";
  }

  private static IOException cannotLock(Path runDirectory, IOException failure) {
    String reason =
        failure instanceof FileSystemException system && system.getReason() != null
            ? system.getReason()
            : failure.getClass().getSimpleName() + " " + failure.getMessage();
    return new IOException("cannot lock %s: %s".formatted(runDirectory, reason), failure);
  }
}
