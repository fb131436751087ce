package io.refrain.kernel.simd;

import static io.refrain.kernel.simd.PanelMemory.NATIVE;
import static io.refrain.kernel.simd.PanelMemory.bytes;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Lays out the right operand of a matrix product in panels; see {@link
 * io.refrain.kernel.PanelLayout}.
 */
final class Packing {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Columns of B that are transposed together: what is written at once is one cache line. */
  private static final int BLOCK = 16;

  /** Panels that are filled side by side: rows of B are then read in pieces of so many widths. */
  private static final int PANELS_AT_ONCE = 4;

  /** Steps that are copied before they are transposed: they stay in the nearest cache. */
  private static final int COPIED_STEPS = 256;

  /** Not a multiple of a page, whose lines would all compete for the same places in the cache. */
  private static final int COPY_STRIDE = COPIED_STEPS + BLOCK;

  private static final ThreadLocal<float[]> ROWS =
      ThreadLocal.withInitial(() -> new float[BLOCK * COPY_STRIDE]);

  private static final ThreadLocal<float[]> COLUMNS =
      ThreadLocal.withInitial(() -> new float[COPIED_STEPS * BLOCK]);

  private static final VectorShuffle<Float> SWAP_8 = swap(8);
  private static final VectorShuffle<Float> SWAP_4 = swap(4);
  private static final VectorShuffle<Float> SWAP_2 = swap(2);
  private static final VectorShuffle<Float> SWAP_1 = swap(1);
  private static final VectorMask<Float> ODD_8 = odd(8);
  private static final VectorMask<Float> ODD_4 = odd(4);
  private static final VectorMask<Float> ODD_2 = odd(2);
  private static final VectorMask<Float> ODD_1 = odd(1);

  private Packing() {}

