package io.refrain.bench.workload;

/** The recurrent cells of the cases. */
public enum CellKind {
  /** Elman's cell with tanh: one gate, one state. */
  RNN(1, true),
  /** Long short-term memory: four gates, hidden and cell state. */
  LSTM(4, true),
  /** Gated recurrent unit in PyTorch's form (reset gate inside the product): three gates. */
  GRU(3, true),
  /**
   * minGRU: one gate and a candidate that read the input alone, so that all time steps can be
   * computed at once (Feng et al., "Were RNNs All We Needed?", 2024). No peer has a layer for it.
   */
  MIN_GRU(2, false);

  private final int gates;
  private final boolean readsItsState;

  CellKind(int gates, boolean readsItsState) {
    this.gates = gates;
    this.readsItsState = readsItsState;
  }

  /**
   * Returns the number of gates, by which the rows of {@code W_ih} and {@code W_hh} multiply.
   *
   * @return 1 to 4
   */
  public int gates() {
    return gates;
  }

  /**
   * Says whether the gates read the state before, so that there is a {@code W_hh}.
   *
   * @return false for cells that are trained by a scan over time
   */
  public boolean readsItsState() {
    return readsItsState;
  }
}
