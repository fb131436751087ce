package io.refrain.nn;

/**
 * How many threads it takes for a product of a few rows: its time goes into reading the weights, so
 * threads that read a part each, from their own cores' caches, are sooner done where there is much
 * to read, and wait for one another where there is not.
 */
public final class SharedReading {
  /** Takes some microseconds to read, against the fraction of one that a meeting takes. */
  private static final long WEIGHTS_OF_A_THREAD = 1 << 17;

  /** Rows whose products with a weight take about as long as reading it. */
  private static final int ROWS_FOR_A_READING = 3;

  private SharedReading() {}

  /**
   * How many threads pay.
   *
   * @param weights values that are read
   * @param rows which they are multiplied with, at least 1
   * @param most how many there can be, at least 1
   */
  public static int threads(long weights, int rows, int most) {
    long work = weights * Math.max(1, rows / ROWS_FOR_A_READING);
    return Math.clamp(work / WEIGHTS_OF_A_THREAD, 1, most);
  }
}
