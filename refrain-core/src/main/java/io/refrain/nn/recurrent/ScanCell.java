package io.refrain.nn.recurrent;

/**
 * A cell whose gates depend on the input alone, and whose state is scaled and added to:
 *
 * <pre>
 *   h' = decay ⊙ h + drive
 * </pre>
 *
 * <p>So all gates of all time steps are one product, and what is left is a scan, which needs no
 * walk through time one product after another.
 */
public non-sealed interface ScanCell extends Cell {

  /**
   * Computes decay and drive of some rows; what backward needs of the gates may be left in their
   * place.
   */
  void forward(ScanStep step);

  /** Replaces the gates by their gradients, given those of decay and drive. */
  void backward(ScanStep step);
}
