package io.refrain.generate;

import io.refrain.kernel.Kernels;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Chooses the next token from logits: the most likely one, or a draw from a distribution that may
 * be sharpened by a temperature and cut to its likely part. In this order, which is that of Hugging
 * Face's {@code generate}:
 *
 * <ol>
 *   <li>the repetition penalty (Keskar et al. 2019), on the logits
 *   <li>the temperature, which divides them
 *   <li>top-k: so many of the most likely tokens
 *   <li>top-p (Holtzman et al. 2020): of those, the smallest set that holds this share of their
 *       probability
 *   <li>min-p (Nguyen et al. 2024): of those, the ones at least so likely as this share of the most
 *       likely one's probability
 * </ol>
 *
 * <p>Holds room for its work, so one sampler serves one thread.
 */
public final class Sampler {
  private static final Kernels KERNELS = Kernels.get();
  private static final RecentTokens NOTHING = new RecentTokens(); // never added to

  private final Options options;
  private final ExcludedTokens excluded;
  private final LikelyTokens likely = new LikelyTokens();
  private float[] allowed = new float[0];
  private float[] probabilities = new float[0];

  /**
   * What makes tokens that were there a moment ago less likely: their logits are divided by the
   * penalty where they are positive, and multiplied where they are negative (CTRL, Keskar et al.
   * 2019), each once, however often its token was there.
   *
   * <p>So the effect depends on where logits lie, not on their differences alone. Those of an
   * {@link io.refrain.loss.AdaptiveSoftmax} are log P, none above 0 and a likely token's near it:
   * there a penalty hardly touches the token that a model repeats, and takes much from rare ones.
   *
   * @param penalty above 1 to repeat less, 1 for none; the paper has 1.2
   * @param window how many of a text's last tokens count, read ones too; up to {@link
   *     RecentTokens#MOST}
   */
  public record Repetition(double penalty, int window) {
    /** No penalty. */
    public static final Repetition NONE = new Repetition(1, 0);

    /** Checks the ranges. */
    public Repetition {
      if (!(penalty > 0) || Double.isInfinite(penalty)) {
        throw new IllegalArgumentException(
            "repetition penalty must be above 0 (1: none) and finite, but is " + penalty);
      }
      if (window < 0 || window > RecentTokens.MOST) {
        throw new IllegalArgumentException(
            "repetition window must be between 0 and %d tokens, but is %d"
                .formatted(RecentTokens.MOST, window));
      }
    }

    boolean changesNothing() {
      return penalty == 1 || window == 0;
    }

    /** Finite stays finite, however large the penalty. */
    private float penalized(float logit) {
      double changed = logit > 0 ? logit / penalty : logit * penalty;
      return Float.isFinite(logit)
          ? (float) Math.clamp(changed, -Float.MAX_VALUE, Float.MAX_VALUE)
          : logit;
    }
  }

  /**
   * How to choose.
   *
   * @param temperature divides the logits: below 1 is bolder, above 1 more varied; 0 takes the most
   *     likely token
   * @param topK how many of the most likely tokens may be drawn; 0 for all
   * @param topP of those, the smallest set of likely ones that holds this share of their
   *     probability may be drawn; 1 for all
   * @param minP of those, the ones at least so likely as this share of the most likely one's
   *     probability may be drawn; 0 for all
   * @param repetition what makes tokens less likely that were there a moment ago
   * @param excluded ids of tokens that are never chosen, such as those that stand for no text
   */
  public record Options(
      double temperature,
      int topK,
      double topP,
      double minP,
      Repetition repetition,
      List<Integer> excluded) {

    /** Checks the ranges, and keeps each excluded id once, in rising order. */
    public Options {
      excluded = ExcludedTokens.checked(excluded);
      if (!(temperature >= 0) || Double.isInfinite(temperature)) {
        throw new IllegalArgumentException(
            "temperature must be at least 0 (0: the most likely token) and finite, but is "
                + temperature);
      }
      if (topK < 0) {
        throw new IllegalArgumentException("top-k must be at least 0 (0: all), but is " + topK);
      }
      if (!(topP > 0 && topP <= 1)) {
        throw new IllegalArgumentException(
            "top-p must be above 0 and at most 1 (1: all), but is " + topP);
      }
      if (!(minP >= 0 && minP <= 1)) {
        throw new IllegalArgumentException(
            "min-p must be between 0 (all) and 1 (the most likely), but is " + minP);
      }
    }

    /** Always the most likely token. */
    public static Options greedy() {
      return temperature(0);
    }

    /** A draw at a temperature. */
    public static Options temperature(double temperature) {
      return new Options(temperature, 0, 1, 0, Repetition.NONE, List.of());
    }

    /** The same, of so many of the most likely tokens. */
    public Options withTopK(int count) {
      return new Options(temperature, count, topP, minP, repetition, excluded);
    }

    /** The same, of the likely tokens that together hold this share. */
    public Options withTopP(double share) {
      return new Options(temperature, topK, share, minP, repetition, excluded);
    }

    /** The same, of tokens at least so likely as this share of the most likely one. */
    public Options withMinP(double share) {
      return new Options(temperature, topK, topP, share, repetition, excluded);
    }

    /** The same, with a penalty on the tokens of the text's last {@code window}. */
    public Options withRepetitionPenalty(double penalty, int window) {
      Repetition other = new Repetition(penalty, window);
      return new Options(temperature, topK, topP, minP, other, excluded);
    }

    /** The same, never choosing these tokens; an id that a model does not have changes nothing. */
    public Options excluding(int... ids) {
      List<Integer> others = ExcludedTokens.checked(ids);
      return new Options(temperature, topK, topP, minP, repetition, others);
    }
  }

