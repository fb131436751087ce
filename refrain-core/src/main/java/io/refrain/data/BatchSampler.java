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
   * @param tokens the whole text; the epoch reads it later, so it must not change
   * @param random draws the offset, and the order where there is one; nothing else is random
   * @return the batches of the epoch
   * @throws IllegalArgumentException if the text is shorter than one batch
   */
  Epoch epoch(int[] tokens, RandomGenerator random);

  /**
   * {@return the shortest text that fills one batch: batch × steps inputs, and the last one's
   * target}
   */
  default long tokensNeeded() {
    return Windows.tokensPerBatch(batch(), steps()) + 1;
  }
}
