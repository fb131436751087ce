package io.refrain.data;

import java.util.random.RandomGenerator;

/**
 * An epoch that knows where in the text each row of each batch starts; and the checks that both
 * samplers share.
 */
final class Windows implements Epoch {
  private final TokenSource tokens;
  private final int firstToken;
  private final int batches;
  private final int batch;
  private final int steps;
  private final Starts starts;

  /** Where rows start, computed rather than stored, for there are many in a long text. */
  @FunctionalInterface
  interface Starts {
    /** The position of the first input of a row of a batch. */
    long of(int index, int row);
  }

  Windows(TokenSource tokens, int firstToken, long batches, int batch, int steps, Starts starts) {
    if (batches > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "batches of an epoch: expected at most %d, got %d; use a larger batch or more steps"
              .formatted(Integer.MAX_VALUE, batches));
    }
    this.tokens = tokens;
    this.firstToken = firstToken;
    this.batches = (int) batches;
    this.batch = batch;
    this.steps = steps;
    this.starts = starts;
  }

  @Override
  public int batches() {
    return batches;
  }

  @Override
  public int firstToken() {
    return firstToken;
  }

  @Override
  public void fill(int index, TokenBatch into) {
    if (index < 0 || index >= batches) {
      throw new IllegalArgumentException(
          "batch of the epoch: expected 0 to %d, got %d".formatted(batches - 1, index));
    }
    if (into.batch() != batch || into.steps() != steps) {
      throw new IllegalArgumentException(
          "batch to fill: expected %d rows of %d steps, got %d rows of %d steps"
              .formatted(batch, steps, into.batch(), into.steps()));
    }
    int[] inputs = into.inputs();
    int[] targets = into.targets();
    int[] window = into.window();
    for (int row = 0; row < batch; row++) {
      tokens.read(starts.of(index, row), window, 0, steps + 1);
      for (int step = 0; step < steps; step++) {
        inputs[step * batch + row] = window[step];
        targets[step * batch + row] = window[step + 1];
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
  static int drawOffset(long length, BatchSampler sampler, int largest, RandomGenerator random) {
    sampler.requireOneBatch(length);
    long spare = length - sampler.tokensNeeded();
    return random.nextInt(1 + (int) Math.min(largest, spare));
  }
}
