package io.refrain.kernel.simd;

import static io.refrain.kernel.simd.PanelMemory.bytes;

import io.refrain.kernel.PanelLayout;
import io.refrain.kernel.Panels;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/** Cuts a matrix product into register tiles. */
final class MatrixProduct {
  private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

  /** AVX-512 and NEON have 32 vector registers; x86 with shorter vectors has 16. */
  private static final boolean MANY_REGISTERS =
      LANES >= 16 || System.getProperty("os.arch", "").equals("aarch64");

  static final PanelLayout LAYOUT =
      new PanelLayout(MANY_REGISTERS ? WideTile.WIDTH : NarrowTile.WIDTH, NarrowTile.WIDTH);

  private static final int MAXIMUM_ROWS = 6;

  /** Steps of k between two visits to C: more cost places in the nearest cache, fewer visits. */
  private static final int STEPS = 320;

  /** Where a tile is computed whose columns are not all there. */
  private static final ThreadLocal<float[]> EDGE =
      ThreadLocal.withInitial(() -> new float[MAXIMUM_ROWS * WideTile.WIDTH]);

  private MatrixProduct() {}

  static void multiply(
      int m,
      int k,
      int from,
      int to,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      Panels panels,
      float[] c,
      int cAt,
      int cRow) {
    MemorySegment b = panels.memory();
    int column = from;
    if (m == 1 && MANY_REGISTERS) {
      int width = WideTile.WIDTH;
      for (; column <= to - RowTile.PANELS * width; column += RowTile.PANELS * width) {
        RowTile.multiplyAdd(
            k, a, aAt, aStep, b, bytes(column * k), bytes(width * k), c, cAt + column);
      }
    }
    // The block of steps outermost: A's part of it stays near while all panels pass.
    int blocks = (k + STEPS - 1) / STEPS;
    for (int block = 0; block < blocks; block++) {
      int first = k / blocks * block;
      int steps = block == blocks - 1 ? k - first : k / blocks;
      for (int at = column; at < to; at += LAYOUT.width()) {
        int columns = Math.min(LAYOUT.width(), to - at);
        long bAt = bytes(at * k + first * LAYOUT.stride(columns));
        int aStart = aAt + first * aStep;
        panel(m, steps, a, aStart, aRow, aStep, b, bAt, c, cAt + at, cRow, columns);
      }
    }
  }

  /** Rows are dealt out evenly: 16 become 6, 5 and 5, for small tiles waste the machine. */
  private static void panel(
      int m,
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      MemorySegment b,
      long bAt,
      float[] c,
      int cAt,
      int cRow,
      int columns) {
    int stride = LAYOUT.stride(columns);
    int row = 0;
    for (int tiles = (m + MAXIMUM_ROWS - 1) / MAXIMUM_ROWS; tiles > 0; tiles--) {
      int rows = tiles == 1 ? m - row : (m - row) / tiles; // a division is long for one row
      int at = cAt + row * cRow;
      if (columns == stride) {
        tile(rows, k, a, aAt + row * aRow, aRow, aStep, b, bAt, c, at, cRow, stride);
      } else {
        float[] edge = EDGE.get();
        Arrays.fill(edge, 0f);
        for (int i = 0; i < rows; i++) {
          System.arraycopy(c, at + i * cRow, edge, i * stride, columns);
        }
        tile(rows, k, a, aAt + row * aRow, aRow, aStep, b, bAt, edge, 0, stride, stride);
        for (int i = 0; i < rows; i++) {
          System.arraycopy(edge, i * stride, c, at + i * cRow, columns);
        }
      }
      row += rows;
    }
  }

  private static void tile(
      int rows,
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      MemorySegment b,
      long bAt,
      float[] c,
      int cAt,
      int cRow,
      int width) {
    if (width == NarrowTile.WIDTH) {
      NarrowTile.multiplyAdd(rows, k, a, aAt, aRow, aStep, b, bAt, c, cAt, cRow);
    } else {
      WideTile.multiplyAdd(rows, k, a, aAt, aRow, aStep, b, bAt, c, cAt, cRow);
    }
  }
}
