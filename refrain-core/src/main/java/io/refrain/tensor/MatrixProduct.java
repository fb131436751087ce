package io.refrain.tensor;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.PanelLayout;
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
    int n = b.columns();
    int panels = (n + LAYOUT.width() - 1) / LAYOUT.width();
    float[] packed = tape.buffer(LAYOUT.length(b.rows(), n));
    int threads = tape.team().size();
    if (panels % threads == 0) {
      // Every thread packs the panels that it alone uses: one piece of work.
      tape.team()
          .run((part, parts) -> {
            int from = panels / parts * part * LAYOUT.width();
            int to = Math.min(n, panels / parts * (part + 1) * LAYOUT.width());
            pack(b, from, to, packed);
            multiply(a, 0, a.rows(), packed, from, to, c, add);
          });
    } else {
      tape.team()
          .run((part, parts) ->
              pack(
                  b,
                  panelStart(panels, n, part, parts),
                  panelStart(panels, n, part + 1, parts),
                  packed));
      tape.team()
          .run((part, parts) ->
              multiply(
                  a,
                  ThreadTeam.boundary(a.rows(), part, parts),
                  ThreadTeam.boundary(a.rows(), part + 1, parts),
                  packed,
                  0,
                  n,
                  c,
                  add));
    }
  }

  /** Packs part {@code part} of {@code parts} of B for {@link Kernels#multiply}. */
  public static void packPart(Matrix b, float[] packed, int part, int parts) {
    int panels = (b.columns() + LAYOUT.width() - 1) / LAYOUT.width();
    pack(
        b,
        panelStart(panels, b.columns(), part, parts),
        panelStart(panels, b.columns(), part + 1, parts),
        packed);
  }

  /** Floats that B takes when packed. */
  public static int packedLength(Matrix b) {
    return LAYOUT.length(b.rows(), b.columns());
  }

  private static int panelStart(int panels, int n, int part, int parts) {
    return Math.min(n, ThreadTeam.boundary(panels, part, parts) * LAYOUT.width());
  }

  private static void pack(Matrix b, int from, int to, float[] packed) {
    LAYOUT.pack(b.transposed(), b.rows(), from, to, b.data(), b.at(), b.leading(), packed, 0);
  }

  private static void multiply(
      Matrix a, int firstRow, int endRow, float[] packed, int from, int to, Matrix c, boolean add) {
    if (!add) {
      for (int row = firstRow; row < endRow; row++) {
        int at = c.at() + row * c.leading();
        Arrays.fill(c.data(), at + from, at + to, 0f);
      }
    }
    KERNELS.multiply(
        endRow - firstRow,
        a.columns(),
        from,
        to,
        a.data(),
        a.at() + firstRow * a.rowStride(),
        a.rowStride(),
        a.columnStride(),
        packed,
        0,
        c.data(),
        c.at() + firstRow * c.leading(),
        c.leading());
  }
}
