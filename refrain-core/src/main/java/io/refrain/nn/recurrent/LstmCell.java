package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997; with the forget gate of Gers,
 * Schmidhuber and Cummins 2000), as {@code torch.nn.LSTM}; the gates are in PyTorch's order i, f,
 * g, o:
 *
 * <pre>
 *   i, f, o = sigmoid(gate)      input, forget and output gate
 *   g = tanh(gate)               the candidate
 *   c' = f ⊙ c + i ⊙ g
 *   h' = o ⊙ tanh(c')
 * </pre>
 */
public final class LstmCell implements StepCell {
  private static final Kernels KERNELS = Kernels.get();

  /** Creates the cell. */
  public LstmCell() {}

  @Override
  public Squashing squashing() {
    return Squashing.tanh(0, 1, 3);
  }

  @Override
  public int gates() {
    return 4;
  }

  @Override
  public int states() {
    return 2;
  }

  @Override
  public int notes(int hidden) {
    return hidden; // tanh(c')
  }

  @Override
  public boolean projectable() {
    return true;
  }

  @Override
  public boolean unitwise() {
    return true;
  }

  @Override
  public void forward(CellStep s) {
    int n = s.hidden;
    float[] gates = s.gates;
    float[] c = s.next[1];
    for (int row = 0; row < s.rows; row++) {
      int i = s.gateAt(row, 0);
      int f = s.gateAt(row, 1);
      int g = s.gateAt(row, 2);
      int o = s.gateAt(row, 3);
      int at = s.nextAt(row);
      int tanhC = s.noteAt(row, 0);
      KERNELS.sigmoid(gates, i, gates, i, n);
      KERNELS.sigmoid(gates, f, gates, f, n);
      KERNELS.tanh(gates, g, gates, g, n);
      KERNELS.sigmoid(gates, o, gates, o, n);
      KERNELS.product(gates, f, s.previous[1], s.previousAt(row), c, at, n);
      KERNELS.addProduct(gates, i, gates, g, c, at, n);
      KERNELS.tanh(c, at, s.notes, tanhC, n);
      KERNELS.product(gates, o, s.notes, tanhC, s.next[0], at, n);
    }
  }

  @Override
  public void backward(CellStep s) {
    int n = s.hidden;
    float[] gates = s.gates;
    float[] dh = s.hiddenGradient;
    float[] dc = s.carriedGradient[1];
    float[] d = s.scratch;
    for (int row = 0; row < s.rows; row++) {
      int i = s.gateAt(row, 0);
      int f = s.gateAt(row, 1);
      int g = s.gateAt(row, 2);
      int o = s.gateAt(row, 3);
      int dhAt = s.hiddenGradientAt(row);
      int dcAt = s.carriedAt(row);
      int tanhC = s.noteAt(row, 0);

      KERNELS.product(dh, dhAt, gates, o, d, 0, n); // h' = o ⊙ tanh(c')
      KERNELS.tanhBackward(s.notes, tanhC, d, 0, d, 0, n);
      KERNELS.add(d, 0, dc, dcAt, n);
      KERNELS.product(dh, dhAt, s.notes, tanhC, d, 0, n);
      KERNELS.sigmoidBackward(gates, o, d, 0, gates, o, n);

      KERNELS.product(dc, dcAt, s.previous[1], s.previousAt(row), d, 0, n); // f ⊙ c
      KERNELS.product(dc, dcAt, gates, g, d, n, n); // i ⊙ g
      KERNELS.product(dc, dcAt, gates, i, d, 2 * n, n);
      KERNELS.product(dc, dcAt, gates, f, dc, dcAt, n);
      KERNELS.sigmoidBackward(gates, f, d, 0, gates, f, n);
      KERNELS.sigmoidBackward(gates, i, d, n, gates, i, n);
      KERNELS.tanhBackward(gates, g, d, 2 * n, gates, g, n);
    }
  }
}
