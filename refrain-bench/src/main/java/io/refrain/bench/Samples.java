package io.refrain.bench;

import java.util.Arrays;

/** Measured values, with their median, which a few disturbed runs do not move, and quantiles. */
final class Samples {
  private double[] values = new double[16];
  private int count;

  void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = value;
  }

  /** The middle value, or the mean of the two in the middle; NaN when there is none. */
  double median() {
    if (count == 0) {
      return Double.NaN;
    }
    double[] sorted = sorted();
    return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
  }

  /**
   * The smallest value that so many are not above; NaN when there is none.
   *
   * @param share of all values, above 0 and at most 1
   */
  double quantile(double share) {
    return count == 0 ? Double.NaN : sorted()[(int) Math.ceil(share * count) - 1];
  }

  private double[] sorted() {
    double[] sorted = Arrays.copyOf(values, count);
    Arrays.sort(sorted);
    return sorted;
  }
}
