package io.refrain.generate;

import io.refrain.kernel.Kernels;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.nn.Sizes;

/**
 * How likely a model finds a text: log P of all its tokens but the first, which nothing predicts.
 *
 * @param logProbability Σ log P(token | tokens before), in nats
 * @param tokens how many were predicted
 * @param characters how many characters the predicted tokens stand for
 */
public record Score(double logProbability, long tokens, long characters) {
  private static final Kernels KERNELS = Kernels.get();

  /** Takes the probability of each predicted token as it is computed. */
  @FunctionalInterface
  public interface TokenSink {
    /**
     * Takes one token.
     *
     * @param token its id
     * @param logProbability log P(token | tokens before), in nats
     */
    void accept(int token, double logProbability);
  }

  /**
   * Scores a text.
   *
   * @param tokens at least two
   * @param characters how many characters each of the tokens stands for, as many as tokens
   * @param sink takes each predicted token
   */
  public static Score of(
      FrozenLanguageModel model, int[] tokens, int[] characters, TokenSink sink) {
    if (tokens.length < 2) {
      throw new IllegalArgumentException(
          "a text must have at least 2 tokens to be scored, for the first is given; it has "
              + tokens.length);
    }
    if (characters.length != tokens.length) {
      throw new IllegalArgumentException(
          "expected a number of characters for each of the %d tokens, got %d"
              .formatted(tokens.length, characters.length));
    }
    Sizes.indices("token", tokens, model.config().vocabulary());
    FrozenLanguageModel.State state = model.initialState();
    float[] probabilities = new float[model.config().vocabulary()];
    double sum = 0;
    long length = 0;
    for (int i = 1; i < tokens.length; i++) {
      model.advance(state, tokens[i - 1]);
      float[] logits = state.logits();
      double logSumExp = KERNELS.softmax(logits, 0, probabilities, 0, probabilities.length);
      double logProbability = logits[tokens[i]] - logSumExp;
      sum += logProbability;
      length += characters[i];
      sink.accept(tokens[i], logProbability);
    }
    return new Score(sum, tokens.length - 1L, length);
  }

  /** exp of the mean of -log P: among how many equally likely tokens the model is in doubt. */
  public double perplexity() {
    return Math.exp(-logProbability / (double) tokens);
  }

  /** Mean of -log P of a token, in nats. */
  public double natsPerToken() {
    return -logProbability / (double) tokens;
  }

  /** Bits that the model needs for a character. */
  public double bitsPerCharacter() {
    return -logProbability / Math.log(2) / (double) characters;
  }
}
