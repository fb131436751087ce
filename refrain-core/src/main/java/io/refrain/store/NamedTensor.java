package io.refrain.store;

import java.util.Arrays;
import java.util.Objects;

/**
 * A named block of 32-bit floats with a shape: what a weights file holds one or more of.
 *
 * <p>The data lie in row-major order (the last dimension varies fastest), as in PyTorch and NumPy.
 * A scalar has the shape {@code []} and one element; a shape with a zero in it has none.
 *
 * <p>The data array is shared, not copied, because weights can be large: whoever creates the tensor
 * hands the array over and no longer changes it.
 */
public final class NamedTensor {
  /** The most dimensions that a shape may have, as in PyTorch. */
  public static final int MAXIMUM_RANK = 64;

  private final String name;
  private final int[] shape;
  private final float[] data;

  /**
   * Creates a tensor.
   *
   * @param name any well-formed Unicode text but {@code __metadata__}, which the format reserves
   * @param shape the sizes of the dimensions, outermost first, none of them negative
   * @param data the elements in row-major order; their count is the product of the sizes
   * @throws IllegalArgumentException if the name cannot be stored, the shape is not one, or the
   *     count of elements does not agree with it
   */
  public NamedTensor(String name, int[] shape, float[] data) {
    this.name = requireStorableName(name);
    this.shape = shape.clone();
    this.data = Objects.requireNonNull(data, "data");
    long expected = elementCount(this.shape);
    if (data.length != expected) {
      throw new IllegalArgumentException(
          "tensor %s of shape %s needs %d elements, but the array has %d"
              .formatted(FileText.quote(name), Arrays.toString(shape), expected, data.length));
    }
  }

  /** {@return the name under which the tensor is stored} */
  public String name() {
    return name;
  }

  /** {@return a copy of the shape, outermost dimension first} */
  public int[] shape() {
    return shape.clone();
  }

  /** {@return the elements in row-major order: the array itself, not a copy} */
  public float[] data() {
    return data;
  }

  /** Two tensors are equal if names and shapes are, and all elements by {@link Float#compare}. */
  @Override
  public boolean equals(Object other) {
    return other instanceof NamedTensor that
        && name.equals(that.name)
        && Arrays.equals(shape, that.shape)
        && Arrays.equals(data, that.data);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + Arrays.hashCode(shape)) + Arrays.hashCode(data);
  }

  /** Returns name and shape, for messages. */
  @Override
  public String toString() {
    return FileText.quote(name) + " " + Arrays.toString(shape);
  }

  /**
   * Multiplies the sizes of a shape.
   *
   * @throws IllegalArgumentException if a size is negative, there are more than {@value
   *     #MAXIMUM_RANK} of them, or the product does not fit 64 bits
   */
  static long elementCount(int[] shape) {
    if (shape.length > MAXIMUM_RANK) {
      throw new IllegalArgumentException(
          "a shape has at most %d dimensions, found %d".formatted(MAXIMUM_RANK, shape.length));
    }
    long count = 1;
    for (int size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "the sizes of a shape are zero or more, found " + Arrays.toString(shape));
      }
      if (size != 0 && count > Long.MAX_VALUE / size) {
        throw new IllegalArgumentException(
            "the shape " + Arrays.toString(shape) + " has more elements than 64 bits can count");
      }
      count *= size;
    }
    return count;
  }

  private static String requireStorableName(String name) {
    if (name.equals(SafetensorsHeader.METADATA_KEY)) {
      throw new IllegalArgumentException(
          "a tensor cannot be called %s, which the safetensors format reserves; choose another name"
              .formatted(name));
    }
    FileText.requireWellFormed("the name of a tensor", name);
    return name;
  }
}
