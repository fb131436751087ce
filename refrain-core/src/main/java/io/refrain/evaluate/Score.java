package io.refrain.evaluate;

/**
 * How likely a model finds a text: log P of all its tokens but the first, which nothing predicts.
 *
 * @param logProbability Σ log P(token | tokens before), in nats
 * @param tokens how many were predicted
 * @param characters how many characters the predicted tokens stand for
 */
public record Score(double logProbability, long tokens, long characters) {
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
   * @param reader a fresh one
   * @param tokens at least two
   * @param characters how many characters each of the tokens stands for, as many as tokens
   * @param sink takes each predicted token
   * @throws IllegalArgumentException as {@link RunningScore} does
   */
  public static Score of(TextReader reader, int[] tokens, int[] characters, TokenSink sink) {
    RunningScore score = new RunningScore(reader, sink);
    score.read(tokens, characters);
    return score.score();
  }

  /** exp of the mean of -log P: among how many equally likely tokens the model is in doubt. */
  public double perplexity() {
    return Math.exp(-logProbability / (double) tokens);
  }

  /** Mean of -log P of a token, in nats. */
  public double natsPerToken() {
    return -logProbability / (double) tokens;
  }

  /** Bits that the model needs for a character; NaN where the tokens stand for none. */
  public double bitsPerCharacter() {
    return characters == 0 ? Double.NaN : -logProbability / Math.log(2) / (double) characters;
  }
}
