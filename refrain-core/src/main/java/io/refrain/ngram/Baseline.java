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
 * @param logProbability Σ log P of the predicted tokens, in nats
 * @param tokens how many those are
 */
public record Baseline(int order, long counted, double logProbability, long tokens) {
  /** Longer sequences than these hardly come again in a text that fits into memory. */
  private static final int MOST = 10;

  private static final int LEAST = 2;

  /** The order is chosen on the end of so large a part of the text, from what is before it. */
  private static final int CHOSEN_ON = 1_000_000;

  private static final double HELD_OUT = 0.05;
  private static final Set<String> KEYS =
      Set.of("order", "counted_tokens", "log_probability", "tokens");

  /**
   * Counts a text.
   *
   * @param train the text; of one that is too long for the memory, its end
   * @param vocabulary how many kinds of tokens there are
   * @param bytes of memory that may be used
   * @param done told now and then how many tokens are counted, of as many as {@link #work} says
   * @return a model of the order that predicts the end of the text best
   */
  public static KneserNey model(TokenSource train, int vocabulary, long bytes, LongConsumer done) {
    TokenSource sample = end(train, chosenOn(bytes));
    int order = order(sample, vocabulary, done);
    TokenSource counted = end(train, NgramCounts.mostTokens(bytes, order));
    return new KneserNey(
        NgramCounts.of(counted, vocabulary, order, count -> done.accept(sample.size() + count)),
        order);
  }

  /** At most how many tokens are counted for a model of a text of so many. */
  public static long work(long trainedOn, long bytes) {
    return Math.min(trainedOn, chosenOn(bytes))
        + Math.min(trainedOn, NgramCounts.mostTokens(bytes, LEAST));
  }

  private static long chosenOn(long bytes) {
    return Math.min(CHOSEN_ON, NgramCounts.mostTokens(bytes, MOST));
  }

  private static TokenSource end(TokenSource tokens, long most) {
    return tokens.part(Math.max(0, tokens.size() - most), tokens.size());
  }

  private static int order(TokenSource sample, int vocabulary, LongConsumer done) {
    long cut = sample.size() - (long) (sample.size() * HELD_OUT);
    if (sample.size() - cut < 2) {
      return LEAST;
    }
    TokenSource held = sample.part(cut, sample.size());
    NgramCounts counts = NgramCounts.of(sample.part(0, cut), vocabulary, MOST, done);
    int best = LEAST;
    double least = Double.POSITIVE_INFINITY;
    for (int order = LEAST; order <= MOST; order++) {
      double nats = new KneserNey(counts, order).nats(held);
      if (nats < least) {
        least = nats;
        best = order;
      }
    }
    return best;
  }

  /**
   * What a model predicts of a text, all of whose tokens but the first count.
   *
   * @param test at least two tokens
   */
  public static Baseline of(KneserNey model, TokenSource test) {
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

  /** The opposite of {@link #toJson}. */
  public static Baseline fromJson(JsonObject json) throws JsonException {
    json.requireOnly(KEYS);
    return new Baseline(
        json.wholeNumber("order", 1, MOST),
        json.wholeNumber("counted_tokens"),
        json.number("log_probability"),
        json.wholeNumber("tokens"));
  }
}
