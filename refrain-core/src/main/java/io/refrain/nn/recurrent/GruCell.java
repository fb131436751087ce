package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;

/**
 * The gated recurrent unit (Cho et al. 2014), as {@code torch.nn.GRU}: the reset gate comes after
 * the product with the previous state. The gates are in PyTorch's order r, z, n; {@code x} and
 * {@code h} stand for their products with the weights, biases included:
 *
 * <pre>
 *   r, z = sigmoid(x + h)        reset and update gate
 *   n = tanh(x + r ⊙ h)          the candidate
 *   h' = (1 - z) ⊙ n + z ⊙ h
 * </pre>
 */
public final class GruCell implements StepCell {
  private static final Kernels KERNELS = Kernels.get();

  /** Creates the cell. */
  public GruCell() {}

  @Override
  public Squashing squashing() {
    return Squashing.tanh(0, 1);
  }

  @Override
  public int gates() {
    return 3;
  }

  @Override
  public int states() {
    return 1;
  }

  @Override
  public int recurrentApart() {
    return 1; // n's
  }

  @Override
  public boolean unitwise() {
    return true;
  }

  @Override
  public void forward(CellStep s) {
    int n = s.hidden;
    float[] x = s.gates;
    for (int row = 0; row < s.rows; row++) {
      int r = s.gateAt(row, 0);
      int z = s.gateAt(row, 1);
      int candidate = s.gateAt(row, 2);
      KERNELS.sigmoid(x, r, x, r, n);
      KERNELS.sigmoid(x, z, x, z, n);
      KERNELS.addProduct(x, r, s.recurrent, s.recurrentAt(row, 0), x, candidate, n);
      KERNELS.tanh(x, candidate, x, candidate, n);
      float[] h = s.previous[0];
      KERNELS.mix(x, candidate, h, s.previousAt(row), x, z, s.next[0], s.nextAt(row), n);
    }
  }

  @Override
  public void backward(CellStep s) {
    int n = s.hidden;
    float[] x = s.gates;
    float[] recurrent = s.recurrent;
    float[] dh = s.hiddenGradient;
    float[] d = s.scratch;
    for (int row = 0; row < s.rows; row++) {
      int r = s.gateAt(row, 0);
      int z = s.gateAt(row, 1);
      int candidate = s.gateAt(row, 2);
      int hn = s.recurrentAt(row, 0);
      int dhAt = s.hiddenGradientAt(row);
      int before = s.previousAt(row);

      // h' = n + (h - n) ⊙ z
      KERNELS.addProduct(
          dh, dhAt, x, z, s.previousHiddenGradient, s.previousHiddenGradientAt(row), n);
      KERNELS.difference(s.previous[0], before, x, candidate, d, 0, n);
      KERNELS.product(dh, dhAt, d, 0, d, 0, n);
      KERNELS.product(dh, dhAt, x, z, d, n, n);
      KERNELS.difference(dh, dhAt, d, n, d, n, n);
      KERNELS.sigmoidBackward(x, z, d, 0, x, z, n);
      KERNELS.tanhBackward(x, candidate, d, n, x, candidate, n);

      // the candidate's gate is x + r ⊙ h
      KERNELS.product(x, candidate, recurrent, hn, d, 0, n);
      KERNELS.product(x, candidate, x, r, recurrent, hn, n);
      KERNELS.sigmoidBackward(x, r, d, 0, x, r, n);
    }
  }
}
