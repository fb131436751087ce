package io.refrain.generate;

import io.refrain.kernel.Kernels;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Chooses the next token from logits: the most likely one, or a draw from a distribution that may
 * be sharpened by a temperature and cut to its likely part (top-k; top-p, Holtzman et al. 2020).
 *
 * <p>Holds room for its work, so one sampler serves one thread.
 */
public final class Sampler {
  private static final Kernels KERNELS = Kernels.get();

  private final Options options;
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
   * @param excluded tokens with an id below this are never chosen: a vocabulary's specials
   */
  public record Options(double temperature, int topK, double topP, int excluded) {

    /** Checks the ranges. */
    public Options {
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
      if (excluded < 0) {
        throw new IllegalArgumentException("cannot exclude " + excluded + " tokens");
      }
    }

    /** Always the most likely token. */
    public static Options greedy() {
      return new Options(0, 0, 1, 0);
    }

    /** A draw at a temperature. */
    public static Options temperature(double temperature) {
      return new Options(temperature, 0, 1, 0);
    }

    /** The same, never choosing the first tokens of the vocabulary. */
    public Options excluding(int specials) {
      return new Options(temperature, topK, topP, specials);
    }
  }

  /** Creates a sampler. */
  public Sampler(Options options) {
    this.options = options;
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
    int from = options.excluded();
    int count = logits.length - from;
    if (count < 1) {
      throw new IllegalArgumentException(
          "no token is left to choose: %d of %d are excluded".formatted(from, logits.length));
    }
    int best = from + KERNELS.argmax(logits, from, count);
    requireNumbers(logits, from, best);
    if (options.temperature() == 0) {
      return best;
    }
    if (probabilities.length != count) {
      probabilities = new float[count];
      order = new long[count];
    }
    // Less the maximum, and by a finite factor: a tiny temperature must not give 0 times infinity.
    float maximum = logits[best];
    float factor = (float) Math.min(1 / options.temperature(), Float.MAX_VALUE);
    for (int token = 0; token < count; token++) {
      probabilities[token] = (logits[from + token] - maximum) * factor;
    }
    KERNELS.softmax(probabilities, 0, probabilities, 0, count);
    boolean all = options.topP() == 1 && (options.topK() == 0 || options.topK() >= count);
    return from + (all ? draw(count, random.nextDouble()) : drawLikely(count, random));
  }

  /** Comparisons with NaN are all false, so that it would choose one token for ever. */
  private static void requireNumbers(float[] logits, int from, int best) {
    int bad = Float.isFinite(logits[best]) ? -1 : best;
    for (int token = from; token < logits.length; token++) {
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
