package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;

/** Random arrays, and arrays compared. */
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

  /** Demands the same shape, and a largest error relative to the largest expected value. */
  static void assertClose(String name, Shaped actual, Shaped expected, double tolerance) {
    assertThat(actual.shape()).as("shape of %s", name).isEqualTo(expected.shape());
    double largest = 0;
    double error = 0;
    for (int i = 0; i < expected.values().length; i++) {
      double value = expected.values()[i];
      largest = Math.max(largest, Math.abs(value));
      // Not Math.max of a difference alone: NaN must not pass.
      double difference = Math.abs(actual.values()[i] - value);
      error = difference <= error ? error : difference;
    }
    assertThat(error)
        .as("%s: largest error, where the largest value is %s", name, largest)
        .isLessThanOrEqualTo(tolerance * largest + 1e-9);
  }
}
