package io.refrain.bench.conformance;

import org.jspecify.annotations.Nullable;

/** The number whose gradients are taken. */
public sealed interface Objective {

  /**
   * Mean cross-entropy of the output layer's logits, in nats.
   *
   * @param targets one index for each row of the logits: in the order of the input's first two axes
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
  record CrossEntropy(int[] targets) implements Objective {}

  /**
   * The sum of the layer's outputs and final states, each times a given weight, so that any
   * gradient can be sent into a recurrent layer without an output layer.
   *
   * @param output weights in the outputs' shape
   * @param hidden weights of the final hidden state, or null for none
   */
  record WeightedSum(Shaped output, @Nullable Shaped hidden) implements Objective {}
}
