package io.refrain.data;

/**
 * One pass over a text, cut into batches.
 *
 * <p>Any batch can be had at any time, so training that stopped in mid-epoch goes on where it was:
 * the same tokens and a generator in the same state give the same epoch.
 */
public interface Epoch {
  /** {@return the number of batches; at least 1} */
  int batches();

  /**
   * {@return the position in the text of the first token that this epoch uses: the random offset}
   */
  int firstToken();

  /**
   * Copies a batch out.
   *
   * @param index which batch, from 0
   * @param into where to; its sizes must be those of the sampler
   * @throws IllegalArgumentException if the index or the sizes do not fit
   */
  void fill(int index, TokenBatch into);
}
