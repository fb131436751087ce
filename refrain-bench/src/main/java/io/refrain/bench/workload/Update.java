package io.refrain.bench.workload;

/** How a training step changes the weights, after their gradients' global norm was clipped. */
public enum Update {
  /** Plain gradient descent, as in the notebook. */
  SGD(0.1),
  /** Adam with PyTorch's defaults: betas 0.9 and 0.999, epsilon 1e-8, no weight decay. */
  ADAM(0.001);

  /** Limit of the gradients' global norm, the same everywhere. */
  public static final double CLIP_NORM = 1.0;

  private final double learningRate;

  Update(double learningRate) {
    this.learningRate = learningRate;
  }

  /**
   * Returns the learning rate.
   *
   * @return constant over all steps
   */
  public double learningRate() {
    return learningRate;
  }
}
