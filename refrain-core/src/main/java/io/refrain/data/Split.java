package io.refrain.data;

import java.util.Arrays;

/**
 * A text in two parts: one to train on, and one, held out, to validate with.
 *
 * <p>The text is cut once and the end of it held out. Drawing at random would put neighbouring
 * characters on both sides, and a model would be examined on what it has nearly seen.
 */
public final class Split {
  private final int[] train;
  private final int[] validation;

  private Split(int[] train, int[] validation) {
    this.train = train;
    this.validation = validation;
  }

  /**
   * Holds out the last share of the tokens, rounded down to whole tokens.
   *
   * @param tokens the whole text
   * @param validationShare the part to hold out, in [0, 1); 0 holds out nothing
   * @return the two parts
   * @throws IllegalArgumentException if the share is outside [0, 1)
   */
  public static Split byPosition(int[] tokens, double validationShare) {
    if (!(validationShare >= 0 && validationShare < 1)) {
      throw new IllegalArgumentException(
          "share of the text to validate with: expected at least 0 and below 1, got "
              + validationShare);
    }
    int cut = tokens.length - (int) (tokens.length * validationShare);
    return new Split(
        Arrays.copyOfRange(tokens, 0, cut), Arrays.copyOfRange(tokens, cut, tokens.length));
  }

  /**
   * {@return the tokens to train on, from the beginning of the text; the array itself, not a copy}
   */
  public int[] train() {
    return train;
  }

  /** {@return the tokens held out, from the end of the text; the array itself, not a copy} */
  public int[] validation() {
    return validation;
  }
}
