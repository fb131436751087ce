package io.refrain.train;

/**
 * Training met a loss, a gradient or a weight that is no number, or a loss beyond all sense. No
 * step was taken on it and no file written.
 */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TrainingDivergedException(String message) {
    super(message);
  }
}
