package io.refrain.bench.workload;

import java.util.SplittableRandom;

/**
 * Made-up inputs and targets of an output layer, the same for Refrain and every peer. The logarithm
 * of a target's rank is uniform, which is close to how often words come in a text.
 *
 * @param values uniform in -1 to 1, [rows, width] row-major
 * @param targets a word for each row
 */
@SuppressWarnings("ArrayRecordComponent") // read once, right after it is made
public record OutputRows(float[] values, long[] targets) {
  private static final int SEED = 31;

  /**
   * Makes the rows of a pass.
   *
   * @param workload gives its sizes
   * @return the rows
   */
  public static OutputRows of(OutputPass workload) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] values = new float[workload.rows() * workload.width()];
    for (int at = 0; at < values.length; at++) {
      values[at] = (float) random.nextDouble(-1, 1);
    }
    long[] targets = new long[workload.rows()];
    for (int row = 0; row < targets.length; row++) {
      targets[row] = (long) Math.pow(workload.vocabulary() + 1.0, random.nextDouble()) - 1;
    }
    return new OutputRows(values, targets);
  }

  /**
   * Counts targets.
   *
   * @param from the first word that counts
   * @param to the first behind those that do
   * @return how many targets are among them
   */
  public int targets(int from, int to) {
    int count = 0;
    for (long target : targets) {
      count += target >= from && target < to ? 1 : 0;
    }
    return count;
  }
}
