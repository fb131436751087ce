package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import java.util.List;

/**
 * The minimal gated recurrent unit (Feng et al. 2024, "Were RNNs All We Needed?"): its gate does
 * not see the state, so it is trained by a scan. The gates are in the order z, h:
 *
 * <pre>
 *   z = sigmoid(gate)
 *   h' = (1 - z) ⊙ h + z ⊙ candidate
 * </pre>
 */
public final class MinGruCell implements ScanCell {
  private static final Kernels KERNELS = Kernels.get();

  /** Creates the cell. */
  public MinGruCell() {}

  @Override
  public Squashing squashing() {
    return new Squashing(Squashing.Output.UNBOUNDED, List.of(0));
  }

  @Override
  public int gates() {
    return 2;
  }

  @Override
  public boolean unitwise() {
    return true;
  }

  @Override
  public void forward(ScanStep s) {
    int n = s.hidden();
    float[] gates = s.gates();
    for (int row = 0; row < s.rows(); row++) {
      int z = s.gatesAt() + row * 2 * n;
      int at = s.at() + row * n;
      KERNELS.sigmoid(gates, z, gates, z, n);
      KERNELS.product(gates, z, gates, z + n, s.drive(), at, n);
      KERNELS.oneMinus(gates, z, s.decay(), at, n);
    }
  }

  @Override
  public void backward(ScanStep s) {
    int n = s.hidden();
    float[] gates = s.gates();
    float[] ddecay = s.decay();
    for (int row = 0; row < s.rows(); row++) {
      int z = s.gatesAt() + row * 2 * n;
      int candidate = z + n;
      int at = s.at() + row * n;
      // z brings drive the candidate, and takes itself from decay
      KERNELS.product(s.drive(), at, gates, candidate, gates, candidate, n);
      KERNELS.difference(gates, candidate, ddecay, at, ddecay, at, n);
      KERNELS.product(s.drive(), at, gates, z, gates, candidate, n);
      KERNELS.sigmoidBackward(gates, z, ddecay, at, gates, z, n);
    }
  }
}
