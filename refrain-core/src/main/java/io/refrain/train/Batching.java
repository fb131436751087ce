package io.refrain.train;

import io.refrain.data.BatchSampler;
import io.refrain.data.Epoch;
import io.refrain.data.TokenSource;
import io.refrain.nn.Sizes;
import java.util.SplittableRandom;

/**
 * How a text becomes batches, and batches become updates.
 *
 * @param batch sequences side by side
 * @param steps time steps of a batch: the reach of back-propagation
 * @param partition how sequences are taken from the text
 * @param carryState whether a batch goes on from the state of the one before; needs a sequential
 *     partition
 * @param accumulate batches an update is made of; the last update of an epoch is made of what is
 *     left
 */
public record Batching(
    int batch, int steps, Partition partition, boolean carryState, int accumulate) {

  /** Checks the ranges. */
  public Batching {
    Sizes.positive("batch size", batch);
    Sizes.positive("number of steps", steps);
    Sizes.positive("number of batches accumulated", accumulate);
    if (carryState && !partition.sampler(batch, steps).rowsContinue()) {
      throw new IllegalArgumentException(
          "state can be carried between batches only when sequences follow one another:"
              + " use the sequential partition, or do not carry state");
    }
  }

  BatchSampler sampler() {
    return partition.sampler(batch, steps);
  }

  /** An epoch's batches depend on the seed and its number alone, so training may resume in it. */
  Epoch epoch(TokenSource tokens, long seed, int number) {
    return sampler().epoch(tokens, new SplittableRandom(mix(seed, number)));
  }

  private static long mix(long seed, int number) {
    return new SplittableRandom(seed + 0x9E3779B97F4A7C15L * (number + 1)).nextLong();
  }

  /** Updates that a number of batches is good for. */
  public long updates(long batches) {
    return Math.ceilDiv(batches, (long) accumulate);
  }

  /**
   * Updates that an epoch of a text has at most: the random offset where it begins may cost one.
   *
   * @param tokens how many are trained on
   * @throws IllegalArgumentException when they do not fill a batch
   */
  public long mostUpdatesOfAnEpoch(long tokens) {
    sampler().requireOneBatch(tokens);
    return updates((tokens - 1) / ((long) batch * steps));
  }
}
