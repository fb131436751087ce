package io.refrain.bench.conformance;

import java.util.List;

/** The number whose gradients are taken. */
public sealed interface Objective {

  /**
   * Mean cross-entropy of the output layer's logits, in nats.
   *
   * @param targets one index for each row of the logits: in the order of the input's first two
   *     axes, or of the sequences
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
  record CrossEntropy(int[] targets) implements Objective {}

  /**
   * The sum of the layer's outputs and final states, each times a given weight, so that any
   * gradient can be sent into a recurrent layer without an output layer.
   *
   * @param output weights in the outputs' shape
   * @param state weights of the final h, or h and c; empty for none
   */
  record WeightedSum(Shaped output, List<Shaped> state) implements Objective {}
}
