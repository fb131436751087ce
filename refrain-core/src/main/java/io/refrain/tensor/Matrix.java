package io.refrain.tensor;

/**
 * A matrix inside an array, as an operand of {@link MatrixProduct}.
 *
 * @param data the array
 * @param at where its first value stands
 * @param rows rows as the product sees them
 * @param columns columns as the product sees them
 * @param leading floats between two stored rows
 * @param transposed whether the stored rows are the product's columns
 */
public record Matrix(float[] data, int at, int rows, int columns, int leading, boolean transposed) {

  /** A dense row-major matrix that starts at {@code at}. */
  public static Matrix of(float[] data, int at, int rows, int columns) {
    return new Matrix(data, at, rows, columns, columns, false);
  }

  /** A dense row-major matrix at the start of an array. */
  public static Matrix of(float[] data, int rows, int columns) {
    return of(data, 0, rows, columns);
  }

  /** The same memory, rows and columns exchanged. */
  public Matrix transpose() {
    return new Matrix(data, at, columns, rows, leading, !transposed);
  }

  int rowStride() {
    return transposed ? 1 : leading;
  }

  int columnStride() {
    return transposed ? leading : 1;
  }
}
