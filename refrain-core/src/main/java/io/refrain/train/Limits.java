package io.refrain.train;

import io.refrain.nn.Sizes;

/**
 * When training ends: at the first of these.
 *
 * @param epochs passes over the text; {@link Integer#MAX_VALUE} for no limit
 * @param updates of the weights; {@link Long#MAX_VALUE} for no limit
 * @param minutes time to train, counted from where it was last up, or from the beginning, over all
 *     calls of the trainer; infinite for no limit
 * @param patience validations without a better result; 0 for no limit
 */
public record Limits(int epochs, long updates, double minutes, int patience) {
  /** Nothing ends training. */
  public static final Limits NONE =
      new Limits(Integer.MAX_VALUE, Long.MAX_VALUE, Double.POSITIVE_INFINITY, 0);

  /** Checks the ranges. */
  public Limits {
    Sizes.positive("number of epochs", epochs);
    if (updates < 1) {
      throw new IllegalArgumentException("number of updates must be at least 1, but is " + updates);
    }
    if (!(minutes > 0)) {
      throw new IllegalArgumentException("minutes must be above 0, but is " + minutes);
    }
    if (patience < 0) {
      throw new IllegalArgumentException("patience must be at least 0, but is " + patience);
    }
  }

  /** The same with another number of epochs. */
  public Limits withEpochs(int other) {
    return new Limits(other, updates, minutes, patience);
  }

  /** The same with another number of updates. */
  public Limits withUpdates(long other) {
    return new Limits(epochs, other, minutes, patience);
  }

  /** The same with another time. */
  public Limits withMinutes(double other) {
    return new Limits(epochs, updates, other, patience);
  }

  /** The same with another patience. */
  public Limits withPatience(int other) {
    return new Limits(epochs, updates, minutes, other);
  }
}
