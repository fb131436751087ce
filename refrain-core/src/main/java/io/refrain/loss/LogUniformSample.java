package io.refrain.loss;

import io.refrain.nn.Sizes;
import java.util.Arrays;
import java.util.BitSet;
import java.util.random.RandomGenerator;

/**
 * Distinct classes drawn by Zipf's law: the logarithm of a class's rank is uniform, so that
 * frequent classes, which have small numbers, are drawn often.
 *
 * <pre>
 *   p(k) = (ln(k + 2) - ln(k + 1)) / ln(classes + 1)
 * </pre>
 *
 * <p>Draws of a class that is there already are thrown away, and counted: after so many draws in
 * all, a class is expected {@code 1 - (1 - p)^draws} times, as in TensorFlow's {@code
 * log_uniform_candidate_sampler}.
 */
public final class LogUniformSample {
  private final int classes;
  private final int[] drawn; // rising
  private final long draws;

  private LogUniformSample(int classes, int[] drawn, long draws) {
    this.classes = classes;
    this.drawn = drawn;
    this.draws = draws;
  }

  /**
   * Draws classes.
   *
   * @param classes how many there are, numbered by falling frequency
   * @param count how many to draw, fewer than there are
   */
  public static LogUniformSample draw(int classes, int count, RandomGenerator random) {
    requireCount(classes, count);
    double range = StrictMath.log(classes + 1.0);
    BitSet members = new BitSet(classes);
    long draws = 0;
    for (int found = 0; found < count; draws++) {
      int drawn = (int) StrictMath.exp(random.nextDouble() * range) - 1;
      if (drawn < classes && !members.get(drawn)) { // rounding may reach the end itself
        members.set(drawn);
        found++;
      }
    }
    return new LogUniformSample(classes, members.stream().toArray(), draws);
  }

  /** Demands that so many classes can be drawn. */
  public static void requireCount(int classes, int count) {
    Sizes.positive("number of sampled classes", count);
    if (count >= classes) {
      throw new IllegalArgumentException(
          "number of sampled classes must be below the number of all, %d, but is %d: sample fewer, or use the full softmax"
              .formatted(classes, count));
    }
  }

  /** How many classes there are, drawn or not. */
  public int classes() {
    return classes;
  }

  /** How many were drawn. */
  public int size() {
    return drawn.length;
  }

  /** The drawn classes, rising. */
  int[] drawn() {
    return drawn;
  }

  /** Where a class stands among the drawn; negative when it was not drawn. */
  int indexOf(int number) {
    return Arrays.binarySearch(drawn, number);
  }

  /** How often a class was to be expected, from 0 to 1. */
  public double expectedCount(int number) {
    double p =
        (StrictMath.log(number + 2.0) - StrictMath.log(number + 1.0))
            / StrictMath.log(classes + 1.0);
    return -StrictMath.expm1(draws * StrictMath.log1p(-p));
  }
}
