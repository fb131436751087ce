package io.refrain.nn.recurrent;

import java.util.Arrays;

/**
 * Which rows of a batch are present at which time step, and where their values stand: step after
 * step, the rows of a step side by side, as in PyTorch's {@code PackedSequence}.
 *
 * <p>Rows are sorted by falling length, so that those present are always the first, and a sequence
 * costs what its own steps cost.
 */
final class Timeline {
  private final int batch;
  private final int[] start; // [steps + 1]

  private Timeline(int batch, int[] start) {
    this.batch = batch;
    this.start = start;
  }

  /** A batch whose sequences all have the same length. */
  static Timeline even(int steps, int batch) {
    int[] start = new int[steps + 1];
    Arrays.setAll(start, t -> t * batch);
    return new Timeline(batch, start);
  }

  /**
   * A batch of sequences of different length.
   *
   * @param lengths falling, each at least 1
   */
  static Timeline of(int[] lengths) {
    int[] start = new int[lengths[0] + 1];
    int present = lengths.length;
    for (int t = 0; t < lengths[0]; t++) {
      while (lengths[present - 1] <= t) {
        present--;
      }
      start[t + 1] = Math.addExact(start[t], present);
    }
    return new Timeline(lengths.length, start);
  }

  /** The length of the longest sequence. */
  int steps() {
    return start.length - 1;
  }

  /** How many sequences there are. */
  int batch() {
    return batch;
  }

  /** Rows of all steps together. */
  int size() {
    return start[steps()];
  }

  /** Where the rows of a step begin. */
  int start(int t) {
    return start[t];
  }

  /** How many rows are present at a step; 0 before the first and after the last. */
  int rows(int t) {
    return t < 0 || t >= steps() ? 0 : start[t + 1] - start[t];
  }

  /** Whether all sequences have the same length. */
  boolean isEven() {
    return size() == steps() * batch;
  }

  /** The shape of a tensor of all rows: [steps, batch, width] where the timeline is even. */
  int[] shape(int width) {
    return isEven() ? new int[] {steps(), batch, width} : new int[] {size(), width};
  }

  /** Where part {@code part} of {@code parts} begins, when parts shall have as much to do each. */
  int boundary(int part, int parts) {
    if (part == parts) {
      return batch;
    }
    long wanted = (long) size() * part / parts;
    long sum = 0;
    int row = 0;
    for (int t = steps(); sum < wanted && row < batch; row++) {
      while (rows(t - 1) <= row) {
        t--; // the length of this row
      }
      sum += t;
    }
    return row;
  }
}
