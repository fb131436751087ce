package io.refrain.cli;

import java.util.List;

/**
 * The losses that a curve shows.
 *
 * @param low the lower end, in nats a token
 * @param high the upper end
 * @param cut whether there are losses above it
 */
record LossRange(double low, double high, boolean cut) {
  /** How many times the height of the settled part the losses may reach before they are cut. */
  private static final double MOST_STRETCH = 8;

  /** How many times that height a curve that is cut has. */
  private static final double CUT_STRETCH = 5;

  /** With fewer losses nothing is settled. */
  private static final int LEAST_TO_CUT = 20;

  /**
   * Fits the range to the losses. A few huge ones, as those of the first updates at a high learning
   * rate, would press all others into a flat line; they are cut off.
   *
   * @param sorted ascending, not empty
   */
  static LossRange of(List<Double> sorted) {
    double least = sorted.getFirst();
    double most = sorted.getLast();
    double settled = sorted.get((int) (0.9 * (sorted.size() - 1))) - least;
    boolean cut =
        sorted.size() >= LEAST_TO_CUT && settled > 0 && most - least > MOST_STRETCH * settled;
    double top = cut ? least + CUT_STRETCH * settled : most;
    // A single loss still needs some height, or the axis has no ticks.
    double margin = top > least ? 0.05 * (top - least) : Math.max(0.1 * least, 0.01);
    return new LossRange(Math.max(0, least - margin), top + margin, cut);
  }
}
