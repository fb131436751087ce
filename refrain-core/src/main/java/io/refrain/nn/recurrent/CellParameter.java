package io.refrain.nn.recurrent;

import io.refrain.nn.Sizes;

/**
 * A vector of weights that belongs to a cell, such as the gain of a normalization.
 *
 * @param name as in {@code state_dict}; the layer's suffix follows it
 * @param blocks its length in units of {@code hidden}
 * @param initial what every value begins with
 */
public record CellParameter(String name, int blocks, float initial) {

  /** Checks the size. */
  public CellParameter {
    Sizes.positive("size of the cell's parameter " + name, blocks);
  }
}
