package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;

/**
 * The plain recurrent cell (Elman 1990), as {@code torch.nn.RNN}:
 *
 * <pre>
 *   h' = f(W_ih · x + b_ih + W_hh · h + b_hh),  f = tanh or relu
 * </pre>
 */
public final class ElmanCell implements StepCell {
  private static final Kernels KERNELS = Kernels.get();

  private final Nonlinearity nonlinearity;

  /** The function that turns the gate into the state. */
  public enum Nonlinearity {
    /** Hyperbolic tangent. */
    TANH,
    /** The positive part. */
    RELU
  }

  /** Creates a cell with the given function. */
  public ElmanCell(Nonlinearity nonlinearity) {
    this.nonlinearity = nonlinearity;
  }

  @Override
  public int gates() {
    return 1;
  }

  @Override
  public int states() {
    return 1;
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
    int size = s.rows * s.hidden;
    switch (nonlinearity) {
      case TANH -> KERNELS.tanh(s.gates, s.gatesAt, s.next[0], s.nextAt, size);
      case RELU -> KERNELS.relu(s.gates, s.gatesAt, s.next[0], s.nextAt, size);
    }
  }

  @Override
  public void backward(CellStep s) {
    int size = s.rows * s.hidden;
    float[] h = s.next[0];
    float[] dh = s.hiddenGradient;
    int at = s.hiddenGradientAt;
    switch (nonlinearity) {
      case TANH -> KERNELS.tanhBackward(h, s.nextAt, dh, at, s.gates, s.gatesAt, size);
      case RELU -> KERNELS.reluBackward(h, s.nextAt, dh, at, s.gates, s.gatesAt, size);
    }
  }
}
