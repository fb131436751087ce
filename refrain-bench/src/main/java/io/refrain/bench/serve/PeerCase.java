package io.refrain.bench.serve;

/** One case of a peer: a model with its data, whose units of work can be timed. */
public interface PeerCase extends AutoCloseable {

  /**
   * Does the given number of units.
   *
   * @param units how many, at least 1
   * @return a figure that proves the work was done: the loss of the last training step in nats per
   *     token, the sum of the generated indices, the sum of the last hidden state of the last
   *     sequence, the global norm of the last pass's gradients, or the sum of the token ids
   */
  double run(int units);

  /** Frees the model and its native memory. */
  @Override
  void close();
}
