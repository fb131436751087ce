package io.refrain.store;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes files in the safetensors format, which PyTorch, JAX and others read.
 *
 * <p>A file is an 8-byte little-endian length, a JSON header of that length (padded with spaces to
 * a multiple of 8 bytes, so that the data are aligned), and the data of the tensors one after
 * another, little-endian. The header holds free-text metadata and, for each tensor, element type,
 * shape and range of bytes. Reading is the work of {@link SafetensorsFile}.
 *
 * <p>Source: the format's description in the repository {@code huggingface/safetensors}.
 */
public final class Safetensors {
  private static final int ALIGNMENT = 8;

  /** Large enough that calls cost nothing, small enough to stay in the cache. */
  private static final int CHUNK_BYTES = 1 << 18;

  private Safetensors() {}

  /**
   * Writes tensors to a file, atomically. The same arguments always give the same bytes.
   *
   * @param file the file to create or replace
   * @param metadata free text by key; stored sorted by key
   * @param tensors stored in this order, as 32-bit floats
   * @throws IllegalArgumentException if two tensors have the same name, the metadata are not
   *     well-formed Unicode, or the header would be longer than the format allows
   * @throws IOException if the file cannot be written; its old content is then unchanged
   */
  public static void write(Path file, Map<String, String> metadata, List<NamedTensor> tensors)
      throws IOException {
    byte[] header = header(metadata, tensors);
    AtomicFile.write(file, out -> write(out, header, tensors));
  }

  /** Writes the content of a file to a stream. */
  static void write(OutputStream out, Map<String, String> metadata, List<NamedTensor> tensors)
      throws IOException {
    write(out, header(metadata, tensors), tensors);
  }

  private static void write(OutputStream out, byte[] header, List<NamedTensor> tensors)
      throws IOException {
    byte[] bytes = new byte[CHUNK_BYTES];
    ByteBuffer chunk = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats = chunk.asFloatBuffer();
    chunk.putLong(0, header.length);
    out.write(bytes, 0, Long.BYTES);
    out.write(header);
    for (NamedTensor tensor : tensors) {
      float[] data = tensor.data();
      for (int start = 0; start < data.length; start += floats.capacity()) {
        int count = Math.min(floats.capacity(), data.length - start);
        floats.put(0, data, start, count);
        out.write(bytes, 0, count * Float.BYTES);
      }
    }
  }

  private static byte[] header(Map<String, String> metadata, List<NamedTensor> tensors)
      throws IOException {
    requireDistinctNames(tensors);
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    try (JsonGenerator json = Json.generator(header)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(SafetensorsHeader.METADATA_KEY);
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          FileText.requireWellFormed("a key of the metadata", entry.getKey());
          FileText.requireWellFormed("the metadata " + entry.getKey(), entry.getValue());
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long begin = 0;
      for (NamedTensor tensor : tensors) {
        long end = begin + (long) tensor.data().length * Float.BYTES;
        writeEntry(json, tensor, begin, end);
        begin = end;
      }
      json.writeEndObject();
    }
    while (header.size() % ALIGNMENT != 0) {
      header.write(' ');
    }
    if (header.size() > SafetensorsHeader.MAXIMUM_BYTES) {
      throw new IllegalArgumentException(
          "the header would have %d bytes, the format allows %d; shorten names or metadata"
              .formatted(header.size(), SafetensorsHeader.MAXIMUM_BYTES));
    }
    return header.toByteArray();
  }

  private static void writeEntry(JsonGenerator json, NamedTensor tensor, long begin, long end)
      throws IOException {
    json.writeObjectFieldStart(tensor.name());
    json.writeStringField("dtype", ElementType.F32.name());
    json.writeArrayFieldStart("shape");
    for (int size : tensor.shape()) {
      json.writeNumber(size);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("data_offsets");
    json.writeNumber(begin);
    json.writeNumber(end);
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void requireDistinctNames(List<NamedTensor> tensors) {
    Set<String> names = HashSet.newHashSet(tensors.size());
    for (NamedTensor tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException(
            "two tensors are called %s; a file needs distinct names"
                .formatted(FileText.quote(tensor.name())));
      }
    }
  }
}
