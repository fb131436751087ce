package io.refrain.tensor;

/**
 * The left operand of a matrix product, taken in blocks of rows that stay in the second-level cache
 * while the columns of B pass.
 *
 * <p>Where it is transposed and its stored rows are long, each step of a tile would touch another
 * page of memory; there a block is copied together before it is used.
 */
final class LeftOperand {
  private static final int ROWS = 384;
  private static final int COPIED_ROWS = 96;

  /** Stored rows of 4 KB lie on a page each. */
  static final int LONG = 1024;

  private static final float[] NONE = {};

  private final Matrix a;
  private final boolean copied;
  private final float[] copies; // [threads, columns of A, COPIED_ROWS]

  private LeftOperand(Matrix a, boolean copied, float[] copies) {
    this.a = a;
    this.copied = copied;
    this.copies = copies;
  }

  static LeftOperand of(Tape tape, Matrix a) {
    boolean copied = a.transposed() && a.leading() >= LONG;
    float[] copies =
        copied ? tape.buffer(Tensor.size(tape.team().size(), a.columns(), COPIED_ROWS)) : NONE;
    return new LeftOperand(a, copied, copies);
  }

  /** Rows of a block, at most. */
  int blockRows() {
    return copied ? COPIED_ROWS : ROWS;
  }

  /** Rows {@code first} to {@code end}, for the thread that does this part. */
  Matrix block(int part, int first, int end) {
    int rows = end - first;
    int at = a.at() + first * a.rowStride();
    if (!copied) {
      return new Matrix(a.data(), at, rows, a.columns(), a.leading(), a.transposed());
    }
    int copy = part * COPIED_ROWS * a.columns();
    for (int step = 0; step < a.columns(); step++) {
      System.arraycopy(a.data(), at + step * a.leading(), copies, copy + step * COPIED_ROWS, rows);
    }
    return new Matrix(copies, copy, rows, a.columns(), COPIED_ROWS, true);
  }
}
