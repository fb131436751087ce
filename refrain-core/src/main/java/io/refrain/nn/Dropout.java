package io.refrain.nn;

import io.refrain.kernel.Kernels;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.random.RandomGenerator;

/**
 * Sets values to zero at random and scales the others up, so that their mean stays (Srivastava et
 * al. 2014), as {@code torch.nn.functional.dropout}. There is no training mode to switch: what is
 * given a random generator drops, what is given none leaves values alone.
 */
public final class Dropout {
  private static final Kernels KERNELS = Kernels.get();

  /** Probability 1 as {@link Kernels#mask} counts it. */
  public static final int TOTAL = 1 << 24;

  private Dropout() {}

  /**
   * Drops single values.
   *
   * @param probability of a value to become zero, from 0 to 1
   * @return of the same shape; {@code x} itself where nothing is dropped
   */
  public static Tensor forward(Tape tape, Tensor x, double probability, RandomGenerator random) {
    return locked(tape, x, x.size(), probability, random);
  }

  /**
   * Drops the same values at every time step (Gal and Ghahramani 2016), the {@code LockedDropout}
   * of AWD-LSTM.
   *
   * @param x [steps, batch, width]
   * @param probability of a value to become zero, from 0 to 1
   */
  public static Tensor locked(Tape tape, Tensor x, double probability, RandomGenerator random) {
    if (x.rank() != 3) {
      throw new IllegalArgumentException(
          "locked dropout needs the shape [steps, batch, width], but got " + x);
    }
    return locked(tape, x, x.length(1) * x.length(2), probability, random);
  }

  /**
   * Drops by one mask that begins anew after each {@code period} values; a last piece may be
   * shorter.
   */
  private static Tensor locked(
      Tape tape, Tensor x, int period, double probability, RandomGenerator random) {
    int[] starts = new int[period == 0 ? 1 : (x.size() + period - 1) / period + 1];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = Math.min(x.size(), i * period);
    }
    return locked(tape, x, starts, probability, random);
  }

  /**
   * Drops by one mask that begins anew at given places.
   *
   * @param starts rising, from 0 to the size of x; no piece is longer than the first
   */
  public static Tensor locked(
      Tape tape, Tensor x, int[] starts, double probability, RandomGenerator random) {
    requireProbability("dropout", probability);
    if (probability == 0) {
      return x;
    }
    float[] mask = mask(tape, starts.length < 2 ? 0 : starts[1], probability, random);
    Tensor y = tape.tensor(x.requiresGradient(), x.shape());
    for (int i = 1; i < starts.length; i++) {
      int from = starts[i - 1];
      KERNELS.product(x.data(), from, mask, 0, y.data(), from, starts[i] - from);
    }
    if (tape.wanted(x)) {
      tape.record(() -> backward(tape, x, y, mask, starts));
    }
    return y;
  }

  /** Zeros, and what the others are scaled by. */
  static float[] mask(Tape tape, int length, double probability, RandomGenerator random) {
    float[] mask = tape.buffer(length);
    float scale = probability == 1 ? 0 : (float) (1 / (1 - probability));
    KERNELS.mask(random.nextLong(), 0, parts(probability), scale, mask, 0, length);
    return mask;
  }

  private static void backward(Tape tape, Tensor x, Tensor y, float[] mask, int[] starts) {
    if (!y.hasGradient()) {
      return;
    }
    float[] dx = tape.gradientToAdd(x);
    for (int i = 1; i < starts.length; i++) {
      int from = starts[i - 1];
      KERNELS.addProduct(y.gradient(), from, mask, 0, dx, from, starts[i] - from);
    }
  }

  /** A probability as {@link Kernels#mask} counts it. */
  public static int parts(double probability) {
    return (int) Math.round(probability * TOTAL);
  }

  /** Demands a probability. */
  public static double requireProbability(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must be between 0 and 1, but is " + value);
    }
    return value;
  }
}
