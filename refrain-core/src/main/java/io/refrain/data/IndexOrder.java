package io.refrain.data;

import java.util.random.RandomGenerator;

/**
 * The numbers from 0 to below a count in random order.
 *
 * <p>Up to {@value #MOST_SHUFFLED} of them are shuffled, which takes four bytes each. More are put
 * in order by a keyed permutation that takes no memory: four rounds of a Feistel network over the
 * next even power of two, walked along its cycle until the number is below the count (Black and
 * Rogaway 2002, "Ciphers with Arbitrary Finite Domains").
 */
@FunctionalInterface
interface IndexOrder {
  /** 64 MiB of numbers. */
  int MOST_SHUFFLED = 1 << 24;

  int ROUNDS = 4;

  /** The number at a place. */
  long at(long place);

  /** Draws an order. */
  static IndexOrder draw(long count, RandomGenerator random) {
    return count <= MOST_SHUFFLED ? shuffled((int) count, random) : permuted(count, random);
  }

  /** By the shuffle of Fisher and Yates. */
  static IndexOrder shuffled(int count, RandomGenerator random) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = i;
    }
    for (int last = count - 1; last > 0; last--) {
      int chosen = random.nextInt(last + 1);
      int value = order[last];
      order[last] = order[chosen];
      order[chosen] = value;
    }
    return place -> order[(int) place];
  }

  /** By a keyed permutation. */
  static IndexOrder permuted(long count, RandomGenerator random) {
    int halfBits = Math.max(1, (65 - Long.numberOfLeadingZeros(count - 1)) / 2);
    long mask = (1L << halfBits) - 1;
    long[] keys = random.longs(ROUNDS).toArray();
    return place -> {
      long value = place;
      do {
        long left = value >>> halfBits;
        long right = value & mask;
        for (long key : keys) {
          long mixed = left ^ (mix(right ^ key) & mask);
          left = right;
          right = mixed;
        }
        value = left << halfBits | right;
      } while (value >= count);
      return value;
    };
  }

  /** The finalizer of SplitMix64: every bit of the result depends on every bit of the argument. */
  private static long mix(long bits) {
    long once = (bits ^ bits >>> 30) * 0xBF58476D1CE4E5B9L;
    long twice = (once ^ once >>> 27) * 0x94D049BB133111EBL;
    return twice ^ twice >>> 31;
  }
}
