package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import java.util.List;

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
  public Squashing squashing() {
    return switch (nonlinearity) {
      case TANH -> Squashing.tanh();
      case RELU -> new Squashing(Squashing.Output.RELU, List.of());
    };
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
    int n = s.hidden;
    float[] h = s.next[0];
    for (int row = 0; row < s.rows; row++) {
      switch (nonlinearity) {
        case TANH -> KERNELS.tanh(s.gates, s.gateAt(row, 0), h, s.nextAt(row), n);
        case RELU -> KERNELS.relu(s.gates, s.gateAt(row, 0), h, s.nextAt(row), n);
      }
    }
  }

  @Override
  public void backward(CellStep s) {
    int n = s.hidden;
    float[] h = s.next[0];
    float[] dh = s.hiddenGradient;
    for (int row = 0; row < s.rows; row++) {
      int at = s.nextAt(row);
      int dhAt = s.hiddenGradientAt(row);
      int gate = s.gateAt(row, 0);
      switch (nonlinearity) {
        case TANH -> KERNELS.tanhBackward(h, at, dh, dhAt, s.gates, gate, n);
        case RELU -> KERNELS.reluBackward(h, at, dh, dhAt, s.gates, gate, n);
      }
    }
  }
}
