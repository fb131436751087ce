package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
      java.util.Arrays.fill(x, -1e30f);
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
}
