package io.refrain.bench.conformance;

import org.jspecify.annotations.Nullable;

/** What a network reads: [steps, batch] sequences, or [batch, steps] for a batch-first network. */
public sealed interface Input {

  /** The length of every sequence, the rest of it being padding; null where all are full. */
  int @Nullable [] lengths();

  /**
   * Vectors.
   *
   * @param vectors [steps, batch, input], or [batch, steps, input]
   * @param lengths one for each sequence, in any order
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
  record Dense(Shaped vectors, int @Nullable [] lengths) implements Input {

    /** Sequences of one length. */
    public Dense(Shaped vectors) {
      this(vectors, null);
    }
  }

  /**
   * Token indices, which become rows of the embedding if the network has one, else one-hot rows.
   *
   * @param indices row-major
   * @param rows steps, or batch for a batch-first network
   * @param columns batch, or steps
   * @param lengths one for each sequence, in any order
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
  record Indices(int[] indices, int rows, int columns, int @Nullable [] lengths) implements Input {

    /** Sequences of one length. */
    public Indices(int[] indices, int rows, int columns) {
      this(indices, rows, columns, null);
    }
  }
}
