package io.refrain.optim;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tensor;
import java.util.Collection;

/**
 * How far a gradient may reach: first each of its values, as {@code
 * torch.nn.utils.clip_grad_value_}, then all of them together, as {@code clip_grad_norm_}.
 *
 * @param norm the longest that all gradients together may be; infinite for no limit
 * @param value the largest that a single value may be, either side of 0; infinite for no limit
 */
public record Clipping(double norm, double value) {
  private static final Kernels KERNELS = Kernels.get();

  /** Checks the ranges. */
  public Clipping {
    if (!(norm > 0)) {
      throw new IllegalArgumentException("clip must be above 0, but is " + norm);
    }
    if (!(value > 0)) {
      throw new IllegalArgumentException("clip of values must be above 0, but is " + value);
    }
  }

  /** By the norm alone. */
  public static Clipping byNorm(double norm) {
    return new Clipping(norm, Double.POSITIVE_INFINITY);
  }

  /**
   * Clips the mean of some gradients, of which the parameters hold the sum.
   *
   * @param sumNorm {@link GradientNorm#of} the sum
   * @param count how many were summed, at least 1
   * @return the factor that turns what the parameters hold now into the clipped mean: for the
   *     optimizer's step
   */
  public float apply(ThreadTeam team, Collection<Parameter> parameters, double sumNorm, int count) {
    double length = sumNorm;
    if (!Double.isInfinite(value)) {
      clamp(team, parameters, (float) (value * count));
      if (!Double.isInfinite(norm)) {
        length = GradientNorm.of(team, parameters);
      }
    }
    return GradientNorm.clip(length / count, norm) / count;
  }

  /** What is known to be zero stays so, and is passed over. */
  private static void clamp(ThreadTeam team, Collection<Parameter> parameters, float limit) {
    team.run((part, parts) -> {
      for (Parameter parameter : parameters) {
        Tensor tensor = parameter.tensor();
        if (tensor.hasGradient()) {
          int pieces = tensor.gradientPieces();
          tensor.forGradient(
              ThreadTeam.boundary(pieces, part, parts),
              ThreadTeam.boundary(pieces, part + 1, parts),
              (from, length) -> KERNELS.clamp(limit, tensor.gradient(), from, length));
        }
      }
    });
  }
}
