package io.refrain.data;

import java.util.random.RandomGenerator;

/**
 * Cuts the text, from a random offset on, into as many contiguous columns as a batch has rows, and
 * walks down all of them together (d2l's {@code seq_data_iter_sequential}).
 *
 * <p>With offset {@code o} drawn from 0 to {@code steps} inclusive, each row holds {@code c =
 * (length - o - 1) / batch} tokens in a row; batch {@code i} takes the tokens {@code i * steps} to
 * {@code (i + 1) * steps} of each, and there are {@code c / steps} batches. Where the largest
 * offsets would leave no batch of a short text, the offset is drawn from those that do leave one.
 *
 * @param batch rows in a batch; at least 1
 * @param steps time steps of a row; at least 1
 */
public record SequentialPartition(int batch, int steps) implements BatchSampler {
  /** Checks the sizes. */
  public SequentialPartition {
    Windows.tokensPerBatch(batch, steps);
  }

  @Override
  public boolean rowsContinue() {
    return true;
  }

  @Override
  public Epoch epoch(TokenSource tokens, RandomGenerator random) {
    return from(tokens, Windows.drawOffset(tokens.size(), this, steps, random));
  }

  /**
   * {@return the epoch that begins at a given token, for evaluation that must not depend on chance}
   *
   * @param tokens the whole text
   * @param offset the position of the first token used; at least 0
   * @throws IllegalArgumentException if less than one batch is left from there on
   */
  public Epoch from(TokenSource tokens, int offset) {
    if (offset < 0) {
      throw new IllegalArgumentException(
          "offset into the text: expected at least 0, got " + offset);
    }
    requireOneBatch(tokens.size() - offset);
    long columns = (tokens.size() - offset - 1) / batch;
    return new Windows(
        tokens,
        offset,
        columns / steps,
        batch,
        steps,
        (index, row) -> offset + row * columns + (long) index * steps);
  }

  /**
   * {@link #from(TokenSource, int)} of a text in memory.
   *
   * @param tokens the whole text; the epoch reads it later, so it must not change
   * @param offset the position of the first token used; at least 0
   * @return the epoch
   * @throws IllegalArgumentException if less than one batch is left from there on
   */
  public Epoch from(int[] tokens, int offset) {
    return from(TokenSource.of(tokens), offset);
  }
}
