package io.refrain.kernel.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Elementary functions of arrays, to a few units in the last place.
 *
 * <p>Our own rather than {@code VectorOperators.TANH} and {@code EXP}: those call a native library
 * that not every platform has, with results that differ between machines. These are the same bits
 * everywhere.
 *
 * <p>The just-in-time compiler keeps vectors in registers only within what it inlines, and whether
 * it inlines depends on the run, so no vector is passed to or returned from a method of ours. Each
 * loop treats two vectors at a time, so that one's arithmetic may hide the other's latency. Ranges
 * are limited by a comparison and a blend: {@code min} and {@code max}, which must put -0 below 0,
 * cost a third of the whole function.
 */
@SuppressWarnings("FloatingPointLiteralPrecision") // coefficients as they were published
final class Elementary {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int PAIR = 2 * LANES;

  /** Where the values are treated that do not fill two vectors. */
  private static final ThreadLocal<float[]> REST = ThreadLocal.withInitial(() -> new float[PAIR]);

  /** Beyond this, the result stays what it is here: 3 units in the last place short of ±1. */
  private static final float TANH_LIMIT = 7.90531110763549805f;

  private static final float LOG2_E = 1.44269504088896341f;

  /** ln 2 in two pieces: n · LN2_HIGH is exact for every exponent n. */
  private static final float LN2_HIGH = 0.693359375f;

  private static final float LN2_LOW = -2.12194440e-4f;

  /** Adding 1.5 · 2²³ rounds a small number to an integer, left in the low bits of the sum. */
  private static final float ROUND = 12_582_912f;

  private static final float EXP_MINIMUM = -87.3f;
  private static final float EXP_MAXIMUM = 88.3f;

  private Elementary() {}

  /** y = tanh(x). */
  static void tanh(float[] x, int xAt, float[] y, int yAt, int length) {
    int whole = length - length % PAIR;
    tanhOfPairs(x, xAt, y, yAt, whole);
    if (whole < length) {
      float[] rest = copyOfRest(x, xAt + whole, length - whole, 0f);
      tanhOfPairs(rest, 0, rest, 0, PAIR);
      System.arraycopy(rest, 0, y, yAt + whole, length - whole);
    }
  }

