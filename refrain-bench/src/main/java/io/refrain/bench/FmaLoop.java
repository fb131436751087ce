package io.refrain.bench;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Fused multiply-adds in registers and nothing else: as fast as this machine can compute.
 *
 * <p>An accumulator must wait for its own last result, four or five cycles, while a core starts up
 * to two instructions in each: twelve independent ones keep it busy, and leave room for the two
 * constants in the sixteen registers of AVX2.
 */
final class FmaLoop {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int ACCUMULATORS = 12;

  private FmaLoop() {}

  /** Floating-point operations of one iteration. */
  static double operations() {
    return 2.0 * ACCUMULATORS * SPECIES.length();
  }

  /** Runs; the result is there so that no compiler can leave the work out. */
  static float run(int iterations) {
    // x = x/2 + 1 goes to 2 and never overflows or gets denormal.
    FloatVector half = FloatVector.broadcast(SPECIES, 0.5f);
    FloatVector one = FloatVector.broadcast(SPECIES, 1f);
    FloatVector a = one;
    FloatVector b = one;
    FloatVector c = one;
    FloatVector d = one;
    FloatVector e = one;
    FloatVector f = one;
    FloatVector g = one;
    FloatVector h = one;
    FloatVector i = one;
    FloatVector j = one;
    FloatVector k = one;
    FloatVector l = one;
    for (int iteration = 0; iteration < iterations; iteration++) {
      a = a.fma(half, one);
      b = b.fma(half, one);
      c = c.fma(half, one);
      d = d.fma(half, one);
      e = e.fma(half, one);
      f = f.fma(half, one);
      g = g.fma(half, one);
      h = h.fma(half, one);
      i = i.fma(half, one);
      j = j.fma(half, one);
      k = k.fma(half, one);
      l = l.fma(half, one);
    }
    FloatVector sum = a.add(b).add(c).add(d).add(e).add(f);
    return sum.add(g).add(h).add(i).add(j).add(k).add(l).lane(0);
  }
}
