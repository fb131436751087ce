package io.refrain.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Holds gradients to central differences of an independent function in double precision, so that
 * rounding leaves room for a tolerance of single precision's own size.
 */
public final class GradientCheck {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 5e-6;

  private GradientCheck() {}

  /** A number that depends on arrays. */
  @FunctionalInterface
  public interface Function {
    /** Its value. */
    double of(double[]... inputs);
  }

  /** The derivatives of {@code function} by every value of every array. */
  public static double[][] differences(Function function, List<float[]> inputs) {
    double[][] at = new double[inputs.size()][];
    for (int i = 0; i < at.length; i++) {
      at[i] = doubles(inputs.get(i));
    }
    double[][] result = new double[at.length][];
    for (int i = 0; i < at.length; i++) {
      result[i] = new double[at[i].length];
      for (int j = 0; j < at[i].length; j++) {
        double value = at[i][j];
        at[i][j] = value + STEP;
        double above = function.of(at);
        at[i][j] = value - STEP;
        double below = function.of(at);
        at[i][j] = value;
        result[i][j] = (above - below) / (2 * STEP);
      }
    }
    return result;
  }

  /**
   * Demands agreement relative to the largest of the expected values, or to 1 if that is larger.
   */
  public static void assertClose(String name, float[] actual, double[] expected) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    double largest = 1;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("%s, value %d: %s rather than %s", name, i, actual[i], expected[i])
          .isLessThanOrEqualTo(TOLERANCE * largest);
    }
  }

  /** The sum of a tensor's values times weights: sends those weights backwards as its gradient. */
  public static Tensor weightedSum(Tape tape, Tensor x, float[] weights) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += (double) x.data()[i] * weights[i];
    }
    Tensor result = tape.tensor(true);
    result.data()[0] = (float) sum;
    tape.record(() -> {
      if (result.hasGradient()) {
        float[] dx = tape.gradientToAdd(x);
        for (int i = 0; i < weights.length; i++) {
          dx[i] += weights[i] * result.gradient()[0];
        }
      }
    });
    return result;
  }

  /** The sum of two scalars. */
  public static Tensor sum(Tape tape, Tensor x, Tensor y) {
    Tensor result = tape.tensor(true);
    result.data()[0] = x.item() + y.item();
    tape.record(() -> {
      tape.gradientToAdd(x)[0] += result.gradient()[0];
      tape.gradientToAdd(y)[0] += result.gradient()[0];
    });
    return result;
  }

  /** Values between -1 and 1. */
  public static float[] values(RandomGenerator random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }

  /** The same values in double precision. */
  public static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }
}
