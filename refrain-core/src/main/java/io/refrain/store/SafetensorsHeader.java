package io.refrain.store;

import io.refrain.store.SafetensorsException.Defect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The checked header of a safetensors file: free-text metadata and where each tensor lies. */
final class SafetensorsHeader {
  /**
   * The longest header that is read or written; the reference implementation has the same limit.
   */
  static final int MAXIMUM_BYTES = 100_000_000;

  /** The key that holds the metadata and is therefore no tensor's name. */
  static final String METADATA_KEY = "__metadata__";

  private final Map<String, String> metadata;
  private final Map<String, Entry> entries;

  private SafetensorsHeader(Map<String, String> metadata, Map<String, Entry> entries) {
    this.metadata = metadata;
    this.entries = entries;
  }

  /**
   * Checks what a header says against the file that it stands in.
   *
   * @param metadata as read
   * @param unordered the entries in the order of the header
   * @param dataLength the bytes of the file that follow the header
   */
  static SafetensorsHeader check(
      Path file, Map<String, String> metadata, List<Entry> unordered, long dataLength)
      throws SafetensorsException {
    List<Entry> ordered = new ArrayList<>(unordered);
    for (Entry entry : ordered) {
      checkRange(file, entry, dataLength);
    }
    ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    checkLayout(file, ordered, dataLength);
    Map<String, Entry> entries = LinkedHashMap.newLinkedHashMap(ordered.size());
    for (Entry entry : ordered) {
      entries.put(entry.name(), entry);
    }
    return new SafetensorsHeader(
        Collections.unmodifiableMap(metadata), Collections.unmodifiableMap(entries));
  }

  /** Returns the free-text metadata, unmodifiable, in the order of the file. */
  Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Returns the entries by name, unmodifiable, in the order in which their data lie in the file.
   */
  Map<String, Entry> entries() {
    return entries;
  }

  private static void checkRange(Path file, Entry entry, long dataLength)
      throws SafetensorsException {
    if (entry.begin() < 0 || entry.end() < entry.begin()) {
      throw new SafetensorsException(
          file,
          Defect.BAD_OFFSETS,
          "tensor %s has the impossible data_offsets [%d, %d]"
              .formatted(FileText.quote(entry.name()), entry.begin(), entry.end()));
    }
    if (entry.end() > dataLength) {
      throw new SafetensorsException(
          file,
          Defect.OUT_OF_FILE,
          "tensor %s ends at byte %d of the data, but the file has only %d; it is truncated"
              .formatted(FileText.quote(entry.name()), entry.end(), dataLength));
    }
    if (entry.end() - entry.begin() != entry.byteCount(file)) {
      throw new SafetensorsException(
          file,
          Defect.LENGTH_MISMATCH,
          "tensor %s of type %s and shape %s needs %d bytes, but its data_offsets [%d, %d] span %d"
              .formatted(
                  FileText.quote(entry.name()),
                  entry.type(),
                  entry.describeShape(),
                  entry.byteCount(file),
                  entry.begin(),
                  entry.end(),
                  entry.end() - entry.begin()));
    }
  }

  /** The format allows neither shared nor unused bytes, so that no file can hide a payload. */
  private static void checkLayout(Path file, List<Entry> ordered, long dataLength)
      throws SafetensorsException {
    long end = 0;
    String before = "the header";
    for (Entry entry : ordered) {
      if (entry.begin() < end) {
        throw new SafetensorsException(
            file,
            Defect.OVERLAP,
            "tensor %s begins at byte %d of the data, inside %s, which ends at %d"
                .formatted(FileText.quote(entry.name()), entry.begin(), before, end));
      }
      if (entry.begin() > end) {
        throw new SafetensorsException(
            file,
            Defect.HOLE,
            "%d bytes between %s and tensor %s belong to no tensor"
                .formatted(entry.begin() - end, before, FileText.quote(entry.name())));
      }
      end = entry.end();
      before = "tensor " + FileText.quote(entry.name());
    }
    if (end != dataLength) {
      throw new SafetensorsException(
          file,
          Defect.TRAILING_BYTES,
          "%d bytes at the end of the file, after %s, belong to no tensor"
              .formatted(dataLength - end, before));
    }
  }

  /**
   * Where one tensor lies: {@code [begin, end)} in bytes from the end of the header.
   *
   * <p>Not a record, because the shape is an array.
   */
  static final class Entry {
    private final String name;
    private final ElementType type;
    private final int[] shape;
    private final long elementCount;
    private final long begin;
    private final long end;

    /**
     * Creates an entry; the range is checked later, when all entries are known.
     *
     * @throws IllegalArgumentException if the shape is not one
     */
    Entry(String name, ElementType type, int[] shape, long begin, long end) {
      this.name = name;
      this.type = type;
      this.shape = shape.clone();
      this.elementCount = NamedTensor.elementCount(shape);
      this.begin = begin;
      this.end = end;
    }

    String name() {
      return name;
    }

    ElementType type() {
      return type;
    }

    int[] shape() {
      return shape.clone();
    }

    String describeShape() {
      return Arrays.toString(shape);
    }

    long elementCount() {
      return elementCount;
    }

    long begin() {
      return begin;
    }

    long end() {
      return end;
    }

    /** Returns the bytes that shape and element type demand. */
    private long byteCount(Path file) throws SafetensorsException {
      if (elementCount > Long.MAX_VALUE / type.bits()) {
        throw new SafetensorsException(
            file,
            Defect.BAD_SHAPE,
            "tensor %s has the shape %s, with more bytes than 64 bits can count"
                .formatted(FileText.quote(name), describeShape()));
      }
      long bits = elementCount * type.bits();
      if (bits % Byte.SIZE != 0) {
        throw new SafetensorsException(
            file,
            Defect.BAD_SHAPE,
            "tensor %s of type %s and shape %s does not fill its last byte"
                .formatted(FileText.quote(name), type, describeShape()));
      }
      return bits / Byte.SIZE;
    }
  }
}
