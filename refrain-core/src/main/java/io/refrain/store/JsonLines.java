package io.refrain.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A log of JSON objects, one a line, to which records are appended: the metrics of a run.
 *
 * <p>Every record reaches the operating system before {@link #append} returns, so that a killed
 * process loses none. A line that a crash tore off is ignored by {@link #read} and cut off by
 * {@link #open}. To resume a run from a checkpoint, keep {@link #position} in it and {@link
 * #truncateTo} it, so that no step is logged twice.
 *
 * <p>Not safe for use by several threads or processes at a time; a {@link RunLock} keeps others
 * out.
 */
public final class JsonLines implements AutoCloseable {
  private final Path path;

  // Not a channel, which an interrupt of the writing thread would close for good.
  private final RandomAccessFile file;

  private JsonLines(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Opens a log to append to it, creating it if there is none.
   *
   * @param path the file, in a folder that exists
   * @return the log, to be closed after use
   * @throws IOException if it cannot be opened
   */
  public static JsonLines open(Path path) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      long end = endOfLastLine(file);
      file.setLength(end);
      file.seek(end);
      return new JsonLines(path, file);
    } catch (IOException failure) {
      file.close();
      throw failure;
    }
  }

  /**
   * Appends a record.
   *
   * @param object as for {@link Json#line}: NaN and infinities become null
   * @throws IllegalArgumentException if a value has no form in JSON
   * @throws IOException if it cannot be written; the log then ends with the record before
   */
  public void append(Map<String, ? extends @Nullable Object> object) throws IOException {
    byte[] line = (Json.line(object) + "\n").getBytes(StandardCharsets.UTF_8);
    long start = file.getFilePointer();
    try {
      file.write(line);
    } catch (IOException failure) {
      // A disk that fills up takes the first part of a line.
      file.setLength(start);
      file.seek(start);
      throw new IOException("cannot write %s: %s".formatted(path, failure.getMessage()), failure);
    }
  }

  /**
   * {@return the length of the log in bytes, where the next record will begin}
   *
   * @throws IOException if the system does not tell
   */
  public long position() throws IOException {
    return file.getFilePointer();
  }

  /**
   * Waits until all records are on the disk: call it before a checkpoint keeps the position.
   *
   * @throws IOException if they cannot be brought there
   */
  public void force() throws IOException {
    file.getFD().sync();
  }

  /**
   * Cuts off all records after a position.
   *
   * @param bytes what {@link #position} returned once
   * @throws IllegalArgumentException if that is not where a record ends
   * @throws IOException if the file cannot be read or cut
   */
  public void truncateTo(long bytes) throws IOException {
    if (bytes < 0 || bytes > position() || !endsLine(bytes)) {
      throw new IllegalArgumentException(
          "no record of %s ends at byte %d; it has %d bytes".formatted(path, bytes, position()));
    }
    file.setLength(bytes);
    file.seek(bytes);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /**
   * Reads all records. A last line without its line feed is ignored: its writer was killed, or is
   * writing just now.
   *
   * @param path the file
   * @return the records in the order of the file
   * @throws JsonException if a line is not a JSON object, with the number of the line
   * @throws IOException if the log does not exist or cannot be read
   */
  public static List<JsonObject> read(Path path) throws IOException {
    ReadableFile.require(path);
    List<JsonObject> records = new ArrayList<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next != '\n') {
          line.write(next);
          continue;
        }
        String source = path + ", line " + (records.size() + 1);
        records.add(JsonObject.parse(source, line.toByteArray()));
        line.reset();
      }
    }
    return records;
  }

  private static long endOfLastLine(RandomAccessFile file) throws IOException {
    byte[] chunk = new byte[8192];
    long end = file.length();
    while (end > 0) {
      int count = (int) Math.min(chunk.length, end);
      file.seek(end - count);
      file.readFully(chunk, 0, count);
      for (int i = count - 1; i >= 0; i--) {
        if (chunk[i] == '\n') {
          return end - count + i + 1;
        }
      }
      end -= count;
    }
    return 0;
  }

  private boolean endsLine(long bytes) throws IOException {
    if (bytes == 0) {
      return true;
    }
    long end = file.getFilePointer();
    file.seek(bytes - 1);
    int last = file.read();
    file.seek(end);
    return last == '\n';
  }
}
