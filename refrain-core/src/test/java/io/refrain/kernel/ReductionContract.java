package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link Kernels} promises of sums, largest values and softmax. */
abstract class ReductionContract {
  private final Kernels kernels;
  private final SplittableRandom random = new SplittableRandom(4);

  ReductionContract(Kernels kernels) {
    this.kernels = kernels;
  }

  private float[] values(int length, double spread) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) (random.nextGaussian() * spread);
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 15, 16, 17, 28, 31, 32, 33, 63, 64, 65, 257, 4581})
  void softmaxIsTheTextbookOne(int length) {
    float[] x = values(length + 3, 3);
    float[] y = new float[length + 5];

    double logSumExp = kernels.softmax(x, 3, y, 2, length);

    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Math.exp(x[3 + i]);
    }
    assertThat(logSumExp).isCloseTo(Math.log(sum), within(2e-6));
    for (int i = 0; i < length; i++) {
      double expected = Math.exp(x[3 + i]) / sum;
      assertThat((double) y[2 + i]).isCloseTo(expected, within(2e-6 * expected));
    }
    assertThat(y[1]).isZero();
    assertThat(y[2 + length]).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 15, 16, 17, 28, 31, 32, 33, 63, 64, 65, 257, 4581})
  void crossEntropyIsTheTextbookOne(int length) {
    float[] logits = values(length + 3, 3);
    float[] gradient = new float[length + 5];
    int target = length / 2;

    double loss = kernels.softmaxCrossEntropy(logits, 3, gradient, 2, length, target, 0.25f);

    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += Math.exp(logits[3 + i]);
    }
    assertThat(loss).isCloseTo(Math.log(sum) - logits[3 + target], within(3e-6));
    for (int i = 0; i < length; i++) {
      double expected = 0.25 * (Math.exp(logits[3 + i]) / sum - (i == target ? 1 : 0));
      assertThat((double) gradient[2 + i]).isCloseTo(expected, within(5e-7));
    }
    float[] inPlace = logits.clone();
    assertThat(kernels.softmaxCrossEntropy(inPlace, 3, inPlace, 3, length, target, 0.25f))
        .isEqualTo(loss);
    for (int i = 0; i < length; i++) {
      assertThat(inPlace[3 + i]).isEqualTo(gradient[2 + i]);
    }
  }

  @Test
  void softmaxOfLargeLogitsIsStable() {
    for (int length : new int[] {2, 17, 40}) {
      float[] x = new float[length];
      Arrays.fill(x, -1e30f);
      x[length - 1] = 3e38f;
      float[] y = new float[length];

      assertThat(kernels.softmax(x, 0, y, 0, length)).isEqualTo(3e38f);
      assertThat(y[length - 1]).isEqualTo(1);
      assertThat(y[0]).isLessThan(1e-37f);
      assertThat(kernels.softmaxCrossEntropy(x, 0, y, 0, length, length - 1, 1)).isZero();
      assertThat(kernels.softmaxCrossEntropy(x, 0, y, 0, length, 0, 1)).isGreaterThan(2.9e38);
      assertThat(y[0]).isEqualTo(-1);
    }
  }

  @Test
  void softmaxOfNanIsNan() {
    for (int position : new int[] {0, 20, 39}) {
      float[] x = values(40, 1);
      x[position] = Float.NaN;

      assertThat(kernels.softmax(x, 0, new float[40], 0, 40)).isNaN();
      assertThat(kernels.softmaxCrossEntropy(x, 0, new float[40], 0, 40, 3, 1)).isNaN();
    }
  }

  @Test
  void argmaxIsTheFirstOfTheLargest() {
    for (int length : new int[] {1, 2, 15, 16, 17, 31, 33, 64, 65, 257}) {
      for (int trial = 0; trial < 50; trial++) {
        float[] x = new float[length + 3];
        for (int i = 0; i < x.length; i++) {
          x[i] = random.nextInt(-9, 0);
        }
        int expected = 0;
        for (int i = 1; i < length; i++) {
          expected = x[3 + i] > x[3 + expected] ? i : expected;
        }
        assertThat(kernels.argmax(x, 3, length)).isEqualTo(expected);
      }
    }
    float[] infinite = {Float.NEGATIVE_INFINITY, -3e38f};
    assertThat(kernels.argmax(infinite, 0, 2)).isEqualTo(1);
  }

  @Test
  void squaredNormKeepsSevenDigitsOverAMillionValues() {
    for (int length : new int[] {0, 1, 15, 17, 33, 1023, 1025, 1_000_003}) {
      float[] x = values(length + 1, 1);
      for (int i = 0; i < length; i += 5) {
        x[1 + i] *= 1e-3f;
      }
      double expected = 0;
      for (int i = 1; i <= length; i++) {
        expected += (double) x[i] * x[i];
      }

      assertThat(kernels.squaredNorm(x, 1, length)).isCloseTo(expected, within(1e-7 * expected));
    }
  }

  @Test
  void squaredNormShowsNanAndInfinity() {
    float[] x = values(100, 1);
    x[97] = Float.POSITIVE_INFINITY;
    assertThat(kernels.squaredNorm(x, 0, 100)).isInfinite();
    x[3] = Float.NaN;
    assertThat(kernels.squaredNorm(x, 0, 100)).isNaN();
  }

  @Test
  void sumRowsAddsEveryRowToWhatIsThere() {
    for (int rows : new int[] {0, 1, 7, 255, 256, 257, 2000}) {
      for (int length : new int[] {1, 15, 16, 17, 33, 65}) {
        int leading = length + 4;
        float[] x = values(rows * leading + 5, 1);
        float[] sums = values(length + 2, 1);
        float[] before = sums.clone();

        kernels.sumRows(rows, x, 5, leading, sums, 1, length);

        for (int column = 0; column < length; column++) {
          double expected = before[1 + column];
          for (int row = 0; row < rows; row++) {
            expected += x[5 + row * leading + column];
          }
          assertThat((double) sums[1 + column])
              .isCloseTo(expected, within(1e-6 * (2 + Math.sqrt(rows) * 8)));
        }
        assertThat(sums[0]).isEqualTo(before[0]);
        assertThat(sums[1 + length]).isEqualTo(before[1 + length]);
      }
    }
  }

  /** A row of a few thousand values far from zero, for single precision is not centered there. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 127, 257, 1024, 4097})
  void normalizeIsTheTextbookOne(int length) {
    for (float offset : new float[] {0, -3, 20}) {
      float[] x = values(length + 8, 2);
      for (int i = 0; i < x.length; i++) {
        x[i] += offset;
      }
      double mean = 0;
      for (int i = 0; i < length; i++) {
        mean += x[3 + i] / (double) length;
      }
      double variance = 0;
      for (int i = 0; i < length; i++) {
        variance += (x[3 + i] - mean) * (x[3 + i] - mean) / length;
      }
      double expectedScale = 1 / Math.sqrt(variance + 1e-5);
      float[] y = values(length + 8, 1);
      float[] before = y.clone();

      float scale = kernels.normalize(x, 3, y, 2, length);

      // A mean has the rounding of its values, which the scale takes along.
      double slack = 2e-6 + 1e-6 * Math.abs(offset) * expectedScale;
      assertThat((double) scale).isCloseTo(expectedScale, within(2e-6 * expectedScale));
      for (int i = 0; i < length; i++) {
        double expected = (x[3 + i] - mean) * expectedScale;
        assertThat((double) y[2 + i])
            .as("value %d of %d", i, length)
            .isCloseTo(expected, within(slack * (1 + Math.abs(expected))));
      }
      assertTouchesNothingElse(y, before, 2, length);
      float[] inPlace = x.clone();
      assertThat(kernels.normalize(inPlace, 3, inPlace, 3, length)).isEqualTo(scale);
      assertThat(Arrays.equals(inPlace, 3, 3 + length, y, 2, 2 + length)).isTrue();
      assertTouchesNothingElse(inPlace, x, 3, length);
    }
  }

  private static void assertTouchesNothingElse(float[] y, float[] before, int at, int length) {
    for (int i = 0; i < y.length; i++) {
      if (i < at || i >= at + length) {
        assertThat(y[i]).as("value %d", i).isEqualTo(before[i]);
      }
    }
  }

  @Test
  void normalizeOfEqualValuesIsZeros() {
    for (int length : new int[] {1, 3, 16, 17, 40}) {
      float[] x = new float[length];
      Arrays.fill(x, 0.3f);

      float scale = kernels.normalize(x, 0, x, 0, length);

      for (float value : x) {
        assertThat(Math.abs(value)).isLessThan(1e-4f);
      }
      assertThat((double) scale).isCloseTo(1 / Math.sqrt(1e-5), within(1e-3));
    }
  }

  /** By the equation, and by differences of what it is the gradient of. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 127, 257, 1024, 4097})
  void normalizeBackwardIsTheTextbookOne(int length) {
    float[] x = values(length, 2);
    float[] y = new float[length + 5];
    float scale = kernels.normalize(x, 0, y, 2, length);
    float[] dy = values(length + 4, 1);
    double mean = 0;
    double slope = 0;
    for (int i = 0; i < length; i++) {
      mean += dy[1 + i] / (double) length;
      slope += (double) dy[1 + i] * y[2 + i] / length;
    }
    float[] dx = values(length + 8, 1);
    float[] before = dx.clone();

    kernels.normalizeBackward(y, 2, dy, 1, scale, dx, 4, length);

    for (int i = 0; i < length; i++) {
      double expected = (dy[1 + i] - mean - y[2 + i] * slope) * scale;
      assertThat((double) dx[4 + i])
          .as("value %d of %d", i, length)
          .isCloseTo(expected, within(2e-6 * scale));
    }
    assertTouchesNothingElse(dx, before, 4, length);
    if (length > 2 && length < 100) {
      int i = length / 2;
      double difference =
          (weighted(x, dy, i, 1e-6, length) - weighted(x, dy, i, -1e-6, length)) / 2e-6;
      assertThat((double) dx[4 + i]).isCloseTo(difference, within(1e-5 * scale));
    }
    float[] inPlace = dy.clone();
    kernels.normalizeBackward(y, 2, inPlace, 1, scale, inPlace, 1, length);
    assertThat(Arrays.equals(inPlace, 1, 1 + length, dx, 4, 4 + length)).isTrue();
    kernels.normalizeBackward(y, 2, dy, 1, scale, y, 2, length); // as the cells do
    assertThat(Arrays.equals(y, 2, 2 + length, dx, 4, 4 + length)).isTrue();
  }

  /** Σ dy · normalized(x), where value {@code at} is a little larger. */
  private static double weighted(float[] x, float[] dy, int at, double more, int length) {
    double[] moved = new double[length];
    double mean = 0;
    for (int i = 0; i < length; i++) {
      moved[i] = x[i] + (i == at ? more : 0);
      mean += moved[i] / length;
    }
    double variance = 0;
    for (double value : moved) {
      variance += (value - mean) * (value - mean) / length;
    }
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += dy[1 + i] * (moved[i] - mean) / Math.sqrt(variance + 1e-5);
    }
    return sum;
  }
}
