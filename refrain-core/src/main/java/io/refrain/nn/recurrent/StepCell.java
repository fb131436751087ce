package io.refrain.nn.recurrent;

/**
 * A cell whose next state is any function of its gates and its present state.
 *
 * <p>For every row of the batch the runner computes {@code W_ih · x + b_ih}, a cell's {@linkplain
 * CellStep#gates gates}, and {@code W_hh · h + b_hh}, which it adds to them or, where the cell asks
 * for it, keeps {@linkplain CellStep#recurrent apart}. After {@link #backward} it takes the
 * gradients of both from the same places and carries them on to the weights, the input and the
 * previous hidden state.
 */
public non-sealed interface StepCell extends Cell {

  /** How many values of length {@code hidden} are carried in time; the first is the output. */
  int states();

  /**
   * Of how many blocks, the last of the gates, {@code W_hh · h + b_hh} is kept apart, because it
   * goes through an operation of its own before it meets what the input brings.
   */
  default int recurrentApart() {
    return 0;
  }

  /**
   * How many values are kept for each row from forward to backward; a multiple of {@code hidden}
   * where the cell is {@link #unitwise}.
   *
   * @param hidden how many units
   */
  default int notes(int hidden) {
    return 0;
  }

  /**
   * Whether the output may be projected to another width: so when the previous output enters the
   * equations by the product with its weight alone.
   */
  default boolean projectable() {
    return false;
  }

  /**
   * Computes {@code next} from the gates and {@code previous}; what backward needs of the gates may
   * be left in their place.
   */
  void forward(CellStep step);

  /**
   * Replaces the gates, and what was kept apart, by their gradients, and carries gradients to the
   * previous state: adds to {@link CellStep#previousHiddenGradient} what did not go through the
   * gates, and replaces {@link CellStep#carriedGradient}.
   */
  void backward(CellStep step);
}
