package io.refrain.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Turns a vector by some lanes, to sum its lanes by halves.
 *
 * <p>{@code reduceLanes} leaves the order open, and the interpreter takes another one than compiled
 * code: a sum would depend on when its method was compiled.
 */
final class Lanes {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  static final VectorShuffle<Float> ROTATE_8 = rotate(8);
  static final VectorShuffle<Float> ROTATE_4 = rotate(4);
  static final VectorShuffle<Float> ROTATE_2 = rotate(2);
  static final VectorShuffle<Float> ROTATE_1 = rotate(1);

  private Lanes() {}

  private static VectorShuffle<Float> rotate(int lanes) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane + lanes) % SPECIES.length());
  }
}