  /** By a rational function of degree 13 over 6, as in Eigen. */
  private static void tanhOfPairs(float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i += PAIR) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, xAt + i);
      x0 = x0.blend(-TANH_LIMIT, x0.compare(VectorOperators.LT, -TANH_LIMIT));
      x0 = x0.blend(TANH_LIMIT, x0.compare(VectorOperators.GT, TANH_LIMIT));
      FloatVector s0 = x0.mul(x0);
      FloatVector p0 = s0.mul(-2.76076847742355e-16f).add(2.00018790482477e-13f);
      p0 = p0.fma(s0, FloatVector.broadcast(SPECIES, -8.60467152213735e-11f));
      p0 = p0.fma(s0, FloatVector.broadcast(SPECIES, 5.12229709037114e-08f));
      p0 = p0.fma(s0, FloatVector.broadcast(SPECIES, 1.48572235717979e-05f));
      p0 = p0.fma(s0, FloatVector.broadcast(SPECIES, 6.37261928875436e-04f));
      p0 = p0.fma(s0, FloatVector.broadcast(SPECIES, 4.89352455891786e-03f)).mul(x0);
      FloatVector q0 = s0.mul(1.19825839466702e-06f).add(1.18534705686654e-04f);
      q0 = q0.fma(s0, FloatVector.broadcast(SPECIES, 2.26843463243900e-03f));
      q0 = q0.fma(s0, FloatVector.broadcast(SPECIES, 4.89352518554385e-03f));
      p0.div(q0).intoArray(y, yAt + i);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, xAt + i + LANES);
      x1 = x1.blend(-TANH_LIMIT, x1.compare(VectorOperators.LT, -TANH_LIMIT));
      x1 = x1.blend(TANH_LIMIT, x1.compare(VectorOperators.GT, TANH_LIMIT));
      FloatVector s1 = x1.mul(x1);
      FloatVector p1 = s1.mul(-2.76076847742355e-16f).add(2.00018790482477e-13f);
      p1 = p1.fma(s1, FloatVector.broadcast(SPECIES, -8.60467152213735e-11f));
      p1 = p1.fma(s1, FloatVector.broadcast(SPECIES, 5.12229709037114e-08f));
      p1 = p1.fma(s1, FloatVector.broadcast(SPECIES, 1.48572235717979e-05f));
      p1 = p1.fma(s1, FloatVector.broadcast(SPECIES, 6.37261928875436e-04f));
      p1 = p1.fma(s1, FloatVector.broadcast(SPECIES, 4.89352455891786e-03f)).mul(x1);
      FloatVector q1 = s1.mul(1.19825839466702e-06f).add(1.18534705686654e-04f);
      q1 = q1.fma(s1, FloatVector.broadcast(SPECIES, 2.26843463243900e-03f));
      q1 = q1.fma(s1, FloatVector.broadcast(SPECIES, 4.89352518554385e-03f));
      p1.div(q1).intoArray(y, yAt + i + LANES);
    }
  }

  /** y = 1 / (1 + exp(-x)). */
  static void sigmoid(float[] x, int xAt, float[] y, int yAt, int length) {
    int whole = length - length % PAIR;
    sigmoidOfPairs(x, xAt, y, yAt, whole);
    if (whole < length) {
      float[] rest = copyOfRest(x, xAt + whole, length - whole, 0f);
      sigmoidOfPairs(rest, 0, rest, 0, PAIR);
      System.arraycopy(rest, 0, y, yAt + whole, length - whole);
    }
  }

  /** The exponential as below, and the rest of the way while it is in registers. */
  private static void sigmoidOfPairs(float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i += PAIR) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, xAt + i).neg();
      x0 = x0.blend(EXP_MINIMUM, x0.compare(VectorOperators.LT, EXP_MINIMUM));
      x0 = x0.blend(EXP_MAXIMUM, x0.compare(VectorOperators.GT, EXP_MAXIMUM));
      FloatVector rounded0 = x0.mul(LOG2_E).add(ROUND);
      FloatVector n0 = rounded0.sub(ROUND);
      FloatVector r0 = n0.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x0);
      r0 = n0.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r0);
      FloatVector p0 = r0.mul(1.9875691500e-4f).add(1.3981999507e-3f);
      p0 = p0.fma(r0, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
      p0 = p0.fma(r0, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
      p0 = p0.fma(r0, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
      p0 = p0.fma(r0, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
      p0 = p0.fma(r0.mul(r0), r0).add(1f);
      IntVector e0 =
          rounded0.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3F800000);
      p0 = p0.mul(e0.reinterpretAsFloats()).add(1f);
      FloatVector.broadcast(SPECIES, 1f).div(p0).intoArray(y, yAt + i);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, xAt + i + LANES).neg();
      x1 = x1.blend(EXP_MINIMUM, x1.compare(VectorOperators.LT, EXP_MINIMUM));
      x1 = x1.blend(EXP_MAXIMUM, x1.compare(VectorOperators.GT, EXP_MAXIMUM));
      FloatVector rounded1 = x1.mul(LOG2_E).add(ROUND);
      FloatVector n1 = rounded1.sub(ROUND);
      FloatVector r1 = n1.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x1);
      r1 = n1.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r1);
      FloatVector p1 = r1.mul(1.9875691500e-4f).add(1.3981999507e-3f);
      p1 = p1.fma(r1, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
      p1 = p1.fma(r1, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
      p1 = p1.fma(r1, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
      p1 = p1.fma(r1, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
      p1 = p1.fma(r1.mul(r1), r1).add(1f);
      IntVector e1 =
          rounded1.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3F800000);
      p1 = p1.mul(e1.reinterpretAsFloats()).add(1f);
      FloatVector.broadcast(SPECIES, 1f).div(p1).intoArray(y, yAt + i + LANES);
    }
  }

  /**
   * y = exp(factor · x - shift).
   *
   * @return the sum of y
   */
  static float exp(float factor, float shift, float[] x, int xAt, float[] y, int yAt, int length) {
    int whole = length - length % PAIR;
    float sum = expOfPairs(factor, shift, x, xAt, y, yAt, whole);
    if (whole < length) {
      // What fills the vectors up adds nothing that single precision could see.
      float[] rest = copyOfRest(x, xAt + whole, length - whole, factor * Float.NEGATIVE_INFINITY);
      sum += expOfPairs(factor, shift, rest, 0, rest, 0, PAIR);
      System.arraycopy(rest, 0, y, yAt + whole, length - whole);
    }
    return sum;
  }

  /** By 2ⁿ · exp(r) with |r| at most ln 2 / 2 and a polynomial of degree 7, as in Cephes. */
  private static float expOfPairs(
      float factor, float shift, float[] x, int xAt, float[] y, int yAt, int length) {
    FloatVector sums0 = FloatVector.zero(SPECIES);
    FloatVector sums1 = FloatVector.zero(SPECIES);
    for (int i = 0; i < length; i += PAIR) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, xAt + i).mul(factor).sub(shift);
      x0 = x0.blend(EXP_MINIMUM, x0.compare(VectorOperators.LT, EXP_MINIMUM));
      x0 = x0.blend(EXP_MAXIMUM, x0.compare(VectorOperators.GT, EXP_MAXIMUM));
      FloatVector rounded0 = x0.mul(LOG2_E).add(ROUND);
      FloatVector n0 = rounded0.sub(ROUND);
      FloatVector r0 = n0.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x0);
      r0 = n0.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r0);
      FloatVector p0 = r0.mul(1.9875691500e-4f).add(1.3981999507e-3f);
      p0 = p0.fma(r0, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
      p0 = p0.fma(r0, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
      p0 = p0.fma(r0, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
      p0 = p0.fma(r0, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
      p0 = p0.fma(r0.mul(r0), r0).add(1f);
      IntVector e0 =
          rounded0.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3F800000);
      p0 = p0.mul(e0.reinterpretAsFloats());
      p0.intoArray(y, yAt + i);
      sums0 = sums0.add(p0);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, xAt + i + LANES).mul(factor).sub(shift);
      x1 = x1.blend(EXP_MINIMUM, x1.compare(VectorOperators.LT, EXP_MINIMUM));
      x1 = x1.blend(EXP_MAXIMUM, x1.compare(VectorOperators.GT, EXP_MAXIMUM));
      FloatVector rounded1 = x1.mul(LOG2_E).add(ROUND);
      FloatVector n1 = rounded1.sub(ROUND);
      FloatVector r1 = n1.fma(FloatVector.broadcast(SPECIES, -LN2_HIGH), x1);
      r1 = n1.fma(FloatVector.broadcast(SPECIES, -LN2_LOW), r1);
      FloatVector p1 = r1.mul(1.9875691500e-4f).add(1.3981999507e-3f);
      p1 = p1.fma(r1, FloatVector.broadcast(SPECIES, 8.3334519073e-3f));
      p1 = p1.fma(r1, FloatVector.broadcast(SPECIES, 4.1665795894e-2f));
      p1 = p1.fma(r1, FloatVector.broadcast(SPECIES, 1.6666665459e-1f));
      p1 = p1.fma(r1, FloatVector.broadcast(SPECIES, 5.0000001201e-1f));
      p1 = p1.fma(r1.mul(r1), r1).add(1f);
      IntVector e1 =
          rounded1.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).add(0x3F800000);
      p1 = p1.mul(e1.reinterpretAsFloats());
      p1.intoArray(y, yAt + i + LANES);
      sums1 = sums1.add(p1);
    }
    FloatVector sums = sums0.add(sums1);
    if (LANES > 8) {
      sums = sums.add(sums.rearrange(Lanes.ROTATE_8));
    }
    if (LANES > 4) {
      sums = sums.add(sums.rearrange(Lanes.ROTATE_4));
    }
    sums = sums.add(sums.rearrange(Lanes.ROTATE_2));
    return sums.add(sums.rearrange(Lanes.ROTATE_1)).lane(0);
  }

  /**
   * The values that do not fill two vectors, filled up. They go through the same instructions as
   * the rest, so that a value's result does not depend on where a range was cut.
   */
  private static float[] copyOfRest(float[] x, int at, int length, float filler) {
    float[] rest = REST.get();
    Arrays.fill(rest, length, PAIR, filler);
    System.arraycopy(x, at, rest, 0, length);
    return rest;
  }

  /** The sum of squares of few enough values for single precision. */
  static float squaredNorm(float[] x, int from, int to) {
    FloatVector sums = FloatVector.zero(SPECIES);
    int i = from;
    for (; i <= to - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, i);
      sums = v.fma(v, sums);
    }
    if (LANES > 8) {
      sums = sums.add(sums.rearrange(Lanes.ROTATE_8));
    }
    if (LANES > 4) {
      sums = sums.add(sums.rearrange(Lanes.ROTATE_4));
    }
    sums = sums.add(sums.rearrange(Lanes.ROTATE_2));
    float sum = sums.add(sums.rearrange(Lanes.ROTATE_1)).lane(0);
    for (; i < to; i++) {
      sum += x[i] * x[i];
    }
    return sum;
  }

  /** The largest value; NaN when there is one. Four searches at once hide each other's latency. */
  static float maximum(float[] x, int at, int length) {
    FloatVector m0 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    FloatVector m2 = m0;
    FloatVector m3 = m0;
    int i = 0;
    for (; i <= length - 4 * LANES; i += 4 * LANES) {
      m0 = m0.max(FloatVector.fromArray(SPECIES, x, at + i));
      m1 = m1.max(FloatVector.fromArray(SPECIES, x, at + i + LANES));
      m2 = m2.max(FloatVector.fromArray(SPECIES, x, at + i + 2 * LANES));
      m3 = m3.max(FloatVector.fromArray(SPECIES, x, at + i + 3 * LANES));
    }
    m0 = m0.max(m1).max(m2.max(m3));
    for (; i <= length - LANES; i += LANES) {
      m0 = m0.max(FloatVector.fromArray(SPECIES, x, at + i));
    }
    float maximum = m0.reduceLanes(VectorOperators.MAX);
    for (; i < length; i++) {
      maximum = Math.max(maximum, x[at + i]);
    }
    return maximum;
  }
}
