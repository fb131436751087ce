package io.refrain.generate;

import java.util.Arrays;

/**
 * The likely tokens that top-k, top-p and min-p keep, in order: by falling probability, of equals
 * the smaller id first. Holds room for its work.
 *
 * <p>Of a large vocabulary few tokens are kept, and sorting all would take longer than a step of
 * the model. So one pass counts and sums the probabilities in buckets, eight to each power of two;
 * these tell from which probability on tokens can be kept, and only such are sorted. What is kept
 * is, to the bit, what sorting all keeps: where a sum comes so near its limit that rounding may
 * decide, all are sorted.
 */
final class LikelyTokens {
  /** Fewer tokens are sooner sorted than put into buckets. */
  static final int FEW = 128;

  private static final int SHIFT = 20; // of a float, leaves its exponent and three bits more
  private static final int BUCKETS = Float.floatToIntBits(2) >>> SHIFT; // rounding may exceed 1

  /** For each token, far more than what a sum in any order can be off by. */
  private static final double ROUNDING = 0x1p-49;

  private final int[] counts = new int[BUCKETS];
  private final double[] sums = new double[BUCKETS];
  private long[] order = {}; // the id of a token in its low half
  private int sorted;

  /**
   * Draws one of the tokens that are kept.
   *
   * @param probabilities one for each token, 0 for one that must not be drawn
   * @param at where to draw in their sum, from 0 to below 1
   */
  int draw(float[] probabilities, Sampler.Options options, double at) {
    int kept = keep(probabilities, options);
    double target = at * sum(probabilities, kept);
    for (int i = 0; i < kept; i++) {
      int token = (int) order[i];
      target -= probabilities[token];
      if (target < 0) {
        return token;
      }
    }
    return (int) order[0];
  }

  /** Puts tokens in order, and says how many of the first are kept. */
  private int keep(float[] probabilities, Sampler.Options options) {
    int count = probabilities.length;
    int most = options.topK() == 0 ? count : Math.min(options.topK(), count);
    int kept;
    if (count <= FEW) {
      sortFrom(0, probabilities);
      kept = nucleus(probabilities, most, options.topP());
    } else {
      fillBuckets(probabilities);
      kept =
          most < count
              ? nucleusOfMost(probabilities, most, options.topP())
              : nucleusOfAll(probabilities, options.topP());
    }
    double least = options.minP() * probabilities[(int) order[0]];
    while (kept > 1 && probabilities[(int) order[kept - 1]] < least) {
      kept--;
    }
    return kept;
  }

  private void fillBuckets(float[] probabilities) {
    Arrays.fill(counts, 0);
    Arrays.fill(sums, 0);
    for (float probability : probabilities) {
      int bucket = Float.floatToIntBits(probability) >>> SHIFT; // a positive float sorts like it
      counts[bucket]++;
      sums[bucket] += probability;
    }
  }

  /** Sorts the tokens of a bucket and of those above it. */
  private void sortFrom(int bucket, float[] probabilities) {
    if (order.length < probabilities.length) {
      order = new long[probabilities.length];
    }
    sorted = 0;
    for (int token = 0; token < probabilities.length; token++) {
      int bits = Float.floatToIntBits(probabilities[token]);
      if (bits >>> SHIFT >= bucket) {
        order[sorted] = (long) (Integer.MAX_VALUE - bits) << 32 | token;
        sorted++;
      }
    }
    Arrays.sort(order, 0, sorted);
  }

  private int nucleusOfMost(float[] probabilities, int most, double share) {
    int bucket = BUCKETS;
    int reached = 0;
    while (reached < most) {
      bucket--;
      reached += counts[bucket];
    }
    sortFrom(bucket, probabilities);
    return nucleus(probabilities, most, share);
  }

  private int nucleusOfAll(float[] probabilities, double share) {
    double limit = share * Arrays.stream(sums).sum();
    double off = limit * probabilities.length * ROUNDING;
    int bucket = BUCKETS;
    double inBuckets = 0;
    while (bucket > 0 && inBuckets < limit + off) {
      bucket--;
      inBuckets += sums[bucket];
    }
    sortFrom(bucket, probabilities);
    double sum = 0;
    // A sum between the limits ends the loop, for then rounding decides.
    for (int i = 0; i < sorted && sum < limit - off; i++) {
      sum += probabilities[(int) order[i]];
      if (sum >= limit + off) {
        return i + 1;
      }
    }
    sortFrom(0, probabilities);
    return nucleus(probabilities, probabilities.length, share);
  }

  /** How many of the first tokens in order hold their share of all those. */
  private int nucleus(float[] probabilities, int count, double share) {
    double whole = sum(probabilities, count);
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += probabilities[(int) order[i]];
      if (sum >= share * whole) {
        return i + 1;
      }
    }
    return count;
  }

  private double sum(float[] probabilities, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += probabilities[(int) order[i]];
    }
    return sum;
  }
}
