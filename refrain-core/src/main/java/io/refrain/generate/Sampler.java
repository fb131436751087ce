package io.refrain.generate;

import io.refrain.kernel.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Chooses the next token from logits: the most likely one, or a draw from a distribution that may
 * be sharpened by a temperature and cut to its likely part (top-k; top-p, Holtzman et al. 2020).
 *
 * <p>Holds room for its work, so one sampler serves one thread.
 */
public final class Sampler {
  private static final Kernels KERNELS = Kernels.get();

  private final Options options;
  private final int[] excluded;
  private float[] allowed = new float[0];
  private float[] probabilities = new float[0];
  private long[] order = new long[0];

  /**
   * How to choose.
   *
   * @param temperature divides the logits: below 1 is bolder, above 1 more varied; 0 takes the most
   *     likely token
   * @param topK how many of the most likely tokens may be drawn; 0 for all
   * @param topP of those, the smallest set of likely ones that holds this share of their
   *     probability may be drawn; 1 for all
   * @param excluded ids of tokens that are never chosen, such as those that stand for no text
   */
  public record Options(double temperature, int topK, double topP, List<Integer> excluded) {

    /** Checks the ranges, and keeps each excluded id once, in rising order. */
    public Options {
      excluded = excluded.stream().sorted().distinct().toList();
      if (!(temperature >= 0) || Double.isInfinite(temperature)) {
        throw new IllegalArgumentException(
            "temperature must be at least 0 (0: the most likely token), but is " + temperature);
      }
      if (topK < 0) {
        throw new IllegalArgumentException("top-k must be at least 0 (0: all), but is " + topK);
      }
      if (!(topP > 0 && topP <= 1)) {
        throw new IllegalArgumentException(
            "top-p must be above 0 and at most 1 (1: all), but is " + topP);
      }
      if (!excluded.isEmpty() && excluded.getFirst() < 0) {
        throw new IllegalArgumentException(
            "excluded tokens: expected ids of at least 0, got " + excluded.getFirst());
      }
    }

    /** Always the most likely token. */
    public static Options greedy() {
      return new Options(0, 0, 1, List.of());
    }

    /** A draw at a temperature. */
    public static Options temperature(double temperature) {
      return new Options(temperature, 0, 1, List.of());
    }

    /** The same, never choosing these tokens; an id that a model does not have changes nothing. */
    public Options excluding(int... ids) {
      return new Options(temperature, topK, topP, IntStream.of(ids).boxed().toList());
    }
  }

  /** Creates a sampler. */
  public Sampler(Options options) {
    this.options = options;
    this.excluded = options.excluded().stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Chooses a token.
   *
   * @param logits one for each token; -∞ for one that must not be chosen
   * @param random draws one number, unless the choice is greedy
   * @return the token's id
   * @throws IllegalArgumentException when a logit is NaN or ∞, or no token is left
   */
  public int choose(float[] logits, RandomGenerator random) {
    float[] scores = withoutExcluded(logits);
    int count = scores.length;
    int best = KERNELS.argmax(scores, 0, count);
    requireNumbers(scores, best);
    if (options.temperature() == 0) {
      return best;
    }
    if (probabilities.length != count) {
      probabilities = new float[count];
      order = new long[count];
    }
    // Less the maximum, and by a finite factor: a tiny temperature must not give 0 times infinity.
    float maximum = scores[best];
    float factor = (float) Math.min(1 / options.temperature(), Float.MAX_VALUE);
    for (int token = 0; token < count; token++) {
      float less = scores[token] - maximum;
      probabilities[token] = less == Float.NEGATIVE_INFINITY ? less : less * factor;
    }
    KERNELS.softmax(probabilities, 0, probabilities, 0, count);
    boolean all = options.topP() == 1 && (options.topK() == 0 || options.topK() >= count);
    return all ? draw(count, random.nextDouble()) : drawLikely(count, random);
  }

  /** The logits, with -∞ for the tokens that are excluded. */
  private float[] withoutExcluded(float[] logits) {
    int known = 0;
    while (known < excluded.length && excluded[known] < logits.length) {
      known++;
    }
    if (known == logits.length) {
      throw new IllegalArgumentException(
          "no token is left to choose: %d of %d are excluded".formatted(known, logits.length));
    }
    if (known == 0) {
      return logits;
    }
    if (allowed.length != logits.length) {
      allowed = new float[logits.length];
    }
    System.arraycopy(logits, 0, allowed, 0, logits.length);
    for (int i = 0; i < known; i++) {
      allowed[excluded[i]] = Float.NEGATIVE_INFINITY;
    }
    return allowed;
  }

  /** Comparisons with NaN are all false, so that it would choose one token for ever. */
  private static void requireNumbers(float[] logits, int best) {
    int bad = Float.isFinite(logits[best]) ? -1 : best;
    for (int token = 0; token < logits.length; token++) {
      if (Float.isNaN(logits[token])) {
        bad = token;
      }
    }
    if (bad >= 0) {
      throw new IllegalArgumentException(
          ("the model's logits are not numbers: that of token %d is %s. Its weights are probably"
                  + " spoiled by training that diverged: use those of an earlier checkpoint")
              .formatted(bad, logits[bad]));
    }
  }

  private int draw(int count, double at) {
    double sum = 0;
    for (int token = 0; token < count; token++) {
      sum += probabilities[token];
    }
    double target = at * sum;
    for (int token = 0; token < count; token++) {
      target -= probabilities[token];
      if (target < 0) {
        return token;
      }
    }
    return KERNELS.argmax(probabilities, 0, count);
  }

  private int drawLikely(int count, RandomGenerator random) {
    // Sorted by falling probability, ties by rising id: a positive float sorts like its bits.
    for (int token = 0; token < count; token++) {
      long bits = Float.floatToIntBits(probabilities[token]);
      order[token] = (Integer.MAX_VALUE - bits) << 32 | token;
    }
    Arrays.sort(order, 0, count);
    int kept = options.topK() == 0 ? count : Math.min(options.topK(), count);
    double whole = 0;
    for (int i = 0; i < kept; i++) {
      whole += probabilities[(int) order[i]];
    }
    double sum = 0;
    for (int i = 0; i < kept; i++) {
      sum += probabilities[(int) order[i]];
      if (sum >= options.topP() * whole) {
        kept = i + 1;
      }
    }
    double target = random.nextDouble() * sum;
    for (int i = 0; i < kept; i++) {
      target -= probabilities[(int) order[i]];
      if (target < 0) {
        return (int) order[i];
      }
    }
    return (int) order[0];
  }
}
