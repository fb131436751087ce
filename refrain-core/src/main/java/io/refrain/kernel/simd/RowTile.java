package io.refrain.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile for a single row, as in generation: eight vectors, two panels of {@link
 * WideTile#WIDTH} side by side.
 */
final class RowTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  private RowTile() {}

  /**
   * Adds a[k] · B[k × 2·WIDTH] to c, for two whole panels: a single row keeps too few sums in
   * flight in one.
   *
   * @param bNext distance between the two panels
   */
  static void multiplyAdd(
      int k, float[] a, int aAt, int aStep, float[] b, int bAt, int bNext, float[] c, int cAt) {
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
      c0 = x.fma(FloatVector.fromArray(SPECIES, b, bAt), c0);
      c1 = x.fma(FloatVector.fromArray(SPECIES, b, bAt + LANES), c1);
      c2 = x.fma(FloatVector.fromArray(SPECIES, b, bAt + 2 * LANES), c2);
      c3 = x.fma(FloatVector.fromArray(SPECIES, b, bAt + 3 * LANES), c3);
      c4 = x.fma(FloatVector.fromArray(SPECIES, b, bAt + bNext), c4);
      c5 = x.fma(FloatVector.fromArray(SPECIES, b, bAt + bNext + LANES), c5);
      c6 = x.fma(FloatVector.fromArray(SPECIES, b, bAt + bNext + 2 * LANES), c6);
      c7 = x.fma(FloatVector.fromArray(SPECIES, b, bAt + bNext + 3 * LANES), c7);
      aAt += aStep;
      bAt += WideTile.WIDTH;
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
