package io.refrain.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Mean and deviation of a range, as layer normalization needs them.
 *
 * <p>Rows are a few thousand values at most, whose sum single precision holds well enough.
 */
final class Normalization {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final double EPSILON = 1e-5;

  private Normalization() {}

  static float forward(float[] x, int xAt, float[] y, int yAt, int length) {
    float mean = (float) (sum(x, xAt, length) / length);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector.fromArray(SPECIES, x, xAt + i).sub(mean).intoArray(y, yAt + i);
    }
    for (; i < length; i++) {
      y[yAt + i] = x[xAt + i] - mean;
    }
    double variance = products(y, yAt, y, yAt, length) / length;
    float scale = (float) (1 / Math.sqrt(variance + EPSILON));
    for (i = yAt; i < yAt + length; i++) {
      y[i] *= scale;
    }
    return scale;
  }

  static void backward(
      float[] y, int yAt, float[] dy, int dyAt, float scale, float[] dx, int dxAt, int length) {
    float mean = (float) (sum(dy, dyAt, length) / length);
    float slope = (float) (products(dy, dyAt, y, yAt, length) / length);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector rest = FloatVector.fromArray(SPECIES, dy, dyAt + i).sub(mean);
      rest.sub(FloatVector.fromArray(SPECIES, y, yAt + i).mul(slope))
          .mul(scale)
          .intoArray(dx, dxAt + i);
    }
    for (; i < length; i++) {
      dx[dxAt + i] = (dy[dyAt + i] - mean - y[yAt + i] * slope) * scale;
    }
  }

  private static double sum(float[] x, int at, int length) {
    FloatVector sums = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      sums = sums.add(FloatVector.fromArray(SPECIES, x, at + i));
    }
    if (LANES > 8) {
      sums = sums.add(sums.rearrange(Lanes.ROTATE_8));
    }
    if (LANES > 4) {
      sums = sums.add(sums.rearrange(Lanes.ROTATE_4));
    }
    sums = sums.add(sums.rearrange(Lanes.ROTATE_2));
    double total = sums.add(sums.rearrange(Lanes.ROTATE_1)).lane(0);
    for (; i < length; i++) {
      total += x[at + i];
    }
    return total;
  }

  private static double products(float[] x, int xAt, float[] y, int yAt, int length) {
    FloatVector sums = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector product =
          FloatVector.fromArray(SPECIES, x, xAt + i)
              .mul(FloatVector.fromArray(SPECIES, y, yAt + i));
      sums = sums.add(product);
    }
    if (LANES > 8) {
      sums = sums.add(sums.rearrange(Lanes.ROTATE_8));
    }
    if (LANES > 4) {
      sums = sums.add(sums.rearrange(Lanes.ROTATE_4));
    }
    sums = sums.add(sums.rearrange(Lanes.ROTATE_2));
    double total = sums.add(sums.rearrange(Lanes.ROTATE_1)).lane(0);
    for (; i < length; i++) {
      total += (double) x[xAt + i] * y[yAt + i];
    }
    return total;
  }
}
