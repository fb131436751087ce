package io.refrain.ngram;

import io.refrain.data.TokenSource;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * What counting predicts of a text: the figure that a network has to beat.
 *
 * @param order the longest sequences that were counted
 * @param counted how many tokens were
 * @param logProbability Σ log P of the predicted tokens, in nats; at most 0
 * @param tokens how many those are, at least 1
 */
public record Baseline(int order, long counted, double logProbability, long tokens) {
  /** Longer sequences than these hardly come again in a text that fits into memory. */
  private static final int MOST = 10;

  private static final int LEAST = 2;

  /** The order is chosen on the end of so large a part of the text, from what is before it. */
  private static final int CHOSEN_ON = 1_000_000;

  private static final double HELD_OUT = 0.05;

  /** What sums of logarithms may be above 0 for a token. */
  private static final double ROUNDING = 1e-12;

  private static final Set<String> KEYS =
      Set.of("order", "counted_tokens", "log_probability", "tokens");

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException when no counting comes to such figures
   */
  public Baseline {
    if (order < 1) {
      throw new IllegalArgumentException("order must be at least 1, but is " + order);
    }
    if (counted < 0) {
      throw new IllegalArgumentException("counted tokens must be at least 0, but are " + counted);
    }
    if (tokens < 1) {
      throw new IllegalArgumentException("predicted tokens must be at least 1, but are " + tokens);
    }
    if (!(logProbability <= ROUNDING * tokens) || Double.isInfinite(logProbability)) {
      throw new IllegalArgumentException(
          "log P must be finite and at most 0, but is " + logProbability);
    }
  }

  /**
   * Counts a text.
   *
   * @param train the text; of one whose n-grams do not fit into the memory, its end
   * @param vocabulary how many kinds of tokens there are
   * @param bytes of memory that may be used
   * @param done told now and then how much is done, of as much as {@link #work} says
   * @return a model of the order that predicts the end of the text best
   */
  public static KneserNey model(TokenSource train, int vocabulary, long bytes, LongConsumer done) {
    TokenSource sample = train.part(Math.max(0, train.size() - CHOSEN_ON), train.size());
    int order = order(sample, vocabulary, bytes, done);
    return new KneserNey(
        NgramCounts.ofEnd(
            train, vocabulary, order, bytes, count -> done.accept(sample.size() + count)),
        order);
  }

  /** How much there is to do for a model of a text of so many tokens, some of them twice. */
  public static long work(long trainedOn) {
    return Math.min(trainedOn, CHOSEN_ON) + trainedOn;
  }

  private static int order(TokenSource sample, int vocabulary, long bytes, LongConsumer done) {
    long cut = sample.size() - (long) (sample.size() * HELD_OUT);
    if (sample.size() - cut < 2) {
      return LEAST;
    }
    TokenSource held = sample.part(cut, sample.size());
    KneserNey model =
        new KneserNey(NgramCounts.ofEnd(sample.part(0, cut), vocabulary, MOST, bytes, done), LEAST);
    int best = LEAST;
    double least = model.nats(held);
    while (model.order() < MOST) {
      // what is held out stands for the work of all orders
      done.accept(cut + held.size() * (model.order() - LEAST + 1) / (MOST - LEAST + 1));
      model = model.longer();
      double nats = model.nats(held);
      if (nats < least) {
        least = nats;
        best = model.order();
      }
    }
    done.accept(sample.size());
    return best;
  }

  /**
   * What a model predicts of a text, all of whose tokens but the first count.
   *
   * @param test at least two tokens
   * @throws IllegalArgumentException when there are fewer
   */
  public static Baseline of(KneserNey model, TokenSource test) {
    if (test.size() < 2) {
      throw new IllegalArgumentException(
          "a text must have at least 2 tokens to be predicted, for the first is given; it has "
              + test.size());
    }
    return new Baseline(model.order(), model.counted(), -model.nats(test), test.size() - 1);
  }

  /** Mean of -log P of a token, in nats. */
  public double natsPerToken() {
    return -logProbability / (double) tokens;
  }

  /** Its exponential: among how many equally likely tokens it is in doubt. */
  public double perplexity() {
    return Math.exp(natsPerToken());
  }

  /** As it stands in a file. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("order", order);
    json.put("counted_tokens", counted);
    json.put("log_probability", logProbability);
    json.put("tokens", tokens);
    return json;
  }

  /**
   * The opposite of {@link #toJson}.
   *
   * @throws JsonException when a value is missing or of another type
   * @throws IllegalArgumentException when one is out of range
   */
  public static Baseline fromJson(JsonObject json) throws JsonException {
    json.requireOnly(KEYS);
    return new Baseline(
        json.wholeNumber("order", 1, MOST),
        json.wholeNumber("counted_tokens"),
        json.number("log_probability"),
        json.wholeNumber("tokens"));
  }
}
