package io.refrain.tensor;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.PanelLayout;
import io.refrain.kernel.Panels;
import io.refrain.kernel.ThreadTeam;
import java.util.Arrays;

/**
 * C = A · B or C += A · B, cut between the threads of a tape.
 *
 * <p>Any operand may be transposed. An element of C is always the same sum in the same order, so
 * the cut, which follows the shape, does not show in the result.
 */
public final class MatrixProduct {
  private static final Kernels KERNELS = Kernels.get();
  private static final PanelLayout LAYOUT = KERNELS.layout();

  /**
   * Columns of a block of C that is begun, summed up and left while it stays in the second-level
   * cache; {@link LeftOperand} has its rows.
   */
  private static final int BLOCK_COLUMNS = 256 / LAYOUT.width() * LAYOUT.width();

  /** What C holds before the product is added. */
  private sealed interface Start {
    /** What it held already. */
    record Kept() implements Start {}

    /** Nothing. */
    record Zeros() implements Start {}

    /** The same row everywhere: a bias. */
    record Row(float[] values) implements Start {}
  }

  private MatrixProduct() {}

  /**
   * Multiplies.
   *
   * @param a [m × k]
   * @param b [k × n]
   * @param c [m × n], not transposed
   * @param add whether to add to C rather than replace it
   */
  public static void multiply(Tape tape, Matrix a, Matrix b, Matrix c, boolean add) {
    PackedMatrix packed = PackedMatrix.of(tape, b);
    multiply(tape, a, packed, c, add);
    tape.giveBack(packed.panels());
  }

  /**
   * Multiplies by a matrix that is packed already.
   *
   * @param a [m × k]
   * @param b [k × n]
   * @param c [m × n], not transposed
   * @param add whether to add to C rather than replace it
   */
  public static void multiply(Tape tape, Matrix a, PackedMatrix b, Matrix c, boolean add) {
    multiply(tape, a, b, c, add ? new Start.Kept() : new Start.Zeros());
  }

  /**
   * Multiplies and adds a row to every row: C = A · B + row.
   *
   * @param row [n]
   */
  public static void multiplyPlusRow(Tape tape, Matrix a, PackedMatrix b, float[] row, Matrix c) {
    multiply(tape, a, b, c, new Start.Row(row));
  }

  private static void multiply(Tape tape, Matrix a, PackedMatrix b, Matrix c, Start start) {
    int m = a.rows();
    int n = b.columns();
    LeftOperand left = LeftOperand.of(tape, a);
    if (n >= m && b.panelCount() % tape.team().size() == 0 && !left.copied()) {
      tape.team()
          .run((part, parts) -> {
            int from = b.panelStart(part, parts);
            int to = b.panelStart(part + 1, parts);
            multiplyBlocks(left, part, 0, m, b.panels(), from, to, c, start);
          });
    } else {
      tape.team()
          .run((part, parts) -> {
            int first = ThreadTeam.boundary(m, part, parts);
            int end = ThreadTeam.boundary(m, part + 1, parts);
            multiplyBlocks(left, part, first, end, b.panels(), 0, n, c, start);
          });
    }
  }

  private static void multiplyBlocks(
      LeftOperand left,
      int part,
      int firstRow,
      int endRow,
      Panels packed,
      int from,
      int to,
      Matrix c,
      Start start) {
    int blocks = (endRow - firstRow + left.blockRows() - 1) / left.blockRows();
    for (int block = 0; block < blocks; block++) {
      int first = firstRow + ThreadTeam.boundary(endRow - firstRow, block, blocks);
      int end = firstRow + ThreadTeam.boundary(endRow - firstRow, block + 1, blocks);
      Matrix a = left.block(part, first, end);
      for (int column = from; column < to; column += BLOCK_COLUMNS) {
        int last = Math.min(to, column + BLOCK_COLUMNS);
        begin(c, first, end, column, last, start);
        KERNELS.multiply(
            end - first,
            a.columns(),
            column,
            last,
            a.data(),
            a.at(),
            a.rowStride(),
            a.columnStride(),
            packed,
            c.data(),
            c.at() + first * c.leading(),
            c.leading());
      }
    }
  }

  private static void begin(Matrix c, int first, int end, int from, int to, Start start) {
    for (int row = first; row < end; row++) {
      int at = c.at() + row * c.leading();
      switch (start) {
        case Start.Kept() -> {}
        case Start.Zeros() -> Arrays.fill(c.data(), at + from, at + to, 0f);
        case Start.Row(float[] values) ->
            System.arraycopy(values, from, c.data(), at + from, to - from);
      }
    }
  }
}
