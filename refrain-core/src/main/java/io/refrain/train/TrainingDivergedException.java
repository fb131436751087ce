package io.refrain.train;

/**
 * Training met a loss, a gradient or a weight that is no number, or a loss beyond all sense. No
 * step was taken on it and no file written.
 */
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String observation;

  /**
   * Tells what was seen, and what to do.
   *
   * @param observation such as "training diverged at update 3: the loss is NaN"
   */
  TrainingDivergedException(String observation, String advice) {
    super(observation + ". " + advice);
    this.observation = observation;
  }

  /** Words anew, for those it reaches, what was thrown deeper down. */
  TrainingDivergedException(String message, TrainingDivergedException cause) {
    super(message, cause);
    observation = cause.observation;
  }

  /** What was seen, without what to do about it. */
  String observation() {
    return observation;
  }
}
