package io.refrain.evaluate;

import java.util.Optional;

/**
 * How likely a model finds a line of text; see {@link LineScorer}.
 *
 * @param text the line, without its end
 * @param score of what was predicted; of no tokens where nothing was, and its means are NaN then
 * @param unknown how many of the predicted tokens are those that the tokenizer does not know
 * @param leastLikely the token that the model expected least, the first of equals
 */
public record LineScore(
    String text, Score score, int unknown, Optional<UnlikelyToken> leastLikely) {

  /**
   * A token that was not expected.
   *
   * @param token its id
   * @param at where in the line it begins, in characters (code points) from 0; the line's end
   *     stands behind its last character
   * @param logProbability log P(token | tokens before), in nats
   */
  public record UnlikelyToken(int token, int at, double logProbability) {}
}
