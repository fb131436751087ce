package io.refrain.bench.conformance;

/** The recurrent layers of PyTorch. */
public enum CellKind {
  /** {@code nn.RNN} with tanh. */
  RNN_TANH,
  /** {@code nn.RNN} with relu. */
  RNN_RELU,
  /** {@code nn.LSTM}: its state is h and c. */
  LSTM,
  /** {@code nn.GRU}. */
  GRU
}
