package io.refrain.bench.conformance;

/**
 * PyTorch's optimizers. Betas and epsilon of Adam and AdamW stay at PyTorch's defaults, 0.9, 0.999
 * and 1e-8.
 */
public sealed interface OptimizerChoice {

  /**
   * Stochastic gradient descent.
   *
   * @param learningRate step size
   * @param momentum 0 for none
   */
  record Sgd(double learningRate, double momentum) implements OptimizerChoice {}

  /**
   * Adam.
   *
   * @param learningRate step size
   * @param weightDecay added to the gradient as a multiple of the weights, 0 for none
   */
  record Adam(double learningRate, double weightDecay) implements OptimizerChoice {}

  /**
   * Adam with decoupled weight decay.
   *
   * @param learningRate step size
   * @param weightDecay taken off the weights directly, times the learning rate
   */
  record AdamW(double learningRate, double weightDecay) implements OptimizerChoice {}
}
