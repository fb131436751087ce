package io.refrain.data;

import java.util.random.RandomGenerator;

/**
 * An epoch that knows where in the text each row of each batch starts; and the checks that both
 * samplers share.
 */
final class Windows implements Epoch {
  private final int[] tokens;
  private final int firstToken;

  /** Row {@code row} of batch {@code index} starts at {@code starts[index * batch + row]}. */
  private final int[] starts;

  private final int batch;
  private final int steps;

  /** Starts that do not fill a last batch are left out. */
  Windows(int[] tokens, int firstToken, int[] starts, int batch, int steps) {
    this.tokens = tokens;
    this.firstToken = firstToken;
    this.starts = starts;
    this.batch = batch;
    this.steps = steps;
  }

  @Override
  public int batches() {
    return starts.length / batch;
  }

  @Override
  public int firstToken() {
    return firstToken;
  }

  @Override
  public void fill(int index, TokenBatch into) {
    if (index < 0 || index >= batches()) {
      throw new IllegalArgumentException(
          "batch of the epoch: expected 0 to %d, got %d".formatted(batches() - 1, index));
    }
    if (into.batch() != batch || into.steps() != steps) {
      throw new IllegalArgumentException(
          "batch to fill: expected %d rows of %d steps, got %d rows of %d steps"
              .formatted(batch, steps, into.batch(), into.steps()));
    }
    int[] inputs = into.inputs();
    int[] targets = into.targets();
    for (int row = 0; row < batch; row++) {
      int start = starts[index * batch + row];
      for (int step = 0; step < steps; step++) {
        inputs[step * batch + row] = tokens[start + step];
        targets[step * batch + row] = tokens[start + step + 1];
      }
    }
  }

  /** Checks the sizes of a batch and multiplies them. */
  static long tokensPerBatch(int batch, int steps) {
    if (batch < 1) {
      throw new IllegalArgumentException("rows in a batch: expected at least 1, got " + batch);
    }
    if (steps < 1) {
      throw new IllegalArgumentException("time steps of a row: expected at least 1, got " + steps);
    }
    long tokens = (long) batch * steps;
    if (tokens >= Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "tokens in a batch: expected less than %d, got %d rows of %d steps"
              .formatted(Integer.MAX_VALUE, batch, steps));
    }
    return tokens;
  }

  /** An offset from 0 to the largest, both inclusive, that leaves the text at least one batch. */
  static int drawOffset(int length, BatchSampler sampler, int largest, RandomGenerator random) {
    requireOneBatch(length, 0, sampler);
    long spare = length - sampler.tokensNeeded();
    return random.nextInt(1 + (int) Math.min(largest, spare));
  }

  static void requireOneBatch(int length, int offset, BatchSampler sampler) {
    if (offset < 0) {
      throw new IllegalArgumentException(
          "offset into the text: expected at least 0, got " + offset);
    }
    if ((long) length - offset < sampler.tokensNeeded()) {
      throw new IllegalArgumentException(
          ("text too short for one batch of %d rows of %d steps: needed %d tokens, had %d;"
                  + " use a smaller batch, fewer steps or a longer text")
              .formatted(
                  sampler.batch(),
                  sampler.steps(),
                  sampler.tokensNeeded(),
                  Math.max(0L, (long) length - offset)));
    }
  }
}
