package io.refrain.store;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * What {@link AtomicFile} asks of the operating system; tests override a call to make it fail.
 *
 * <p>File streams rather than channels, because an interrupt of the writing thread closes a channel
 * under it and would so break off the saving of a checkpoint.
 */
interface FileSystemCalls {
  /** The calls of the operating system itself. */
  FileSystemCalls REAL = new FileSystemCalls() {};

  /** Creates the file and opens it for writing. */
  default FileOutputStream create(Path file) throws IOException {
    return new FileOutputStream(file.toFile());
  }

  /** Waits until what was written to the stream is on the disk. */
  default void force(FileOutputStream stream) throws IOException {
    stream.getFD().sync();
  }

  /** Puts one file in the place of another in a single step. */
  default void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /** Waits until the names in the folder are on the disk, where the system lets one ask for it. */
  default void forceFolder(Path folder) throws IOException {
    boolean interrupted = Thread.interrupted();
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (AccessDeniedException notAllowed) {
      // Windows opens no folders; its file system journals names by itself.
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
