package io.refrain.nn.recurrent;

import io.refrain.nn.Dropout;

/**
 * What keeps a stack of recurrent layers from learning its text by heart. All but zoneout happens
 * only in passes that are given a random generator, which is training; zoneout otherwise mixes by
 * its probability. All are probabilities from 0 to 1, and 0 does nothing.
 *
 * <p>Every pass draws anew. A training that runs two halves of a batch side by side makes two
 * passes, so what stays the same within a pass, the weights that are dropped and a locked mask,
 * differs between the halves.
 *
 * @param dropout probability that a value is zero on its way from one layer to the next, as {@code
 *     dropout} of {@code torch.nn.LSTM}
 * @param locked whether those are the same values at every time step: {@code LockedDropout} of
 *     AWD-LSTM. A stack refuses it where its {@code dropout} is 0.
 * @param weightDrop probability that a weight of W_hh is zero for a whole pass (Merity et al.
 *     2018); for cells that have one
 * @param zoneoutHidden probability that a value of the hidden state stays as it was (Krueger et al.
 *     2017)
 * @param zoneoutCell the same of a cell's other states; for cells that have some
 */
public record Regularization(
    double dropout, boolean locked, double weightDrop, double zoneoutHidden, double zoneoutCell) {

  /** Nothing at all. */
  public static final Regularization NONE = new Regularization(0, false, 0, 0, 0);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException when one is no probability
   */
  public Regularization {
    Dropout.requireProbability("dropout", dropout);
    Dropout.requireProbability("weight drop", weightDrop);
    Dropout.requireProbability("zoneout of the hidden state", zoneoutHidden);
    Dropout.requireProbability("zoneout of the cell state", zoneoutCell);
  }

  /**
   * PyTorch's dropout between layers.
   *
   * @param probability from 0 to 1
   */
  public static Regularization dropout(double probability) {
    return new Regularization(probability, false, 0, 0, 0);
  }

  /** The zoneout of each state of a layer. */
  float[] zoneout(int states) {
    float[] rates = new float[states];
    java.util.Arrays.fill(rates, (float) zoneoutCell);
    rates[0] = (float) zoneoutHidden;
    return rates;
  }
}
