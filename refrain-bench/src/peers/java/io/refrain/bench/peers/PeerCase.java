package io.refrain.bench.peers;

/** One case of a peer: a model with its data, whose units of work can be timed. */
public interface PeerCase extends AutoCloseable {

  /**
   * Does the given number of units: training steps, or generated characters.
   *
   * @param units how many, at least 1
   * @return a figure that proves the work was done: the loss of the last training step in nats per
   *     token, or the sum of the generated indices
   */
  double run(int units);

  /** Frees the model and its native memory. */
  @Override
  void close();
}