  /** Exchanges each lane with the one whose number differs in a bit. */
  private static VectorShuffle<Float> swap(int bit) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ bit) % LANES);
  }

  /** The lanes whose number has a bit. */
  private static VectorMask<Float> odd(int bit) {
    long lanes = 0;
    for (int lane = 0; lane < LANES; lane++) {
      lanes |= (lane & bit) == 0 ? 0 : 1L << lane;
    }
    return VectorMask.fromLong(SPECIES, lanes);
  }

  /**
   * Packs rows {@code from} to {@code to} of B, stored as [k × n]. A few panels side by side, so
   * that rows of B are read in long pieces; see {@link #copyRows}.
   */
  static void pack(
      int k, int n, int from, int to, float[] b, int bAt, int leading, MemorySegment panels) {
    int panel = MatrixProduct.LAYOUT.width();
    for (int first = 0; first < n; first += PANELS_AT_ONCE * panel) {
      int end = Math.min(n, first + PANELS_AT_ONCE * panel);
      for (int step = from; step < to; step++) {
        for (int column = first; column < end; column += panel) {
          int columns = Math.min(panel, end - column);
          int stride = MatrixProduct.LAYOUT.stride(columns);
          long at = bytes(column * k + step * stride);
          packStep(columns, stride, b, bAt + step * leading + column, panels, at);
        }
      }
    }
  }

  private static void packStep(
      int columns, int stride, float[] b, int bAt, MemorySegment panel, long at) {
    int column = 0;
    for (; column <= columns - LANES; column += LANES) {
      FloatVector.fromArray(SPECIES, b, bAt + column)
          .intoMemorySegment(panel, at + bytes(column), NATIVE);
    }
    if (column < columns) {
      MemorySegment.copy(b, bAt + column, panel, JAVA_FLOAT, at + bytes(column), columns - column);
    }
    for (column = columns; column < stride; column++) {
      panel.set(JAVA_FLOAT, at + bytes(column), 0f);
    }
  }

  /** Packs columns {@code from} to {@code to} of B, stored as [n × k]. */
  static void packTransposed(
      int k, int from, int to, float[] b, int bAt, int leading, MemorySegment panels) {
    int panel = MatrixProduct.LAYOUT.width();
    for (int column = from; column < to; column += panel) {
      int columns = Math.min(panel, to - column);
      int stride = MatrixProduct.LAYOUT.stride(columns);
      long at = bytes(column * k);
      for (int first = 0; first < stride; first += BLOCK) {
        int width = Math.min(BLOCK, stride - first);
        int count = Math.clamp(columns - first, 0, width);
        int source = bAt + (column + first) * leading;
        long target = at + bytes(first);
        for (int step = 0; step < k; step += COPIED_STEPS) {
          int steps = Math.min(COPIED_STEPS, k - step);
          float[] rows = copyRows(count, steps, b, source + step, leading);
          long row = target + step * bytes(stride);
          int blocked = LANES == BLOCK && width == BLOCK ? steps / BLOCK * BLOCK : 0;
          transposeBlocks(blocked, rows, panels, row, bytes(stride));
          transposeSteps(blocked, steps, width, rows, panels, row, bytes(stride));
        }
      }
    }
  }

  /**
   * Copies what is to be transposed, and zeros where there is nothing. Weights may come from the
   * core that updated them: read row after row they arrive sooner than sixteen rows at once.
   */
  private static float[] copyRows(int count, int steps, float[] b, int bAt, int leading) {
    float[] rows = ROWS.get();
    for (int row = 0; row < BLOCK; row++) {
      int at = row * COPY_STRIDE;
      if (row < count) {
        System.arraycopy(b, bAt + row * leading, rows, at, steps);
      } else {
        Arrays.fill(rows, at, at + steps, 0f);
      }
    }
    return rows;
  }

  /** Transposes the steps {@code first} to {@code end}, value by value, within the cache. */
  private static void transposeSteps(
      int first, int end, int width, float[] rows, MemorySegment panel, long at, long stride) {
    float[] columns = COLUMNS.get();
    for (int column = 0; column < width; column++) {
      for (int step = first; step < end; step++) {
        columns[step * BLOCK + column] = rows[column * COPY_STRIDE + step];
      }
    }
    for (int step = first; step < end; step++) {
      for (int column = 0; column < width; column += LANES) {
        FloatVector.fromArray(SPECIES, columns, step * BLOCK + column)
            .intoMemorySegment(panel, at + step * stride + bytes(column), NATIVE);
      }
    }
  }

  /**
   * Transposes blocks of 16 × 16 in registers: four rounds, each exchanges what stands on the wrong
   * side of the diagonal of blocks half as large. One method, since vectors stay in registers only
   * within one.
   */
  private static void transposeBlocks(
      int steps, float[] rows, MemorySegment panel, long at, long stride) {
    for (int step = 0; step < steps; step += BLOCK) {
      FloatVector r0 = FloatVector.fromArray(SPECIES, rows, step);
      FloatVector r1 = FloatVector.fromArray(SPECIES, rows, step + COPY_STRIDE);
      FloatVector r2 = FloatVector.fromArray(SPECIES, rows, step + 2 * COPY_STRIDE);
      FloatVector r3 = FloatVector.fromArray(SPECIES, rows, step + 3 * COPY_STRIDE);
      FloatVector r4 = FloatVector.fromArray(SPECIES, rows, step + 4 * COPY_STRIDE);
      FloatVector r5 = FloatVector.fromArray(SPECIES, rows, step + 5 * COPY_STRIDE);
      FloatVector r6 = FloatVector.fromArray(SPECIES, rows, step + 6 * COPY_STRIDE);
      FloatVector r7 = FloatVector.fromArray(SPECIES, rows, step + 7 * COPY_STRIDE);
      FloatVector r8 = FloatVector.fromArray(SPECIES, rows, step + 8 * COPY_STRIDE);
      FloatVector r9 = FloatVector.fromArray(SPECIES, rows, step + 9 * COPY_STRIDE);
      FloatVector r10 = FloatVector.fromArray(SPECIES, rows, step + 10 * COPY_STRIDE);
      FloatVector r11 = FloatVector.fromArray(SPECIES, rows, step + 11 * COPY_STRIDE);
      FloatVector r12 = FloatVector.fromArray(SPECIES, rows, step + 12 * COPY_STRIDE);
      FloatVector r13 = FloatVector.fromArray(SPECIES, rows, step + 13 * COPY_STRIDE);
      FloatVector r14 = FloatVector.fromArray(SPECIES, rows, step + 14 * COPY_STRIDE);
      FloatVector r15 = FloatVector.fromArray(SPECIES, rows, step + 15 * COPY_STRIDE);
      FloatVector a0 = r0.blend(r8.rearrange(SWAP_8), ODD_8);
      FloatVector a8 = r0.rearrange(SWAP_8).blend(r8, ODD_8);
      FloatVector a1 = r1.blend(r9.rearrange(SWAP_8), ODD_8);
      FloatVector a9 = r1.rearrange(SWAP_8).blend(r9, ODD_8);
      FloatVector a2 = r2.blend(r10.rearrange(SWAP_8), ODD_8);
      FloatVector a10 = r2.rearrange(SWAP_8).blend(r10, ODD_8);
      FloatVector a3 = r3.blend(r11.rearrange(SWAP_8), ODD_8);
      FloatVector a11 = r3.rearrange(SWAP_8).blend(r11, ODD_8);
      FloatVector a4 = r4.blend(r12.rearrange(SWAP_8), ODD_8);
      FloatVector a12 = r4.rearrange(SWAP_8).blend(r12, ODD_8);
      FloatVector a5 = r5.blend(r13.rearrange(SWAP_8), ODD_8);
      FloatVector a13 = r5.rearrange(SWAP_8).blend(r13, ODD_8);
      FloatVector a6 = r6.blend(r14.rearrange(SWAP_8), ODD_8);
      FloatVector a14 = r6.rearrange(SWAP_8).blend(r14, ODD_8);
      FloatVector a7 = r7.blend(r15.rearrange(SWAP_8), ODD_8);
      FloatVector a15 = r7.rearrange(SWAP_8).blend(r15, ODD_8);
      FloatVector b0 = a0.blend(a4.rearrange(SWAP_4), ODD_4);
      FloatVector b4 = a0.rearrange(SWAP_4).blend(a4, ODD_4);
      FloatVector b1 = a1.blend(a5.rearrange(SWAP_4), ODD_4);
      FloatVector b5 = a1.rearrange(SWAP_4).blend(a5, ODD_4);
      FloatVector b2 = a2.blend(a6.rearrange(SWAP_4), ODD_4);
      FloatVector b6 = a2.rearrange(SWAP_4).blend(a6, ODD_4);
      FloatVector b3 = a3.blend(a7.rearrange(SWAP_4), ODD_4);
      FloatVector b7 = a3.rearrange(SWAP_4).blend(a7, ODD_4);
      FloatVector b8 = a8.blend(a12.rearrange(SWAP_4), ODD_4);
      FloatVector b12 = a8.rearrange(SWAP_4).blend(a12, ODD_4);
      FloatVector b9 = a9.blend(a13.rearrange(SWAP_4), ODD_4);
      FloatVector b13 = a9.rearrange(SWAP_4).blend(a13, ODD_4);
      FloatVector b10 = a10.blend(a14.rearrange(SWAP_4), ODD_4);
      FloatVector b14 = a10.rearrange(SWAP_4).blend(a14, ODD_4);
      FloatVector b11 = a11.blend(a15.rearrange(SWAP_4), ODD_4);
      FloatVector b15 = a11.rearrange(SWAP_4).blend(a15, ODD_4);
      FloatVector c0 = b0.blend(b2.rearrange(SWAP_2), ODD_2);
      FloatVector c2 = b0.rearrange(SWAP_2).blend(b2, ODD_2);
      FloatVector c1 = b1.blend(b3.rearrange(SWAP_2), ODD_2);
      FloatVector c3 = b1.rearrange(SWAP_2).blend(b3, ODD_2);
      FloatVector c4 = b4.blend(b6.rearrange(SWAP_2), ODD_2);
      FloatVector c6 = b4.rearrange(SWAP_2).blend(b6, ODD_2);
      FloatVector c5 = b5.blend(b7.rearrange(SWAP_2), ODD_2);
      FloatVector c7 = b5.rearrange(SWAP_2).blend(b7, ODD_2);
      FloatVector c8 = b8.blend(b10.rearrange(SWAP_2), ODD_2);
      FloatVector c10 = b8.rearrange(SWAP_2).blend(b10, ODD_2);
      FloatVector c9 = b9.blend(b11.rearrange(SWAP_2), ODD_2);
      FloatVector c11 = b9.rearrange(SWAP_2).blend(b11, ODD_2);
      FloatVector c12 = b12.blend(b14.rearrange(SWAP_2), ODD_2);
      FloatVector c14 = b12.rearrange(SWAP_2).blend(b14, ODD_2);
      FloatVector c13 = b13.blend(b15.rearrange(SWAP_2), ODD_2);
      FloatVector c15 = b13.rearrange(SWAP_2).blend(b15, ODD_2);
      FloatVector d0 = c0.blend(c1.rearrange(SWAP_1), ODD_1);
      FloatVector d1 = c0.rearrange(SWAP_1).blend(c1, ODD_1);
      FloatVector d2 = c2.blend(c3.rearrange(SWAP_1), ODD_1);
      FloatVector d3 = c2.rearrange(SWAP_1).blend(c3, ODD_1);
      FloatVector d4 = c4.blend(c5.rearrange(SWAP_1), ODD_1);
      FloatVector d5 = c4.rearrange(SWAP_1).blend(c5, ODD_1);
      FloatVector d6 = c6.blend(c7.rearrange(SWAP_1), ODD_1);
      FloatVector d7 = c6.rearrange(SWAP_1).blend(c7, ODD_1);
      FloatVector d8 = c8.blend(c9.rearrange(SWAP_1), ODD_1);
      FloatVector d9 = c8.rearrange(SWAP_1).blend(c9, ODD_1);
      FloatVector d10 = c10.blend(c11.rearrange(SWAP_1), ODD_1);
      FloatVector d11 = c10.rearrange(SWAP_1).blend(c11, ODD_1);
      FloatVector d12 = c12.blend(c13.rearrange(SWAP_1), ODD_1);
      FloatVector d13 = c12.rearrange(SWAP_1).blend(c13, ODD_1);
      FloatVector d14 = c14.blend(c15.rearrange(SWAP_1), ODD_1);
      FloatVector d15 = c14.rearrange(SWAP_1).blend(c15, ODD_1);
      d0.intoMemorySegment(panel, at, NATIVE);
      d1.intoMemorySegment(panel, at + stride, NATIVE);
      d2.intoMemorySegment(panel, at + 2 * stride, NATIVE);
      d3.intoMemorySegment(panel, at + 3 * stride, NATIVE);
      d4.intoMemorySegment(panel, at + 4 * stride, NATIVE);
      d5.intoMemorySegment(panel, at + 5 * stride, NATIVE);
      d6.intoMemorySegment(panel, at + 6 * stride, NATIVE);
      d7.intoMemorySegment(panel, at + 7 * stride, NATIVE);
      d8.intoMemorySegment(panel, at + 8 * stride, NATIVE);
      d9.intoMemorySegment(panel, at + 9 * stride, NATIVE);
      d10.intoMemorySegment(panel, at + 10 * stride, NATIVE);
      d11.intoMemorySegment(panel, at + 11 * stride, NATIVE);
      d12.intoMemorySegment(panel, at + 12 * stride, NATIVE);
      d13.intoMemorySegment(panel, at + 13 * stride, NATIVE);
      d14.intoMemorySegment(panel, at + 14 * stride, NATIVE);
      d15.intoMemorySegment(panel, at + 15 * stride, NATIVE);
      at += BLOCK * stride;
    }
  }
}
