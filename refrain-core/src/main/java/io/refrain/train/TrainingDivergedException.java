package io.refrain.train;

/** Training met a loss or a gradient that is no number; the weights were left as they were. */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TrainingDivergedException(String message) {
    super(message);
  }
}
