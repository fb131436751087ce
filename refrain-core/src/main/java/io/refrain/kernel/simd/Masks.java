package io.refrain.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Random masks for dropout. A generator that walks from state to state would draw one value at a
 * time; a hash of seed and place draws a vector of them, and any part of a mask by itself.
 */
final class Masks {
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();
  private static final IntVector LANE = IntVector.zero(INTS).addIndex(1);
  private static final int FACTOR_1 = 0x85EBCA6B;
  private static final int FACTOR_2 = 0xC2B2AE35;

  private Masks() {}

  static void draw(long seed, int first, int drop, float value, float[] mask, int at, int length) {
    int low = (int) seed;
    int high = (int) (seed >>> 32);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      // MurmurHash3's finalizer, twice; written out, for vectors stay in registers only so.
      IntVector bits = LANE.add(first + i).lanewise(VectorOperators.XOR, low);
      bits = bits.lanewise(VectorOperators.XOR, bits.lanewise(VectorOperators.LSHR, 16));
      bits = bits.mul(FACTOR_1);
      bits = bits.lanewise(VectorOperators.XOR, bits.lanewise(VectorOperators.LSHR, 13));
      bits = bits.mul(FACTOR_2);
      bits = bits.lanewise(VectorOperators.XOR, bits.lanewise(VectorOperators.LSHR, 16));
      bits = bits.add(high);
      bits = bits.lanewise(VectorOperators.XOR, bits.lanewise(VectorOperators.LSHR, 16));
      bits = bits.mul(FACTOR_1);
      bits = bits.lanewise(VectorOperators.XOR, bits.lanewise(VectorOperators.LSHR, 13));
      bits = bits.mul(FACTOR_2);
      bits = bits.lanewise(VectorOperators.XOR, bits.lanewise(VectorOperators.LSHR, 16));
      bits = bits.lanewise(VectorOperators.LSHR, 8);
      FloatVector.broadcast(FLOATS, value)
          .blend(0f, bits.compare(VectorOperators.LT, drop).cast(FLOATS))
          .intoArray(mask, at + i);
    }
    for (; i < length; i++) {
      int bits = scramble(scramble((first + i) ^ low) + high);
      mask[at + i] = bits >>> 8 < drop ? 0 : value;
    }
  }

  private static int scramble(int bits) {
    int result = bits;
    result ^= result >>> 16;
    result *= FACTOR_1;
    result ^= result >>> 13;
    result *= FACTOR_2;
    return result ^ result >>> 16;
  }
}
