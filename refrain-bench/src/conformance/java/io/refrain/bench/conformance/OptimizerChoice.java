package io.refrain.bench.conformance;

import io.refrain.optim.OptimizerConfig;

/** PyTorch's optimizers; constants that are not named are PyTorch's defaults. */
public sealed interface OptimizerChoice {

  /** Step size. */
  double learningRate();

  /** The method with its constants. */
  OptimizerConfig config();

  /**
   * Stochastic gradient descent.
   *
   * @param learningRate step size
   * @param momentum 0 for none
   */
  record Sgd(double learningRate, double momentum) implements OptimizerChoice {
    @Override
    public OptimizerConfig config() {
      return new io.refrain.optim.Sgd.Options(momentum, 0, false, 0);
    }
  }

  /**
   * Adam.
   *
   * @param learningRate step size
   * @param weightDecay added to the gradient as a multiple of the weights, 0 for none
   */
  record Adam(double learningRate, double weightDecay) implements OptimizerChoice {
    @Override
    public OptimizerConfig config() {
      return new io.refrain.optim.Adam.Options(0.9, 0.999, 1e-8, weightDecay, false);
    }
  }

  /**
   * Adam with decoupled weight decay.
   *
   * @param learningRate step size
   * @param weightDecay taken off the weights directly, times the learning rate
   */
  record AdamW(double learningRate, double weightDecay) implements OptimizerChoice {
    @Override
    public OptimizerConfig config() {
      return new io.refrain.optim.Adam.Options(0.9, 0.999, 1e-8, weightDecay, true);
    }
  }

  /**
   * Any method with any constants.
   *
   * @param learningRate step size
   * @param config the method
   */
  record Method(double learningRate, OptimizerConfig config) implements OptimizerChoice {}
}
