package io.refrain.optim;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import java.util.SequencedMap;

/**
 * Changes parameters by their gradients, as {@code torch.optim.Optimizer}.
 *
 * <p>Its state, such as moments, is named arrays in PyTorch's order, so that training can stop, be
 * saved and go on to the same bits.
 */
public abstract sealed class Optimizer permits Sgd, Adam, RmsProp, Adagrad, AveragedSgd {
  private final SequencedMap<String, Parameter> parameters;

  Optimizer(SequencedMap<String, Parameter> parameters) {
    this.parameters = parameters;
  }

  /** What it changes, by name. */
  public final SequencedMap<String, Parameter> parameters() {
    return parameters;
  }

  /** Forgets all gradients, as {@code zero_grad}. */
  public final void clearGradients() {
    parameters.values().forEach(parameter -> parameter.tensor().clearGradient());
  }

  /**
   * Takes one step. A parameter without a gradient stays as it is.
   *
   * @param learningRate the rate of this step
   * @param scale factor on every gradient, such as {@link GradientNorm#clip} gives
   */
  public abstract void step(ThreadTeam team, double learningRate, float scale);

  /** A copy of its state for saving: named arrays in PyTorch's order. */
  public abstract SequencedMap<String, float[]> state();

  /**
   * Goes on from a saved state.
   *
   * @throws IllegalArgumentException when the state is not of this method and these parameters;
   *     nothing is changed then
   */
  public abstract void restore(SequencedMap<String, float[]> state);

  /**
   * Begins to average the weights from here on, where the method waits to be told so.
   *
   * @return whether it begins now; false for a method without averages and where it has begun
   */
  public boolean startAveraging() {
    return false;
  }

  /**
   * Exchanges the weights with their averages, and back when called again: the averages are what is
   * validated and used, the weights what training goes on with.
   *
   * @return whether there are averages
   */
  public boolean exchangeAverages() {
    return false;
  }

  /** Changes a stretch of a parameter that has a gradient. */
  @FunctionalInterface
  interface Stretch {
    /** Changes {@code length} values from {@code from} on. */
    void step(String name, Parameter parameter, int from, int length);
  }

  /** Deals all parameters that have a gradient out to the threads. */
  final void forEach(ThreadTeam team, Stretch stretch) {
    team.run((part, parts) ->
        parameters.forEach((name, parameter) -> {
          if (parameter.tensor().hasGradient()) {
            int from = ThreadTeam.boundary(parameter.size(), part, parts);
            int length = ThreadTeam.boundary(parameter.size(), part + 1, parts) - from;
            stretch.step(name, parameter, from, length);
          }
        }));
  }

  static void atLeastZero(String name, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must be at least 0 and finite, but is " + value);
    }
  }

  /** At least 0 and below 1. */
  static void share(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(name + " must be at least 0 and below 1, but is " + value);
    }
  }
}
