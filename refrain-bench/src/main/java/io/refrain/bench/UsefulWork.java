package io.refrain.bench;

import io.refrain.bench.workload.Workload;

/**
 * The floating-point operations that a unit of work cannot do without: a multiplication and an
 * addition for every term of its matrix products, and nothing else.
 *
 * <p>With batch B, hidden size H, G gates, L layers, V tokens and T time steps:
 *
 * <pre>
 *   recurrent = 2·B·H·G·H     h · W_hhᵀ of one layer and time step, or x · W_ihᵀ with x of width H
 *   output    = 2·B·H·V       the logits of one time step
 *   D         = L - 1         layers that read vectors; L with an embedding in front
 *
 *   training step       = 3 · ( recurrent·(L·(T-1) + D·T) + output·T )
 *   generated character = recurrent·(L + D) + output
 * </pre>
 *
 * <p>The factor 3 is forward, gradient of the input and gradient of the weights. The product with
 * the initial state counts nothing, since that state is zero (T - 1 and not T). Gathering and
 * scattering rows in place of products with one-hot vectors count nothing, nor do activations,
 * softmax, norm, optimizer and copies: a figure of 1 at the FMA peak would be a step that does them
 * in no time.
 */
final class UsefulWork {
  private static final int FORWARD_AND_TWO_GRADIENTS = 3;

  private UsefulWork() {}

  /** Floating-point operations of one unit. */
  static double operations(Workload workload) {
    double gates = (double) workload.cell().gates() * workload.hidden();
    double recurrent = 2 * workload.batch() * workload.hidden() * gates;
    double output = 2.0 * workload.batch() * workload.hidden() * workload.vocabulary();
    int layers = workload.layers();
    int dense = workload.embedded() ? layers : layers - 1;
    int steps = workload.steps();
    return switch (workload.unit()) {
      case TRAINING_STEP ->
          FORWARD_AND_TWO_GRADIENTS
              * (recurrent * (layers * (steps - 1) + dense * steps) + output * steps);
      case GENERATED_CHARACTER -> recurrent * (layers + dense) + output;
    };
  }
}
