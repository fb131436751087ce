package io.refrain.data;

/**
 * A text in two parts: one to train on, and one, held out, to validate with.
 *
 * <p>The text is cut once and the end of it held out. Drawing at random would put neighbouring
 * characters on both sides, and a model would be examined on what it has nearly seen.
 *
 * @param train the tokens to train on, from the beginning of the text
 * @param validation the tokens held out, from the end of the text
 */
public record Split(TokenSource train, TokenSource validation) {
  /**
   * Holds out the last share of the tokens, rounded down to whole tokens. Nothing is copied.
   *
   * @param tokens the whole text
   * @param validationShare the part to hold out, in [0, 1); 0 holds out nothing
   * @return the two parts
   * @throws IllegalArgumentException if the share is outside [0, 1)
   */
  public static Split byPosition(TokenSource tokens, double validationShare) {
    if (!(validationShare >= 0 && validationShare < 1)) {
      throw new IllegalArgumentException(
          "share of the text to validate with: expected at least 0 and below 1, got "
              + validationShare);
    }
    long cut = tokens.size() - (long) (tokens.size() * validationShare);
    return new Split(tokens.part(0, cut), tokens.part(cut, tokens.size()));
  }
}
