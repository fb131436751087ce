package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import java.util.List;

/**
 * The minimal long short-term memory (Feng et al. 2024, "Were RNNs All We Needed?"), whose two
 * gates are normalized so that they sum to one; trained by a scan. The gates are in the order f, i,
 * h:
 *
 * <pre>
 *   f, i = sigmoid(gate)
 *   h' = f / (f + i) ⊙ h + i / (f + i) ⊙ candidate
 * </pre>
 */
public final class MinLstmCell implements ScanCell {
  private static final Kernels KERNELS = Kernels.get();

  /** Creates the cell. */
  public MinLstmCell() {}

  @Override
  public Squashing squashing() {
    return new Squashing(Squashing.Output.UNBOUNDED, List.of(0, 1));
  }

  @Override
  public int gates() {
    return 3;
  }

  @Override
  public boolean unitwise() {
    return true;
  }

  /** Leaves f, i and the candidate in the gates. */
  @Override
  public void forward(ScanStep s) {
    int n = s.hidden();
    float[] gates = s.gates();
    for (int row = 0; row < s.rows(); row++) {
      int f = s.gatesAt() + row * 3 * n;
      int i = f + n;
      int candidate = i + n;
      int at = s.at() + row * n;
      KERNELS.sigmoid(gates, f, gates, f, 2 * n);
      KERNELS.sum(gates, f, gates, i, s.drive(), at, n);
      KERNELS.quotient(gates, f, s.drive(), at, s.decay(), at, n);
      KERNELS.quotient(gates, i, s.drive(), at, s.drive(), at, n);
      KERNELS.product(s.drive(), at, gates, candidate, s.drive(), at, n);
    }
  }

  /**
   * With the shares {@code F = f / (f + i)} and {@code I = i / (f + i)}, which sum to one, and
   * {@code d = (ddecay - ddrive ⊙ candidate) ⊙ F ⊙ I}:
   *
   * <pre>
   *   gate of f: d ⊙ (1 - f),  gate of i: d ⊙ (i - 1)
   * </pre>
   */
  @Override
  public void backward(ScanStep s) {
    int n = s.hidden();
    float[] gates = s.gates();
    float[] d = s.decay();
    float[] ddrive = s.drive();
    for (int row = 0; row < s.rows(); row++) {
      int f = s.gatesAt() + row * 3 * n;
      int i = f + n;
      int candidate = i + n;
      int at = s.at() + row * n;
      int share = candidate; // F, then I, where the candidate is no longer needed
      KERNELS.product(ddrive, at, gates, candidate, gates, candidate, n);
      KERNELS.difference(d, at, gates, candidate, d, at, n);
      KERNELS.sum(gates, f, gates, i, gates, share, n);
      KERNELS.quotient(gates, f, gates, share, gates, share, n);
      KERNELS.product(d, at, gates, share, d, at, n);
      KERNELS.sum(gates, f, gates, i, gates, share, n);
      KERNELS.quotient(gates, i, gates, share, gates, share, n);
      KERNELS.product(d, at, gates, share, d, at, n);
      KERNELS.product(ddrive, at, gates, share, gates, candidate, n);
      KERNELS.oneMinus(gates, f, gates, f, n);
      KERNELS.product(gates, f, d, at, gates, f, n);
      KERNELS.oneMinus(gates, i, gates, i, n);
      KERNELS.product(gates, i, d, at, gates, i, n);
      KERNELS.scale(-1, gates, i, n);
    }
  }
}
