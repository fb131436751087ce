package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;

/**
 * Penalties on the outputs of a recurrent layer, which keep them small and slow to change (Merity,
 * McCann and Socher 2017: "AR" and "TAR").
 */
public final class ActivationPenalty {
  private static final Kernels KERNELS = Kernels.get();

  private ActivationPenalty() {}

  /**
   * Adds the mean square of activations to a loss.
   *
   * @param loss a scalar
   * @param x the activations
   * @param factor weight of the penalty
   * @param total how many values the mean is over, those of {@code x} among them
   * @return {@code loss + factor · Σx² / total}, a scalar
   */
  public static Tensor activation(Tape tape, Tensor loss, Tensor x, double factor, long total) {
    if (factor == 0) {
      return loss;
    }
    double weight = factor / total;
    Tensor sum = tape.tensor(loss.requiresGradient() || x.requiresGradient());
    sum.data()[0] = (float) (loss.item() + weight * KERNELS.squaredNorm(x.data(), 0, x.size()));
    tape.record(() -> {
      if (!sum.hasGradient()) {
        return;
      }
      float gradient = sum.gradient()[0];
      if (tape.wanted(loss)) {
        tape.gradientToAdd(loss)[0] += gradient;
      }
      if (tape.wanted(x)) {
        float[] dx = tape.gradientToAdd(x);
        float scale = (float) (2 * weight * gradient);
        for (int i = 0; i < dx.length; i++) {
          dx[i] += scale * x.data()[i];
        }
      }
    });
    return sum;
  }

  /**
   * Adds the mean square of what activations change by from one time step to the next.
   *
   * @param loss a scalar
   * @param x the activations [steps, ...]
   * @param factor weight of the penalty
   * @param total how many changes the mean is over, those of {@code x} among them
   * @return {@code loss + factor · Σ(x[t] - x[t-1])² / total}, a scalar
   */
  public static Tensor temporal(Tape tape, Tensor loss, Tensor x, double factor, long total) {
    if (x.rank() == 0) {
      throw new IllegalArgumentException("activations must have the shape [steps, ...]");
    }
    int steps = Sizes.positive("number of steps", x.length(0));
    if (factor == 0 || steps == 1) {
      return loss;
    }
    int later = x.size() - x.size() / steps;
    float[] changes = tape.buffer(later); // [steps - 1, ...]
    KERNELS.difference(x.data(), x.size() / steps, x.data(), 0, changes, 0, later);
    double weight = factor / total;
    Tensor sum = tape.tensor(loss.requiresGradient() || x.requiresGradient());
    sum.data()[0] = (float) (loss.item() + weight * KERNELS.squaredNorm(changes, 0, later));
    tape.record(() -> {
      if (!sum.hasGradient()) {
        return;
      }
      float gradient = sum.gradient()[0];
      if (tape.wanted(loss)) {
        tape.gradientToAdd(loss)[0] += gradient;
      }
      if (tape.wanted(x)) {
        float[] dx = tape.gradientToAdd(x);
        KERNELS.scale((float) (2 * weight * gradient), changes, 0, later);
        KERNELS.add(changes, 0, dx, x.size() / steps, later);
        KERNELS.difference(dx, 0, changes, 0, dx, 0, later);
      }
    });
    return sum;
  }
}
