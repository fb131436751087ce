package io.refrain.nn.recurrent;

import java.util.List;

/**
 * The equations of a recurrent layer. A cell holds no weights and no state, so one instance serves
 * any number of layers and threads.
 *
 * <p>Most are a {@link StepCell}, whose next state depends on the present one in any way it likes.
 * A {@link ScanCell} looks at its state only to scale it, and its layer is trained by a scan.
 *
 * <p>The runner gives a cell its gates: {@code gates} blocks of {@code hidden} values for each row,
 *
 * <pre>
 *   gates = W_ih · x + b_ih
 * </pre>
 *
 * where a step cell has {@code W_hh · h + b_hh} as well.
 */
public sealed interface Cell permits StepCell, ScanCell {

  /** How many blocks of {@code hidden} values the gates have: 1 for Elman, 3 for GRU. */
  int gates();

  /** Whether the products with the weights have biases; a cell that normalizes them needs none. */
  default boolean biased() {
    return true;
  }

  /**
   * Whether a unit's next state depends on its own gates and its own states alone, so that the
   * units of one step may be shared between threads. A cell that normalizes over its units says no.
   *
   * <p>A cell that says yes is also run for some units alone, whose number stands in {@link
   * CellStep#hidden}. Its {@linkplain StepCell#notes notes} must then be whole blocks of so many
   * values, one for each unit: a multiple of {@code hidden}.
   */
  default boolean unitwise() {
    return false;
  }

  /** What keeps its values within bounds, for those who look for units that are stuck there. */
  default Squashing squashing() {
    return Squashing.NONE;
  }

  /** Weights of its own, beside those of the products with input and state. */
  default List<CellParameter> parameters() {
    return List.of();
  }
}
