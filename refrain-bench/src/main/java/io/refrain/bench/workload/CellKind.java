package io.refrain.bench.workload;

import java.util.Arrays;
import java.util.Locale;

/** The recurrent cells that the peers have a layer for. */
public enum CellKind {
  /** Elman's cell with tanh: one gate, one state. */
  RNN(1),
  /** Long short-term memory: four gates, hidden and cell state. */
  LSTM(4),
  /** Gated recurrent unit in PyTorch's form (reset gate inside the product): three gates. */
  GRU(3);

  private final int gates;

  CellKind(int gates) {
    this.gates = gates;
  }

  /**
   * Returns the number of gates, by which the rows of {@code W_ih} and {@code W_hh} multiply.
   *
   * @return 1, 3 or 4
   */
  public int gates() {
    return gates;
  }

  /**
   * Finds a cell by its name in lower case.
   *
   * @param name {@code rnn}, {@code lstm} or {@code gru}
   * @return the cell
   * @throws IllegalArgumentException if there is none of that name
   */
  public static CellKind named(String name) {
    for (CellKind kind : values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(name)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "There is no cell '%s'; choose one of %s (in lower case)."
            .formatted(name, Arrays.toString(values())));
  }
}
