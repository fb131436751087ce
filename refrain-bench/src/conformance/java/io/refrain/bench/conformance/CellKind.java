package io.refrain.bench.conformance;

import io.refrain.nn.recurrent.Cell;
import io.refrain.nn.recurrent.ElmanCell;
import io.refrain.nn.recurrent.GruCell;
import io.refrain.nn.recurrent.LstmCell;

/** The recurrent layers of PyTorch. */
public enum CellKind {
  /** {@code nn.RNN} with tanh. */
  RNN_TANH(1),
  /** {@code nn.RNN} with relu. */
  RNN_RELU(1),
  /** {@code nn.LSTM}: its state is h and c. */
  LSTM(4),
  /** {@code nn.GRU}. */
  GRU(3);

  private final int gates;

  CellKind(int gates) {
    this.gates = gates;
  }

  /** Blocks of {@code hidden} rows in PyTorch's weights. */
  int gates() {
    return gates;
  }

  /** Refrain's equations. */
  Cell cell() {
    return switch (this) {
      case RNN_TANH -> new ElmanCell(ElmanCell.Nonlinearity.TANH);
      case RNN_RELU -> new ElmanCell(ElmanCell.Nonlinearity.RELU);
      case LSTM -> new LstmCell();
      case GRU -> new GruCell();
    };
  }
}
