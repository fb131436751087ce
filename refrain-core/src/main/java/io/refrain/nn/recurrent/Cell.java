package io.refrain.nn.recurrent;

/**
 * The equations of a recurrent cell: how gates become the next state, forward and backward.
 *
 * <p>Before {@link #forward}, the runner has computed for every row of the batch
 *
 * <pre>
 *   gates = W_ih · x + b_ih + W_hh · h + b_hh          [gates · hidden]
 * </pre>
 *
 * and after {@link #backward} it takes the gradient of the gates from the same place and carries it
 * on to the weights, the input and the previous hidden state. A cell holds no weights and no state
 * of its own, so one instance serves any number of layers and threads.
 */
public interface Cell {

  /** How many blocks of {@code hidden} values the gates have: 1 for Elman, 4 for LSTM. */
  int gates();

  /** How many values of length {@code hidden} are carried in time; the first is the output. */
  int states();

  /**
   * Computes {@code next} from {@code gates} and {@code previous}; may leave notes in the gates.
   */
  void forward(CellStep step);

  /**
   * Replaces the gates by their gradient, given {@code nextGradient}; for each state but the first,
   * also writes {@code previousGradient}.
   */
  void backward(CellStep step);
}
