package io.refrain.store;

import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;

/**
 * Writes a file so that it appears whole or not at all.
 *
 * <p>The bytes go to a new file beside the target, are forced to the disk, and only then take the
 * target's name in a single step. Whatever fails on the way (a full disk, a crash, an error in the
 * caller's code), whoever opens the target finds either all of the old bytes or all of the new
 * ones. An error deletes the new file; what a killed process left behind is removed by the next
 * {@link RunLock#acquire}.
 */
public final class AtomicFile {
  private static final AtomicFile REAL = new AtomicFile(FileSystemCalls.REAL);

  /** Short, so that it fits wherever the target's own name does; hidden on POSIX systems. */
  private static final String TEMPORARY_PREFIX = ".refrain-";

  private static final String TEMPORARY_SUFFIX = ".part";

  private final FileSystemCalls calls;

  /** Creates a writer whose file system the caller controls. */
  AtomicFile(FileSystemCalls calls) {
    this.calls = calls;
  }

  /** Produces the content of a file. */
  @FunctionalInterface
  public interface BodyWriter {
    /**
     * Writes the whole content.
     *
     * @param out buffered; closing it is allowed and changes nothing
     * @throws IOException to give up; the target then keeps its old content
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Creates or replaces a file.
   *
   * @param target the file; its folder must exist; a symbolic link is followed and stays
   * @param body writes the content
   * @throws IOException if the file cannot be written, with a message of one line that names it; it
   *     then still has its old content, or does not exist if it did not
   */
  public static void write(Path target, BodyWriter body) throws IOException {
    REAL.replace(target, body);
  }

  /**
   * Gives a file that was written and forced to the disk its name, in a single step.
   *
   * @param written the file, which nobody writes any more
   * @param target its name, in the same folder; replaced where it exists
   * @throws IOException if it cannot have that name, with a message of one line that says so
   */
  public static void publish(Path written, Path target) throws IOException {
    try {
      REAL.calls.rename(written, target);
      REAL.calls.forceFolder(Objects.requireNonNull(target.toAbsolutePath().getParent()));
    } catch (IOException failure) {
      throw new IOException(
          "cannot give %s the name %s: %s".formatted(written, target, failure.getMessage()),
          failure);
    }
  }

  /** As {@link #write(Path, BodyWriter)}, by the calls given at construction. */
  void replace(Path target, BodyWriter body) throws IOException {
    Path file = resolve(target);
    Path folder = file.getParent();
    if (folder == null || !Files.isDirectory(folder)) {
      throw new NoSuchFileException(
          target.toString(), null, "cannot be written, because its folder does not exist");
    }
    Path temporary = folder.resolve(TEMPORARY_PREFIX + UUID.randomUUID() + TEMPORARY_SUFFIX);
    boolean replaced = false;
    try {
      writeAndForce(temporary, body);
      calls.rename(temporary, file);
      replaced = true;
      calls.forceFolder(folder);
    } catch (IOException failure) {
      String state = replaced ? "it may not survive a power cut" : "nothing was changed";
      throw new IOException(
          "cannot write %s, %s: %s".formatted(target, state, reason(failure, temporary)), failure);
    } finally {
      if (!replaced) {
        discard(temporary);
      }
    }
  }

  /**
   * Deletes what killed processes left half-written in a folder.
   *
   * <p>Only for the sole writer of the folder: the half-written file of another would go as well.
   */
  static void deleteLeftovers(Path folder) throws IOException {
    try (DirectoryStream<Path> leftovers =
        Files.newDirectoryStream(folder, TEMPORARY_PREFIX + "*" + TEMPORARY_SUFFIX)) {
      for (Path leftover : leftovers) {
        Files.deleteIfExists(leftover);
      }
    }
  }

  private void writeAndForce(Path temporary, BodyWriter body) throws IOException {
    try (FileOutputStream file = calls.create(temporary)) {
      OutputStream out =
          new BufferedOutputStream(file) {
            @Override
            public void close() throws IOException {
              // The file must still be open when it is forced to the disk.
              flush();
            }
          };
      body.writeTo(out);
      out.flush();
      calls.force(file);
    }
  }

  private static void discard(Path temporary) {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException ignored) {
      // The failure that led here says more, and the next holder of the lock tries again.
    }
  }

  /** Follows links, and refuses what a rename would destroy: folders and devices. */
  private static Path resolve(Path target) throws IOException {
    if (!Files.exists(target)) {
      return target.toAbsolutePath();
    }
    if (!Files.isRegularFile(target)) {
      throw new FileSystemException(
          target.toString(), null, "cannot be replaced, because it is not a regular file");
    }
    return target.toRealPath();
  }

  /** Explains a failure without the temporary name, which means nothing to the reader. */
  private static String reason(IOException failure, Path temporary) {
    String reason =
        failure instanceof FileSystemException system && system.getReason() != null
            ? system.getReason()
            : failure.getMessage();
    if (reason == null || reason.equals(temporary.toString())) {
      return failure.getClass().getSimpleName();
    }
    return reason.replace(temporary + " (", "(").strip();
  }
}
