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
    multiply(tape, a, b, c, add ? new Start.Kept() : new Start.Zeros());
  }

  /**
   * Multiplies and adds a row to every row: C = A · B + row.
   *
   * @param row [n]
   */
  public static void multiplyPlusRow(Tape tape, Matrix a, Matrix b, float[] row, Matrix c) {
    multiply(tape, a, b, c, new Start.Row(row));
  }

  private static void multiply(Tape tape, Matrix a, Matrix b, Matrix c, Start start) {
    int m = a.rows();
    int n = b.columns();
    int panels = LAYOUT.panels(n);
    Panels packed = panelsFor(tape, b);
    tape.team().run((part, parts) -> packPart(b, packed, part, parts));
    LeftOperand left = LeftOperand.of(tape, a);
    if (n >= m && panels % tape.team().size() == 0 && !left.copied()) {
      tape.team()
          .run((part, parts) -> {
            int from = panelStart(panels, n, part, parts);
            int to = panelStart(panels, n, part + 1, parts);
            multiplyBlocks(left, part, 0, m, packed, from, to, c, start);
          });
    } else {
      tape.team()
          .run((part, parts) -> {
            int first = ThreadTeam.boundary(m, part, parts);
            int end = ThreadTeam.boundary(m, part + 1, parts);
            multiplyBlocks(left, part, first, end, packed, 0, n, c, start);
          });
    }
  }

  /** B packed for {@link Kernels#multiply}, to keep. */
  public static Panels pack(Matrix b) {
    Panels panels = new Panels(LAYOUT.length(b.rows(), b.columns()));
    packPart(b, panels, 0, 1);
    return panels;
  }

  /** Room to {@linkplain #packPart pack} B until the tape is cleared. */
  public static Panels panelsFor(Tape tape, Matrix b) {
    return tape.panels(LAYOUT.length(b.rows(), b.columns()));
  }

  /** Packs part {@code part} of {@code parts} of B for {@link Kernels#multiply}. */
  public static void packPart(Matrix b, Panels packed, int part, int parts) {
    int panels = LAYOUT.panels(b.columns());
    KERNELS.pack(
        b.transposed(),
        b.rows(),
        panelStart(panels, b.columns(), part, parts),
        panelStart(panels, b.columns(), part + 1, parts),
        b.data(),
        b.at(),
        b.leading(),
        packed);
  }

  private static int panelStart(int panels, int n, int part, int parts) {
    return Math.min(n, ThreadTeam.boundary(panels, part, parts) * LAYOUT.width());
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
