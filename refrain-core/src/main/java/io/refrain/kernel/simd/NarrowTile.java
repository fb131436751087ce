package io.refrain.kernel.simd;

import static io.refrain.kernel.simd.PanelMemory.NATIVE;
import static io.refrain.kernel.simd.PanelMemory.VECTOR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of a matrix product, up to six rows by two vectors: 12 accumulators, two
 * operands of B and one broadcast of A fill 15 registers, all that AVX2 has. Where there are 32, it
 * serves the last columns of a matrix that would leave half of a {@link WideTile} empty.
 *
 * <p>See {@link WideTile} for why every row count has a method of its own.
 */
final class NarrowTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Columns of a tile, and the stride of a panel packed for it. */
  static final int WIDTH = 2 * LANES;

  /** Bytes from one step of a panel to the next. */
  private static final long STEP = 2 * VECTOR;

  private NarrowTile() {}

  /**
   * Adds A[rows × k] · B[k × WIDTH] to C[rows × WIDTH].
   *
   * @param rows 1 to 6
   * @param aRow distance between rows of A; {@code aStep} between its columns
   * @param b holds a packed panel, WIDTH floats a step, from the byte {@code bAt}
   */
  static void multiplyAdd(
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
      int cRow) {
    switch (rows) {
      case 6 -> rows6(k, a, aAt, aRow, aStep, b, bAt, c, cAt, cRow);
      case 5 -> rows5(k, a, aAt, aRow, aStep, b, bAt, c, cAt, cRow);
      case 4 -> rows4(k, a, aAt, aRow, aStep, b, bAt, c, cAt, cRow);
      case 3 -> rows3(k, a, aAt, aRow, aStep, b, bAt, c, cAt, cRow);
      case 2 -> rows2(k, a, aAt, aRow, aStep, b, bAt, c, cAt, cRow);
      default -> rows1(k, a, aAt, aStep, b, bAt, c, cAt);
    }
  }

  private static void rows6(
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      MemorySegment b,
      long bAt,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector c01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, c, cAt + cRow);
    FloatVector c11 = FloatVector.fromArray(SPECIES, c, cAt + cRow + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cRow);
    FloatVector c21 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cRow + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cRow);
    FloatVector c31 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cRow + LANES);
    FloatVector c40 = FloatVector.fromArray(SPECIES, c, cAt + 4 * cRow);
    FloatVector c41 = FloatVector.fromArray(SPECIES, c, cAt + 4 * cRow + LANES);
    FloatVector c50 = FloatVector.fromArray(SPECIES, c, cAt + 5 * cRow);
    FloatVector c51 = FloatVector.fromArray(SPECIES, c, cAt + 5 * cRow + LANES);
    for (int i = 0; i < k; i++) {
      FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, bAt, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, bAt + VECTOR, NATIVE);
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, a[aAt + aRow]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * aRow]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * aRow]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = FloatVector.broadcast(SPECIES, a[aAt + 4 * aRow]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      x = FloatVector.broadcast(SPECIES, a[aAt + 5 * aRow]);
      c50 = x.fma(b0, c50);
      c51 = x.fma(b1, c51);
      aAt += aStep;
      bAt += STEP;
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c10.intoArray(c, cAt + cRow);
    c11.intoArray(c, cAt + cRow + LANES);
    c20.intoArray(c, cAt + 2 * cRow);
    c21.intoArray(c, cAt + 2 * cRow + LANES);
    c30.intoArray(c, cAt + 3 * cRow);
    c31.intoArray(c, cAt + 3 * cRow + LANES);
    c40.intoArray(c, cAt + 4 * cRow);
    c41.intoArray(c, cAt + 4 * cRow + LANES);
    c50.intoArray(c, cAt + 5 * cRow);
    c51.intoArray(c, cAt + 5 * cRow + LANES);
  }

  private static void rows5(
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      MemorySegment b,
      long bAt,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector c01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, c, cAt + cRow);
    FloatVector c11 = FloatVector.fromArray(SPECIES, c, cAt + cRow + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cRow);
    FloatVector c21 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cRow + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cRow);
    FloatVector c31 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cRow + LANES);
    FloatVector c40 = FloatVector.fromArray(SPECIES, c, cAt + 4 * cRow);
    FloatVector c41 = FloatVector.fromArray(SPECIES, c, cAt + 4 * cRow + LANES);
    for (int i = 0; i < k; i++) {
      FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, bAt, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, bAt + VECTOR, NATIVE);
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, a[aAt + aRow]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * aRow]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * aRow]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      x = FloatVector.broadcast(SPECIES, a[aAt + 4 * aRow]);
      c40 = x.fma(b0, c40);
      c41 = x.fma(b1, c41);
      aAt += aStep;
      bAt += STEP;
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c10.intoArray(c, cAt + cRow);
    c11.intoArray(c, cAt + cRow + LANES);
    c20.intoArray(c, cAt + 2 * cRow);
    c21.intoArray(c, cAt + 2 * cRow + LANES);
    c30.intoArray(c, cAt + 3 * cRow);
    c31.intoArray(c, cAt + 3 * cRow + LANES);
    c40.intoArray(c, cAt + 4 * cRow);
    c41.intoArray(c, cAt + 4 * cRow + LANES);
  }

  private static void rows4(
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      MemorySegment b,
      long bAt,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector c01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, c, cAt + cRow);
    FloatVector c11 = FloatVector.fromArray(SPECIES, c, cAt + cRow + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cRow);
    FloatVector c21 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cRow + LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cRow);
    FloatVector c31 = FloatVector.fromArray(SPECIES, c, cAt + 3 * cRow + LANES);
    for (int i = 0; i < k; i++) {
      FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, bAt, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, bAt + VECTOR, NATIVE);
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, a[aAt + aRow]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * aRow]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * aRow]);
      c30 = x.fma(b0, c30);
      c31 = x.fma(b1, c31);
      aAt += aStep;
      bAt += STEP;
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c10.intoArray(c, cAt + cRow);
    c11.intoArray(c, cAt + cRow + LANES);
    c20.intoArray(c, cAt + 2 * cRow);
    c21.intoArray(c, cAt + 2 * cRow + LANES);
    c30.intoArray(c, cAt + 3 * cRow);
    c31.intoArray(c, cAt + 3 * cRow + LANES);
  }

  private static void rows3(
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      MemorySegment b,
      long bAt,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector c01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, c, cAt + cRow);
    FloatVector c11 = FloatVector.fromArray(SPECIES, c, cAt + cRow + LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cRow);
    FloatVector c21 = FloatVector.fromArray(SPECIES, c, cAt + 2 * cRow + LANES);
    for (int i = 0; i < k; i++) {
      FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, bAt, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, bAt + VECTOR, NATIVE);
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, a[aAt + aRow]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * aRow]);
      c20 = x.fma(b0, c20);
      c21 = x.fma(b1, c21);
      aAt += aStep;
      bAt += STEP;
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c10.intoArray(c, cAt + cRow);
    c11.intoArray(c, cAt + cRow + LANES);
    c20.intoArray(c, cAt + 2 * cRow);
    c21.intoArray(c, cAt + 2 * cRow + LANES);
  }

  private static void rows2(
      int k,
      float[] a,
      int aAt,
      int aRow,
      int aStep,
      MemorySegment b,
      long bAt,
      float[] c,
      int cAt,
      int cRow) {
    FloatVector c00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector c01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, c, cAt + cRow);
    FloatVector c11 = FloatVector.fromArray(SPECIES, c, cAt + cRow + LANES);
    for (int i = 0; i < k; i++) {
      FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, bAt, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, bAt + VECTOR, NATIVE);
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      x = FloatVector.broadcast(SPECIES, a[aAt + aRow]);
      c10 = x.fma(b0, c10);
      c11 = x.fma(b1, c11);
      aAt += aStep;
      bAt += STEP;
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c10.intoArray(c, cAt + cRow);
    c11.intoArray(c, cAt + cRow + LANES);
  }

  private static void rows1(
      int k, float[] a, int aAt, int aStep, MemorySegment b, long bAt, float[] c, int cAt) {
    FloatVector c00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector c01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    for (int i = 0; i < k; i++) {
      FloatVector b0 = FloatVector.fromMemorySegment(SPECIES, b, bAt, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(SPECIES, b, bAt + VECTOR, NATIVE);
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = x.fma(b0, c00);
      c01 = x.fma(b1, c01);
      aAt += aStep;
      bAt += STEP;
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
  }
}
