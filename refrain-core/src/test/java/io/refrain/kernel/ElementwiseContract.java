package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Kernels} promises of operations on single values. */
abstract class ElementwiseContract {
  /** Around whole vectors of 4, 8 and 16 floats, pairs of them, and what networks are made of. */
  private static final int[] LENGTHS = {
    0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 28, 31, 32, 33, 47, 63, 64, 65, 97, 127, 129, 257
  };

  private final Kernels specification = new ScalarKernels();
  private final Kernels kernels;

  ElementwiseContract(Kernels kernels) {
    this.kernels = kernels;
  }

  @ParameterizedTest
  @EnumSource
  void agreesWithTheSpecificationAndTouchesNothingElse(ElementwiseKernel kernel) {
    SplittableRandom random = new SplittableRandom(1);
    for (int length : LENGTHS) {
      for (int at : new int[] {0, 1, 5}) {
        float[][] expected = ElementwiseKernel.arrays(length, random);
        float[][] actual = ElementwiseKernel.copy(expected);
        float[][] before = ElementwiseKernel.copy(expected);

        kernel.run(specification, expected, at, length);
        kernel.run(kernels, actual, at, length);

        for (int i = 0; i < expected.length; i++) {
          assertClose(actual[i], expected[i], before[i], kernel + " of " + length + " at " + at);
        }
      }
    }
  }

