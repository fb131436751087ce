package io.refrain.kernel.simd;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile for a single row, as in generation: eight vectors, two panels of {@link
 * WideTile#WIDTH} side by side.
 */
final class RowTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  /** Bytes of a vector. */
  private static final long VECTOR = SPECIES.vectorByteSize();

  private RowTile() {}

  /**
   * Adds a[k] · B[k × 2·WIDTH] to c, for two whole panels: a single row keeps too few sums in
   * flight in one.
   *
   * @param b holds the first panel from the byte {@code bAt}, the second {@code bNext} bytes on
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
    FloatVector c0 = FloatVector.fromArray(SPECIES, c, cAt);
    FloatVector c1 = FloatVector.fromArray(SPECIES, c, cAt + LANES);
    FloatVector c2 = FloatVector.fromArray(SPECIES, c, cAt + 2 * LANES);
    FloatVector c3 = FloatVector.fromArray(SPECIES, c, cAt + 3 * LANES);
    FloatVector c4 = FloatVector.fromArray(SPECIES, c, cAt + 4 * LANES);
    FloatVector c5 = FloatVector.fromArray(SPECIES, c, cAt + 5 * LANES);
    FloatVector c6 = FloatVector.fromArray(SPECIES, c, cAt + 6 * LANES);
    FloatVector c7 = FloatVector.fromArray(SPECIES, c, cAt + 7 * LANES);
    for (int i = 0; i < k; i++) {
      FloatVector x = FloatVector.broadcast(SPECIES, a[aAt]);
      c0 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt, NATIVE), c0);
      c1 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + VECTOR, NATIVE), c1);
      c2 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + 2 * VECTOR, NATIVE), c2);
      c3 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + 3 * VECTOR, NATIVE), c3);
      c4 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + bNext, NATIVE), c4);
      c5 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + bNext + VECTOR, NATIVE), c5);
      c6 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + bNext + 2 * VECTOR, NATIVE), c6);
      c7 = x.fma(FloatVector.fromMemorySegment(SPECIES, b, bAt + bNext + 3 * VECTOR, NATIVE), c7);
      aAt += aStep;
      bAt += WideTile.STEP;
    }
    c0.intoArray(c, cAt);
    c1.intoArray(c, cAt + LANES);
    c2.intoArray(c, cAt + 2 * LANES);
    c3.intoArray(c, cAt + 3 * LANES);
    c4.intoArray(c, cAt + 4 * LANES);
    c5.intoArray(c, cAt + 5 * LANES);
    c6.intoArray(c, cAt + 6 * LANES);
    c7.intoArray(c, cAt + 7 * LANES);
  }
}
