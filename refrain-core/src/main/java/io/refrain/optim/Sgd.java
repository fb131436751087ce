package io.refrain.optim;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/**
 * Stochastic gradient descent, as {@code torch.optim.SGD} without momentum:
 *
 * <pre>
 *   p = p - rate · (g + decay · p)
 * </pre>
 */
public final class Sgd extends Optimizer {
  private static final Kernels KERNELS = Kernels.get();

  private final float weightDecay;

  /** Descends along the gradient alone. */
  public Sgd(SequencedMap<String, Parameter> parameters) {
    this(parameters, 0);
  }

  /**
   * Descends with an L2 penalty.
   *
   * @param weightDecay at least 0
   */
  public Sgd(SequencedMap<String, Parameter> parameters, double weightDecay) {
    super(parameters);
    this.weightDecay = (float) atLeastZero("weight decay", weightDecay);
  }

  @Override
  public void step(ThreadTeam team, double learningRate, float scale) {
    float rate = (float) learningRate;
    team.run((part, parts) -> {
      for (Parameter parameter : parameters().values()) {
        if (parameter.tensor().hasGradient()) {
          stepPart(parameter, rate, scale, part, parts);
        }
      }
    });
  }

  private void stepPart(Parameter parameter, float rate, float scale, int part, int parts) {
    Tensor tensor = parameter.tensor();
    if (weightDecay == 0) {
      // Where the gradient is zero, nothing changes.
      int pieces = tensor.gradientPieces();
      tensor.forGradient(
          ThreadTeam.boundary(pieces, part, parts),
          ThreadTeam.boundary(pieces, part + 1, parts),
          (from, length) ->
              KERNELS.sgd(tensor.data(), tensor.gradient(), from, length, rate, scale, 0));
    } else {
      int from = ThreadTeam.boundary(tensor.size(), part, parts);
      int length = ThreadTeam.boundary(tensor.size(), part + 1, parts) - from;
      KERNELS.sgd(tensor.data(), tensor.gradient(), from, length, rate, scale, weightDecay);
    }
  }

  @Override
  public SequencedMap<String, float[]> state() {
    return new LinkedHashMap<>();
  }

  @Override
  public void restore(SequencedMap<String, float[]> state) {
    if (!state.isEmpty()) {
      throw new IllegalArgumentException(
          "SGD has no state, but the saved state has " + state.firstEntry().getKey());
    }
  }
}
