package io.refrain.store;

import io.refrain.store.SafetensorsException.Defect;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An open safetensors file, read with distrust.
 *
 * <p>{@link #open} reads the header and checks all of it against the real size of the file: every
 * tensor's range must lie inside the file, agree with its shape, and touch its neighbours without
 * overlap or gap. Only then are weights read, one tensor at a time, each straight into its array,
 * so nothing is ever allocated on the word of the file. Every defect is a {@link
 * SafetensorsException}.
 *
 * <p>The file must be closed after use. Not safe for use by several threads at a time.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 18;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;
  private final ByteBuffer chunk;

  private SafetensorsFile(
      Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
    long largest = 0;
    for (SafetensorsHeader.Entry entry : header.entries().values()) {
      largest = Math.max(largest, entry.end() - entry.begin());
    }
    int chunkBytes = (int) Math.min(largest, CHUNK_BYTES);
    this.chunk = ByteBuffer.allocateDirect(chunkBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Opens a file and checks its header.
   *
   * @param file a regular file
   * @return the open file, to be closed after use
   * @throws SafetensorsException if the file is not what the format promises
   * @throws IOException if the file does not exist or cannot be read
   */
  public static SafetensorsFile open(Path file) throws IOException {
    ReadableFile.require(file);
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      long fileLength = channel.size();
      int headerLength = headerLength(file, channel, fileLength);
      ByteBuffer bytes = ByteBuffer.allocate(headerLength);
      readFully(file, channel, bytes, Long.BYTES);
      long dataStart = Long.BYTES + (long) headerLength;
      SafetensorsHeader header =
          SafetensorsHeaderParser.parse(file, bytes.array(), fileLength - dataStart);
      return new SafetensorsFile(file, channel, header, dataStart);
    } catch (IOException | RuntimeException | Error failure) {
      channel.close();
      throw failure;
    }
  }

  /** {@return the free-text metadata, unmodifiable; empty if the file has none} */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /** {@return the names of all tensors, unmodifiable, in the order of their data in the file} */
  public Set<String> names() {
    return header.entries().keySet();
  }

  /**
   * Looks up the shape of a tensor, without reading its data.
   *
   * @param name one of {@link #names}
   * @return the sizes of the dimensions, outermost first
   * @throws SafetensorsException if the file holds no such tensor
   */
  public int[] shape(String name) throws SafetensorsException {
    return entry(name).shape();
  }

  /**
   * Reads one tensor.
   *
   * @param name one of {@link #names}
   * @return the tensor, with an array of its own
   * @throws SafetensorsException if the file holds no such tensor, or one that is not of 32-bit
   *     floats
   * @throws IOException if the file cannot be read
   */
  public NamedTensor tensor(String name) throws IOException {
    SafetensorsHeader.Entry entry = entry(name);
    if (entry.type() != ElementType.F32) {
      throw new SafetensorsException(
          file,
          Defect.WRONG_DTYPE,
          "tensor %s has dtype %s, but only F32 can be read; convert it (PyTorch: .float())"
              .formatted(FileText.quote(name), entry.type()));
    }
    if (entry.elementCount() > Integer.MAX_VALUE - 8) {
      throw new SafetensorsException(
          file,
          Defect.TENSOR_TOO_LARGE,
          "tensor %s has %d elements, more than a Java array can hold; split it"
              .formatted(FileText.quote(name), entry.elementCount()));
    }
    float[] data = new float[(int) entry.elementCount()];
    readFloats(dataStart + entry.begin(), data);
    return new NamedTensor(name, entry.shape(), data);
  }

  /**
   * Reads all tensors.
   *
   * @return the tensors, in the order of their data in the file
   * @throws SafetensorsException if one of them is not of 32-bit floats
   * @throws IOException if the file cannot be read
   */
  public List<NamedTensor> tensors() throws IOException {
    List<NamedTensor> tensors = new ArrayList<>(names().size());
    for (String name : names()) {
      tensors.add(tensor(name));
    }
    return tensors;
  }

  /** Closes the file; tensors that were read stay as they are. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  private SafetensorsHeader.Entry entry(String name) throws SafetensorsException {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new SafetensorsException(
          file,
          Defect.NO_SUCH_TENSOR,
          "there is no tensor %s; there are %s"
              .formatted(FileText.quote(name), FileText.quoteSome(names())));
    }
    return entry;
  }

  private void readFloats(long position, float[] data) throws IOException {
    int capacity = CHUNK_BYTES / Float.BYTES;
    for (int start = 0; start < data.length; start += capacity) {
      int count = Math.min(capacity, data.length - start);
      chunk.clear().limit(count * Float.BYTES);
      readFully(file, channel, chunk, position + (long) start * Float.BYTES);
      chunk.flip().asFloatBuffer().get(data, start, count);
    }
  }

  /** Reads the length of the header and checks it against limit and file. */
  private static int headerLength(Path file, FileChannel channel, long fileLength)
      throws IOException {
    if (fileLength < Long.BYTES) {
      throw new SafetensorsException(
          file,
          Defect.FILE_TOO_SHORT,
          "a safetensors file has at least 8 bytes, this one has " + fileLength);
    }
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, bytes, 0);
    long length = bytes.getLong(0);
    if (length < 0 || length > SafetensorsHeader.MAXIMUM_BYTES) {
      throw new SafetensorsException(
          file,
          Defect.HEADER_TOO_LONG,
          "the header claims to have %s bytes, the limit is %d; this is no safetensors file"
              .formatted(Long.toUnsignedString(length), SafetensorsHeader.MAXIMUM_BYTES));
    }
    if (length > fileLength - Long.BYTES) {
      throw new SafetensorsException(
          file,
          Defect.HEADER_OUT_OF_FILE,
          "the header claims to have %d bytes, but only %d follow; the file is truncated"
              .formatted(length, fileLength - Long.BYTES));
    }
    return (int) length;
  }

  private static void readFully(Path file, FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long next = position;
    while (bytes.hasRemaining()) {
      int count = channel.read(bytes, next);
      if (count < 0) {
        throw new SafetensorsException(
            file, Defect.CHANGED_WHILE_READ, "the file became shorter while it was being read");
      }
      next += count;
    }
  }

  /** The file's path, for messages. */
  @Override
  public String toString() {
    return file.toString();
  }
}
