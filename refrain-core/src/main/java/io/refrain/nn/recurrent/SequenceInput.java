package io.refrain.nn.recurrent;

import io.refrain.tensor.Tensor;

/** What a recurrent layer reads, time first. */
sealed interface SequenceInput {

  /** How many time steps. */
  int steps();

  /** How many sequences side by side. */
  int batch();

  /** Vectors [steps, batch, input]. */
  record Dense(Tensor x) implements SequenceInput {
    @Override
    public int steps() {
      return x.length(0);
    }

    @Override
    public int batch() {
      return x.length(1);
    }
  }

  /**
   * Indices [steps × batch] that stand for one-hot vectors: the product of a one-hot vector and a
   * weight matrix is a column of it, which is looked up and never multiplied.
   */
  record Indices(int[] indices, int steps, int batch) implements SequenceInput {}
}
