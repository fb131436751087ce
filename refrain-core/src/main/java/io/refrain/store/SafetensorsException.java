package io.refrain.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A file that is not what the safetensors format promises, or does not hold what was asked of it.
 *
 * <p>The message is one line: the file, the tensor or key concerned, what was expected and found.
 */
public final class SafetensorsException extends IOException {
  private static final long serialVersionUID = 1;

  /** What is wrong with the file; each kind is found before anything is allocated for it. */
  public enum Defect {
    /** The file is shorter than the eight bytes of the header's length. */
    FILE_TOO_SHORT,
    /**
     * The header claims more than {@value SafetensorsHeader#MAXIMUM_BYTES} bytes, or a negative.
     */
    HEADER_TOO_LONG,
    /** The header claims more bytes than the file has. */
    HEADER_OUT_OF_FILE,
    /** The header is not UTF-8, not JSON, or something follows its end. */
    HEADER_NOT_JSON,
    /** The header is JSON, but not an object. */
    HEADER_NOT_OBJECT,
    /** A name, or a field of an entry, is given twice. */
    DUPLICATE_KEY,
    /** {@code __metadata__} is not an object of well-formed strings. */
    MALFORMED_METADATA,
    /** The entry of a tensor lacks a field, has an unknown one, or one of the wrong type. */
    MALFORMED_ENTRY,
    /** The element type is none that the format defines. */
    UNKNOWN_DTYPE,
    /** The element type is a good one, but not the 32-bit float that was asked for. */
    WRONG_DTYPE,
    /** A size is negative or too large, there are too many, or their product overflows. */
    BAD_SHAPE,
    /** The range of bytes is negative or ends before it begins. */
    BAD_OFFSETS,
    /** The range of bytes ends after the end of the file: the file is truncated or lies. */
    OUT_OF_FILE,
    /** The range of bytes is not as long as shape and element type demand. */
    LENGTH_MISMATCH,
    /** Two tensors share bytes. */
    OVERLAP,
    /** Bytes between two tensors belong to none. */
    HOLE,
    /** Bytes after the last tensor belong to none. */
    TRAILING_BYTES,
    /** The tensor has more elements than a Java array can hold. */
    TENSOR_TOO_LARGE,
    /** The file holds no tensor of the name that was asked for. */
    NO_SUCH_TENSOR,
    /** The file became shorter while it was being read. */
    CHANGED_WHILE_READ
  }

  /** The kind of defect; part of the serialized form, like the message. */
  private final Defect defect;

  SafetensorsException(Path file, Defect defect, String explanation) {
    super(file + ": " + explanation);
    this.defect = Objects.requireNonNull(defect);
  }

  /** {@return the kind of defect, for programs; the message is for people} */
  public Defect defect() {
    return defect;
  }
}
