package io.refrain.bench.conformance;

/** What a network reads: [steps, batch] sequences, or [batch, steps] for a batch-first network. */
public sealed interface Input {

  /**
   * Vectors.
   *
   * @param vectors [steps, batch, input], or [batch, steps, input]
   */
  record Dense(Shaped vectors) implements Input {}

  /**
   * Token indices, which become rows of the embedding if the network has one, else one-hot rows.
   *
   * @param indices row-major
   * @param rows steps, or batch for a batch-first network
   * @param columns batch, or steps
   */
  @SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
  record Indices(int[] indices, int rows, int columns) implements Input {}
}
