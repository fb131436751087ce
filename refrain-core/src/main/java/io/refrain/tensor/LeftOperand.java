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
  private final int copiedRows;
  private final float[] copies; // [threads, columns of A, copiedRows]

  private LeftOperand(Matrix a, boolean copied, int copiedRows, float[] copies) {
    this.a = a;
    this.copied = copied;
    this.copiedRows = copiedRows;
    this.copies = copies;
  }

  static LeftOperand of(Tape tape, Matrix a) {
    boolean copied = a.transposed() && a.leading() >= LONG;
    int threads = tape.team().size();
    int rows = Math.min(COPIED_ROWS, (a.rows() + threads - 1) / threads);
    float[] copies = copied ? tape.buffer(Tensor.size(threads, a.columns(), rows)) : NONE;
    return new LeftOperand(a, copied, rows, copies);
  }

  /** Whether each thread copies its rows, of which it may then have no more than its share. */
  boolean copied() {
    return copied;
  }

  /** Rows of a block, at most. */
  int blockRows() {
    return copied ? copiedRows : ROWS;
  }

  /** Rows {@code first} to {@code end}, for the thread that does this part. */
  Matrix block(int part, int first, int end) {
    int rows = end - first;
    int at = a.at() + first * a.rowStride();
    if (!copied) {
      return new Matrix(a.data(), at, rows, a.columns(), a.leading(), a.transposed());
    }
    int copy = part * copiedRows * a.columns();
    for (int step = 0; step < a.columns(); step++) {
      System.arraycopy(a.data(), at + step * a.leading(), copies, copy + step * copiedRows, rows);
    }
    return new Matrix(copies, copy, rows, a.columns(), copiedRows, true);
  }
}
