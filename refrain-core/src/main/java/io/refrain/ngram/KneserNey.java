package io.refrain.ngram;

import io.refrain.data.TokenSource;
import java.util.Arrays;

/**
 * A language model that only counts: interpolated Kneser-Ney smoothing with three discounts, Chen
 * and Goodman (1999), "An empirical study of smoothing techniques for language modeling".
 *
 * <pre>
 *   p(w | h)  = max(0, c(h w) - D(c(h w))) / c(h)  +  γ(h) · p(w | h without its first token)
 *   γ(h)      = (D₁ N₁(h) + D₂ N₂(h) + D₃ N₃₊(h)) / c(h)
 * </pre>
 *
 * <p>c(h w) counts occurrences where h is of the longest kind, and otherwise the different tokens
 * before h w; c(h) is its sum over w, and N₁, N₂, N₃₊ say how many w have a count of 1, 2, 3 or
 * more. Below the distribution of single tokens lies the uniform one. A context that was never seen
 * leaves it all to the shorter one, so every distribution adds up to one.
 */
public final class KneserNey {
  private final NgramCounts counts;
  private final Level[] levels; // of lengths 1, 2, ..., order

  /** What is known of contexts one token shorter than the sequences of a length. */
  private static final class Level {
    private final NgramTable table;
    private final boolean ofContinuations;
    private final int[] totals; // by number of the context
    private final int[] singles;
    private final int[] doubles;
    private final int[] more;
    private final double[] discounts; // of counts 0, 1, 2, 3 and more

    Level(NgramTable table, int contexts, boolean ofContinuations) {
      this.table = table;
      this.ofContinuations = ofContinuations;
      totals = new int[contexts];
      singles = new int[contexts];
      doubles = new int[contexts];
      more = new int[contexts];
      long[] ofCounts = new long[5];
      table.forEach((context, number) -> {
        int count = table.count(number, ofContinuations);
        totals[context] += count;
        switch (count) {
          case 0 -> {} // the very first sequence of a text follows nothing
          case 1 -> singles[context]++;
          case 2 -> doubles[context]++;
          default -> more[context]++;
        }
        if (count < ofCounts.length) {
          ofCounts[count]++;
        }
      });
      discounts = discounts(ofCounts);
    }

    /**
     * The estimate of Chen and Goodman. A text so small that it lacks some count has none; half of
     * the count below is taken then, which is what large texts come close to.
     *
     * @param n how many sequences have a count of 0, 1, 2, 3 and 4
     */
    private static double[] discounts(long[] n) {
      double[] discounts = new double[4];
      double y = n[1] / (n[1] + 2.0 * n[2]);
      for (int i = 1; i < discounts.length; i++) {
        double estimate = i - (i + 1) * y * n[i + 1] / n[i];
        boolean sound = estimate > 0 && estimate < i; // NaN is neither
        discounts[i] = sound ? estimate : 0.5 * i;
      }
      return discounts;
    }

    double probability(int context, int token, double shorter) {
      int total = context < 0 ? 0 : totals[context];
      if (total == 0) {
        return shorter;
      }
      int number = table.find(context, token);
      int count = number < 0 ? 0 : table.count(number, ofContinuations);
      double left =
          discounts[1] * singles[context]
              + discounts[2] * doubles[context]
              + discounts[3] * more[context];
      return (Math.max(0, count - discounts[Math.min(count, 3)]) + left * shorter) / total;
    }
  }

  /**
   * A model of some order.
   *
   * @param order the longest sequences that it knows, at most that of the counts
   */
  public KneserNey(NgramCounts counts, int order) {
    requireOrder(counts, order);
    this.counts = counts;
    levels = new Level[order];
    for (int length = 1; length <= order; length++) {
      levels[length - 1] = level(counts, length, length < order);
    }
  }

  private KneserNey(NgramCounts counts, Level[] levels) {
    this.counts = counts;
    this.levels = levels;
  }

  private static void requireOrder(NgramCounts counts, int order) {
    if (order < 1 || order > counts.order()) {
      throw new IllegalArgumentException(
          "order must be from 1 to %d, but is %d".formatted(counts.order(), order));
    }
  }

  private static Level level(NgramCounts counts, int length, boolean ofContinuations) {
    int contexts = length == 1 ? 1 : counts.table(length - 1).size();
    return new Level(counts.table(length), contexts, ofContinuations);
  }

  /**
   * A model of the next order over the same counts. The two share what they know of shorter
   * contexts, so that one order after another costs two levels each.
   */
  KneserNey longer() {
    int order = order() + 1;
    requireOrder(counts, order);
    Level[] more = Arrays.copyOf(levels, order);
    more[order - 2] = level(counts, order - 1, true); // here it is not of the longest kind
    more[order - 1] = level(counts, order, false);
    return new KneserNey(counts, more);
  }

  /** The longest sequences that it knows. */
  public int order() {
    return levels.length;
  }

  /** How many tokens were counted. */
  public long counted() {
    return counts.tokens();
  }

  /** One text as it is read. */
  public final class Walk {
    private final int[] endings = new int[levels.length]; // the last 0, 1, 2, ... tokens

    private Walk() {
      Arrays.fill(endings, 1, endings.length, -1);
    }

    /**
     * P(token | all tokens so far), of which the last few count.
     *
     * @param token from 0 to the vocabulary's size - 1
     */
    public double probability(int token) {
      double p = 1.0 / counts.vocabulary();
      for (int length = 1; length <= levels.length; length++) {
        p = levels[length - 1].probability(endings[length - 1], token, p);
      }
      return p;
    }

    /** Reads a token. */
    public void read(int token) {
      for (int length = levels.length - 1; length > 0; length--) {
        int before = endings[length - 1];
        endings[length] = before < 0 ? -1 : counts.table(length).find(before, token);
      }
    }
  }

  /** Begins a text. */
  public Walk walk() {
    return new Walk();
  }

  /**
   * Scores a text, whose first token is given.
   *
   * @return the sum of -log P of all others, in nats
   */
  public double nats(TokenSource tokens) {
    Walk walk = walk();
    int[] stretch = new int[1 << 12];
    double sum = 0;
    for (long at = 0; at < tokens.size(); at += stretch.length) {
      int count = (int) Math.min(stretch.length, tokens.size() - at);
      tokens.read(at, stretch, 0, count);
      for (int i = 0; i < count; i++) {
        if (at + i > 0) {
          sum -= Math.log(walk.probability(stretch[i]));
        }
        walk.read(stretch[i]);
      }
    }
    return sum;
  }
}