  /** Creates a sampler. */
  public Sampler(Options options) {
    this.options = options;
    this.excluded = new ExcludedTokens(options.excluded());
  }

  /**
   * Chooses a token.
   *
   * @param logits one for each token; -∞ for one that must not be chosen
   * @param random draws one number, unless the choice is greedy
   * @return the token's id
   * @throws IllegalArgumentException when a logit is NaN or ∞, or no token is left
   * @throws IllegalStateException when there is a repetition penalty, which must know the text
   */
  public int choose(float[] logits, RandomGenerator random) {
    if (!options.repetition().changesNothing()) {
      throw new IllegalStateException(
          "a repetition penalty must know the text's recent tokens: pass them, or let a Session"
              + " choose");
    }
    return choose(logits, NOTHING, random);
  }

  /**
   * Chooses a token of a text whose last tokens are known.
   *
   * @param recent the tokens before, which a repetition penalty looks at
   * @throws IllegalArgumentException as without them, or when the penalty meets a token that has no
   *     logit
   */
  public int choose(float[] logits, RecentTokens recent, RandomGenerator random) {
    float[] scores = scores(logits, recent);
    int count = scores.length;
    int best = KERNELS.argmax(scores, 0, count);
    requireNumbers(scores, best);
    if (options.temperature() == 0) {
      return best;
    }
    if (probabilities.length != count) {
      probabilities = new float[count];
    }
    // Less the maximum, and by a finite factor: a tiny temperature must not give 0 times infinity.
    float maximum = scores[best];
    float factor = (float) Math.min(1 / options.temperature(), Float.MAX_VALUE);
    for (int token = 0; token < count; token++) {
      float less = scores[token] - maximum;
      probabilities[token] = less == Float.NEGATIVE_INFINITY ? less : less * factor;
    }
    KERNELS.softmax(probabilities, 0, probabilities, 0, count);
    for (int token = 0; token < count; token++) {
      if (scores[token] == Float.NEGATIVE_INFINITY) {
        probabilities[token] = 0; // vector kernels make it the smallest number, which can be drawn
      }
    }
    boolean all = options.topP() == 1 && (options.topK() == 0 || options.topK() >= count);
    if (!all) {
      return likely.draw(probabilities, options, random.nextDouble());
    }
    if (options.minP() > 0) {
      cutUnlikely(options.minP() * probabilities[best]);
    }
    return draw(count, random.nextDouble());
  }

  /** The logits, less a penalty for some tokens, and with -∞ for those that are excluded. */
  private float[] scores(float[] logits, RecentTokens recent) {
    int known = excluded.in(logits.length);
    Repetition repetition = options.repetition();
    if (known == 0 && repetition.changesNothing()) {
      return logits;
    }
    if (allowed.length != logits.length) {
      allowed = new float[logits.length];
    }
    System.arraycopy(logits, 0, allowed, 0, logits.length);
    int window = repetition.changesNothing() ? 0 : Math.min(repetition.window(), recent.size());
    for (int back = 0; back < window; back++) {
      int token = recent.get(back);
      if (token >= logits.length) {
        throw new IllegalArgumentException(
            "recent tokens: expected ids from 0 to %d, got %d".formatted(logits.length - 1, token));
      }
      allowed[token] = repetition.penalized(logits[token]); // from the logits: once, not twice
    }
    excluded.fill(allowed, Float.NEGATIVE_INFINITY);
    return allowed;
  }

  private void cutUnlikely(double least) {
    for (int token = 0; token < probabilities.length; token++) {
      if (probabilities[token] < least) {
        probabilities[token] = 0;
      }
    }
  }

  /** Comparisons with NaN are all false, so that it would choose one token for ever. */
  static void requireNumbers(float[] logits, int best) {
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
}
