package io.refrain.data;

import java.util.random.RandomGenerator;

/**
 * A way to cut one long text into batches of rows of equal length, differently in every epoch.
 *
 * <p>Each input's target is the token after it in the text.
 */
public sealed interface BatchSampler permits SequentialPartition, RandomSampling {
  /** {@return the number of rows in a batch} */
  int batch();

  /** {@return the number of time steps of a row} */
  int steps();

  /**
   * {@return whether each row of a batch goes on where the same row of the batch before ended, so
   * that the hidden state may be carried over}
   */
  boolean rowsContinue();

  /**
   * Cuts the text for one epoch.
   *
   * @param tokens the whole text, which the epoch reads later
   * @param random draws the offset, and the order where there is one; nothing else is random
   * @return the batches of the epoch
   * @throws IllegalArgumentException if the text is shorter than one batch
   */
  Epoch epoch(TokenSource tokens, RandomGenerator random);

  /**
   * {@link #epoch(TokenSource, RandomGenerator)} of a text in memory.
   *
   * @param tokens the whole text; the epoch reads it later, so it must not change
   * @param random draws the offset, and the order where there is one; nothing else is random
   * @return the batches of the epoch
   * @throws IllegalArgumentException if the text is shorter than one batch
   */
  default Epoch epoch(int[] tokens, RandomGenerator random) {
    return epoch(TokenSource.of(tokens), random);
  }

  /**
   * {@return the shortest text that fills one batch: batch × steps inputs, and the last one's
   * target}
   */
  default long tokensNeeded() {
    return Windows.tokensPerBatch(batch(), steps()) + 1;
  }

  /**
   * Demands that a text fills a batch.
   *
   * @param length the number of tokens of the text
   * @throws IllegalArgumentException if it does not
   */
  default void requireOneBatch(long length) {
    if (length < tokensNeeded()) {
      throw new IllegalArgumentException(
          ("text too short for one batch of %d rows of %d steps: needed %d tokens, had %d;"
                  + " use a smaller batch, fewer steps or a longer text")
              .formatted(batch(), steps(), tokensNeeded(), Math.max(0, length)));
    }
  }
}
