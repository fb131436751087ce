package io.refrain.bench.conformance;

import java.util.SplittableRandom;

/** Random arrays. */
final class Draws {
  private Draws() {}

  /** Values between plus and minus {@code bound}. */
  static Shaped values(SplittableRandom random, double bound, int... shape) {
    int size = 1;
    for (int length : shape) {
      size *= length;
    }
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
    return new Shaped(values, shape);
  }

  /** Indices below {@code end}. */
  static int[] indices(SplittableRandom random, int length, int end) {
    return random.ints(length, 0, end).toArray();
  }
}
