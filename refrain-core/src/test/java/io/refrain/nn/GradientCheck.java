package io.refrain.nn;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/**
 * Holds gradients to central differences of an independent function in double precision, so that
 * rounding leaves room for a tolerance of single precision's own size.
 */
public final class GradientCheck {
  private static final double STEP = 1e-6;
  private static final double TOLERANCE = 5e-6;
  private static final float ROUGH_STEP = 1 / 128f;
  private static final double ROUGH_TOLERANCE = 1e-3;

  /** How many values of a large array are looked at one by one. */
  private static final int SAMPLES = 12;

  private static final int ROUGH_SAMPLES = 5;

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
    assertClose(name, actual, expected, TOLERANCE);
  }

  /** The same with another tolerance. */
  public static void assertClose(String name, float[] actual, double[] expected, double tolerance) {
    assertThat(actual).as(name).hasSameSizeAs(expected);
    double largest = 1;
    for (double value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertThat(Math.abs(actual[i] - expected[i]))
          .as("%s, value %d: %s rather than %s", name, i, actual[i], expected[i])
          .isLessThanOrEqualTo(tolerance * largest);
    }
  }

  /**
   * Holds the gradient of a large array to some of its derivatives, and to the one along a random
   * direction, in which every value has its part.
   *
   * @param gradient by {@code values}
   * @param values what {@code function} depends on; changed and put back
   * @param tolerance relative to the largest of the expected values, or to 1 if that is larger
   */
  public static void assertSlopes(
      String name,
      float[] gradient,
      double[] values,
      DoubleSupplier function,
      RandomGenerator random,
      double tolerance) {
    assertThat(gradient).as(name).hasSameSizeAs(values);
    double[] direction = new double[values.length];
    for (int sample = 0; sample < Math.min(SAMPLES, values.length); sample++) {
      int i = values.length <= SAMPLES ? sample : random.nextInt(values.length);
      direction[i] = 1;
      double slope = slope(values, direction, function);
      direction[i] = 0;
      assertSlope(name + ", value " + i, gradient[i], slope, tolerance);
    }
    double actual = 0;
    for (int i = 0; i < values.length; i++) {
      direction[i] = random.nextGaussian() / Math.sqrt(values.length);
      actual += direction[i] * gradient[i];
    }
    assertSlope(name + " in all", actual, slope(values, direction, function), tolerance);
  }

  private static double slope(double[] values, double[] direction, DoubleSupplier function) {
    double[] before = values.clone();
    double[] results = new double[2];
    for (int side = 0; side < 2; side++) {
      for (int i = 0; i < values.length; i++) {
        values[i] = before[i] + (side == 0 ? -STEP : STEP) * direction[i];
      }
      results[side] = function.getAsDouble();
    }
    System.arraycopy(before, 0, values, 0, values.length);
    return (results[1] - results[0]) / (2 * STEP);
  }

  private static void assertSlope(String name, double actual, double expected, double tolerance) {
    assertThat(Math.abs(actual - expected))
        .as("%s: %s rather than %s", name, actual, expected)
        .isLessThanOrEqualTo(tolerance * Math.max(1, Math.abs(expected)));
  }

  /**
   * Holds a gradient to differences of the very function it belongs to, which computes in single
   * precision: for what has no independent twin, because it is drawn at random.
   *
   * @param gradient by {@code values}, in the same order
   * @param values what {@code function} depends on; changed and put back
   * @param function the same at each call for the same values
   */
  public static void assertRoughSlopes(
      String name,
      float[] gradient,
      float[] values,
      DoubleSupplier function,
      RandomGenerator random) {
    assertThat(gradient).as(name).hasSameSizeAs(values);
    for (int sample = 0; sample < Math.min(ROUGH_SAMPLES, values.length); sample++) {
      int i = values.length <= ROUGH_SAMPLES ? sample : random.nextInt(values.length);
      float before = values[i];
      double[] results = new double[4];
      for (int side = 0; side < 4; side++) {
        values[i] = before + ROUGH_STEP * new int[] {-2, -1, 1, 2}[side];
        results[side] = function.getAsDouble();
      }
      values[i] = before;
      // four points, so that the step may be large and rounding counts for little
      double slope =
          (8 * (results[2] - results[1]) - (results[3] - results[0])) / (12 * ROUGH_STEP);
      assertSlope(name + ", value " + i, gradient[i], slope, ROUGH_TOLERANCE);
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
