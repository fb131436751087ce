package io.refrain.nn.recurrent;

import io.refrain.tensor.Tensor;

/** What a recurrent layer reads: rows in the order of a {@link Timeline}. */
sealed interface SequenceInput {

  /** Vectors [rows of the timeline, input], in any shape. */
  record Dense(Tensor x) implements SequenceInput {}

  /**
   * Indices, one for each row of the timeline, that stand for one-hot vectors: the product of a
   * one-hot vector and a weight matrix is a column of it, which is looked up and never multiplied.
   */
  record Indices(int[] indices) implements SequenceInput {}
}
