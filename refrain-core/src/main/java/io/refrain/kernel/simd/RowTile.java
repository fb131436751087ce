package io.refrain.kernel.simd;

import static io.refrain.kernel.simd.PanelMemory.NATIVE;
import static io.refrain.kernel.simd.PanelMemory.VECTOR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile for a single row, as in generation: four panels side by side. All that such a
 * product does is to read B, and four streams at once come from the second-level cache faster than
 * two.
 */
final class RowTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Panels side by side. */
  static final int PANELS = 4;

  private RowTile() {}

  /**
   * Adds a[k] · B[k × WIDTH] to c, for whole panels side by side.
   *
   * @param b holds the first panel from the byte {@code bAt}, the others {@code bNext} bytes on
   *     each
   */
  static void multiplyAdd(
      int k,
      float[] a,
      int aAt,
      int aStep,
      MemorySegment b,
      long bAt,
      long bNext,
      float[] c,
      int cAt) {
    FloatVector c00 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector c01 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector c02 = FloatVector.fromArray(SPECIES, c, cAt + 2 * LANES);
    FloatVector c03 = FloatVector.fromArray(SPECIES, c, cAt + 3 * LANES);
    FloatVector c10 = FloatVector.fromArray(SPECIES, c, cAt + 4 * LANES);
    FloatVector c11 = FloatVector.fromArray(SPECIES, c, cAt + 5 * LANES);
    FloatVector c12 = FloatVector.fromArray(SPECIES, c, cAt + 6 * LANES);
    FloatVector c13 = FloatVector.fromArray(SPECIES, c, cAt + 7 * LANES);
    FloatVector c20 = FloatVector.fromArray(SPECIES, c, cAt + 8 * LANES);
    FloatVector c21 = FloatVector.fromArray(SPECIES, c, cAt + 9 * LANES);
    FloatVector c22 = FloatVector.fromArray(SPECIES, c, cAt + 10 * LANES);
    FloatVector c23 = FloatVector.fromArray(SPECIES, c, cAt + 11 * LANES);
    FloatVector c30 = FloatVector.fromArray(SPECIES, c, cAt + 12 * LANES);
    FloatVector c31 = FloatVector.fromArray(SPECIES, c, cAt + 13 * LANES);
    FloatVector c32 = FloatVector.fromArray(SPECIES, c, cAt + 14 * LANES);
    FloatVector c33 = FloatVector.fromArray(SPECIES, c, cAt + 15 * LANES);
    for (int i = 0; i < k; i++) {
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt]);
      c00 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt, NATIVE), c00);
      c01 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + VECTOR, NATIVE), c01);
      c02 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + 2 * VECTOR, NATIVE), c02);
      c03 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + 3 * VECTOR, NATIVE), c03);
      c10 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + bNext, NATIVE), c10);
      c11 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + bNext + VECTOR, NATIVE), c11);
      c12 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + bNext + 2 * VECTOR, NATIVE), c12);
      c13 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + bNext + 3 * VECTOR, NATIVE), c13);
      c20 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + 2 * bNext, NATIVE), c20);
      c21 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + 2 * bNext + VECTOR, NATIVE), c21);
      c22 =
          x.fma(
              FloatVector.fromMemorySegment(SPECIES, b, bAt + 2 * bNext + 2 * VECTOR, NATIVE), c22);
      c23 =
          x.fma(
              FloatVector.fromMemorySegment(SPECIES, b, bAt + 2 * bNext + 3 * VECTOR, NATIVE), c23);
      c30 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + 3 * bNext, NATIVE), c30);
      c31 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + 3 * bNext + VECTOR, NATIVE), c31);
      c32 =
          x.fma(
              FloatVector.fromMemorySegment(SPECIES, b, bAt + 3 * bNext + 2 * VECTOR, NATIVE), c32);
      c33 =
          x.fma(
              FloatVector.fromMemorySegment(SPECIES, b, bAt + 3 * bNext + 3 * VECTOR, NATIVE), c33);
      aAt += aStep;
      bAt += WideTile.STEP;
    }
    c00.intoArray(c, cAt);
    c01.intoArray(c, cAt + LANES);
    c02.intoArray(c, cAt + 2 * LANES);
    c03.intoArray(c, cAt + 3 * LANES);
    c10.intoArray(c, cAt + 4 * LANES);
    c11.intoArray(c, cAt + 5 * LANES);
    c12.intoArray(c, cAt + 6 * LANES);
    c13.intoArray(c, cAt + 7 * LANES);
    c20.intoArray(c, cAt + 8 * LANES);
    c21.intoArray(c, cAt + 9 * LANES);
    c22.intoArray(c, cAt + 10 * LANES);
    c23.intoArray(c, cAt + 11 * LANES);
    c30.intoArray(c, cAt + 12 * LANES);
    c31.intoArray(c, cAt + 13 * LANES);
    c32.intoArray(c, cAt + 14 * LANES);
    c33.intoArray(c, cAt + 15 * LANES);
  }
}