  /** What the specification leaves as it was must be so to the bit. */
  private static void assertClose(float[] actual, float[] expected, float[] before, String what) {
    for (int i = 0; i < expected.length; i++) {
      if (Float.compare(expected[i], before[i]) == 0) {
        assertThat(actual[i]).as("%s, value %d", what, i).isEqualTo(expected[i]);
      } else {
        float tolerance = 1e-6f * Math.max(1, Math.abs(expected[i]));
        assertThat(Math.abs(actual[i] - expected[i]))
            .as("%s, value %d: %s rather than %s", what, i, actual[i], expected[i])
            .isLessThanOrEqualTo(tolerance);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void doesNotDependOnWhereARangeIsCut(ElementwiseKernel kernel) {
    SplittableRandom random = new SplittableRandom(2);
    for (int length : LENGTHS) {
      for (int cut : new int[] {1, 3, 8, 15, 16, 31, 33, length / 2, length - 1}) {
        if (cut <= 0 || cut >= length) {
          continue;
        }
        float[][] whole = ElementwiseKernel.arrays(length, random);
        float[][] pieces = ElementwiseKernel.copy(whole);

        kernel.run(kernels, whole, 2, length);
        kernel.run(kernels, pieces, 2, cut);
        kernel.run(kernels, pieces, 2 + cut, length - cut);

        for (int i = 0; i < whole.length; i++) {
          assertThat(Arrays.equals(pieces[i], whole[i]))
              .as("%s of %d values cut at %d: array %d is the same bits", kernel, length, cut, i)
              .isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TANH", "SIGMOID", "RELU"})
  void mayWriteWhereItReads(ElementwiseKernel kernel) {
    SplittableRandom random = new SplittableRandom(3);
    for (int length : LENGTHS) {
      float[] x = ElementwiseKernel.arrays(length, random)[0];
      float[] y = new float[x.length];
      activate(kernel, x, 3, y, length);

      activate(kernel, x, 3, x, length);

      assertThat(Arrays.equals(x, 3, 3 + length, y, 3, 3 + length)).isTrue();
    }
  }

  private void activate(ElementwiseKernel kernel, float[] x, int at, float[] y, int length) {
    switch (kernel) {
      case TANH -> kernels.tanh(x, at, y, at, length);
      case SIGMOID -> kernels.sigmoid(x, at, y, at, length);
      default -> kernels.relu(x, at, y, at, length);
    }
  }

  /** A kernel of two or three operands that writes to the third array. */
  @FunctionalInterface
  private interface Operation {
    void run(float[] x, float[] y, float[] z, int length);
  }

  /** The result may stand in the place of any operand: cells have no room to lose. */
  @Test
  void mayWriteWhereAnyOperandStands() {
    List<Operation> operations =
        List.of(
            (x, y, z, n) -> kernels.sum(x, 2, y, 2, z, 2, n),
            (x, y, z, n) -> kernels.difference(x, 2, y, 2, z, 2, n),
            (x, y, z, n) -> kernels.product(x, 2, y, 2, z, 2, n),
            (x, y, z, n) -> kernels.quotient(x, 2, y, 2, z, 2, n),
            (x, y, z, n) -> kernels.oneMinus(x, 2, z, 2, n),
            (x, y, z, n) -> kernels.mix(x, 2, y, 2, x, 2, z, 2, n), // the share is an operand too
            (x, y, z, n) -> kernels.mix(y, 2, y, 2, x, 2, z, 2, n),
            (x, y, z, n) -> kernels.tanhBackward(x, 2, y, 2, z, 2, n),
            (x, y, z, n) -> kernels.sigmoidBackward(x, 2, y, 2, z, 2, n),
            (x, y, z, n) -> kernels.reluBackward(x, 2, y, 2, z, 2, n));
    SplittableRandom random = new SplittableRandom(3);
    for (int length : LENGTHS) {
      for (int i = 0; i < operations.size(); i++) {
        float[][] arrays = ElementwiseKernel.arrays(length, random);
        float[] x = arrays[0];
        float[] y = arrays[1];
        float[] z = new float[x.length];
        operations.get(i).run(x, y, z, length);
        float[] inFirst = x.clone();
        float[] inSecond = y.clone();

        operations.get(i).run(inFirst, y, inFirst, length);
        operations.get(i).run(x, inSecond, inSecond, length);

        for (float[] inPlace : List.of(inFirst, inSecond)) {
          assertThat(Arrays.equals(inPlace, 2, 2 + length, z, 2, 2 + length))
              .as("operation %d of %d values", i, length)
              .isTrue();
        }
        assertThat(inFirst[2 + length]).isEqualTo(x[2 + length]);
        assertThat(inSecond[2 + length]).isEqualTo(y[2 + length]);
      }
    }
  }

  /** As in back-propagation through time, where a factor stands beside the sum. */
  @Test
  void addProductMayAddToAFactor() {
    SplittableRandom random = new SplittableRandom(5);
    for (int length : LENGTHS) {
      float[][] arrays = ElementwiseKernel.arrays(length, random);
      float[] sum = arrays[0].clone();

      kernels.addProduct(arrays[0], 0, arrays[1], 0, arrays[0], 0, length);

      for (int i = 0; i < length; i++) {
        assertThat(arrays[0][i]).isEqualTo(sum[i] + sum[i] * arrays[1][i]);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.01, 0.5, 0.99, 1})
  void masksDropAsOftenAsAskedFor(double rate) {
    int count = 200_000;
    float[] mask = new float[count];
    for (long seed : new long[] {0, 1, -1, 0x100000000L, Long.MIN_VALUE, 987654321987L}) {
      kernels.mask(seed, 0, (int) Math.round(rate * (1 << 24)), 1.25f, mask, 0, count);

      int dropped = 0;
      int both = 0;
      for (int i = 0; i < count; i++) {
        assertThat(mask[i] == 0 || mask[i] == 1.25f).isTrue();
        dropped += mask[i] == 0 ? 1 : 0;
        both += mask[i] == 0 && mask[(i + 1) % count] == 0 ? 1 : 0;
      }
      double slack = 6 * Math.sqrt(rate * (1 - rate) / count);
      assertThat(dropped / (double) count).isBetween(rate - slack, rate + slack);
      // neighbours know nothing of each other
      assertThat(both / (double) count).isBetween(rate * rate - 4 * slack, rate * rate + 4 * slack);
    }
  }

  @Test
  void masksDependOnEveryBitOfTheSeedAndOnThePlace() {
    float[] expected = new float[4096];
    kernels.mask(5, 100, 1 << 23, 1, expected, 0, expected.length);
    for (int bit = 0; bit < 64; bit++) {
      assertThat(different(5 ^ 1L << bit, 100, expected)).as("bit %d", bit).isBetween(1800, 2300);
    }
    assertThat(different(5, 100, expected)).isZero();
    assertThat(different(5, 101, expected)).isBetween(1800, 2300);
  }

  private int different(long seed, int first, float[] expected) {
    float[] mask = new float[expected.length];
    kernels.mask(seed, first, 1 << 23, 1, mask, 0, mask.length);
    int different = 0;
    for (int i = 0; i < mask.length; i++) {
      different += mask[i] == expected[i] ? 0 : 1;
    }
    return different;
  }

  @ParameterizedTest
  @EnumSource(names = {"TANH", "SIGMOID", "RELU"})
  void keepsNanAndTakesInfinitiesToTheirLimits(ElementwiseKernel kernel) {
    float[] limits = {
      Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -1e30f, 1e30f, -0f, 0f
    };
    for (int position : new int[] {0, 7, 40}) { // among whole vectors and among the rest
      float[] x = new float[50];
      System.arraycopy(limits, 0, x, position, limits.length);
      float[] y = new float[50];

      activate(kernel, x, 0, y, 50);

      float low = kernel == ElementwiseKernel.TANH ? -1 : 0;
      float high = kernel == ElementwiseKernel.RELU ? Float.POSITIVE_INFINITY : 1;
      float middle = kernel == ElementwiseKernel.SIGMOID ? 0.5f : 0;
      assertThat(y[position]).isNaN();
      // The rational function of tanh ends three units below 1; no function goes beyond its limit.
      float slack = kernel == ElementwiseKernel.TANH ? 2e-7f : 1e-37f;
      assertThat(y[position + 1]).isBetween(low, low + slack);
      assertThat(y[position + 2]).isBetween(high - slack, high);
      assertThat(y[position + 3]).isBetween(low, low + slack);
      float large = kernel == ElementwiseKernel.RELU ? 1e30f : 1;
      assertThat(y[position + 4]).isBetween(large - slack, large);
      assertThat(Math.abs(y[position + 5] - middle)).isZero();
      assertThat(Math.abs(y[position + 6] - middle)).isZero();
    }
  }

  /** Bounds found by this test, rounded up: single precision's own rounding is half a unit. */
  @Test
  void isAccurateToAFewUnitsInTheLastPlace() {
    int count = 200_001;
    float[] x = new float[count];
    float[] y = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (i - count / 2) * 1e-4f + 1e-5f; // -10 to 10
    }

    kernels.tanh(x, 0, y, 0, count);
    assertThat(worst(x, y, Math::tanh)).as("tanh").isLessThan(5);
    kernels.sigmoid(x, 0, y, 0, count);
    assertThat(worst(x, y, v -> 1 / (1 + Math.exp(-v)))).as("sigmoid").isLessThan(4);
    // Softmax of a column of logits between 0, whose exponential is 1, and -80.
    for (int i = 0; i < count; i++) {
      x[i] = -i * 4e-4f;
    }
    double logSum = kernels.softmax(x, 0, y, 0, count);
    assertThat(worst(x, y, v -> Math.exp(v - logSum))).as("exp").isLessThan(16);
  }

  @Test
  void tinyValuesKeepTheirSignAndSize() {
    float[] x = {1e-30f, -1e-30f, 1e-20f, 3e-8f, -1e-4f};
    float[] y = new float[x.length];

    kernels.tanh(x, 0, y, 0, x.length);

    assertThat(worst(x, y, Math::tanh)).isLessThan(5);
  }

  /** The largest error in units in the last place of the true value. */
  private static double worst(
      float[] x, float[] y, java.util.function.DoubleUnaryOperator function) {
    double worst = 0;
    for (int i = 0; i < x.length; i++) {
      double exact = function.applyAsDouble(x[i]);
      worst = Math.max(worst, Math.abs(y[i] - exact) / Math.ulp((float) exact));
    }
    return worst;
  }
}
