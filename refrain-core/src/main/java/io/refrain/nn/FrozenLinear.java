package io.refrain.nn;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.PanelLayout;
import io.refrain.kernel.Panels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.PackedMatrix;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Linear} as it was when it was frozen, for inference: immutable, packed once, shared by
 * any number of threads.
 */
public final class FrozenLinear {
  private static final Kernels KERNELS = Kernels.get();
  private static final PanelLayout LAYOUT = KERNELS.layout();

  private final int in;
  private final int out;
  private final Panels weight; // Wᵀ
  private final float[] bias; // zeros where there is none

  /** Copies and packs the weights. */
  public FrozenLinear(Linear layer) {
    in = layer.in();
    out = layer.out();
    weight = PackedMatrix.of(Matrix.of(layer.weight().data(), out, in).transpose()).panels();
    bias = layer.hasBias() ? layer.bias().values() : new float[out];
  }

  /** Values out. */
  public int out() {
    return out;
  }

  /**
   * How many of so many threads make it sooner.
   *
   * @param rows of the input, at least 1
   */
  public int threads(int available, int rows) {
    int most = Math.min(available, LAYOUT.panels(out));
    return SharedReading.threads((long) in * out, rows, most);
  }

  /**
   * y = x · Wᵀ + b.
   *
   * @param rows how many, at least 1
   * @param x [rows, in]
   * @param team its threads share the outputs where that pays; null for the calling thread alone.
   *     Changes no bit.
   * @param y [rows, out]
   */
  public void apply(int rows, float[] x, @Nullable ThreadTeam team, float[] y) {
    int threads = team == null ? 1 : threads(team.size(), rows);
    if (team == null || threads == 1) {
      applyPart(rows, x, y, 0, 1);
      return;
    }
    team.run((part, parts) -> {
      if (part < threads) {
        applyPart(rows, x, y, part, threads);
      }
    });
  }

  private void applyPart(int rows, float[] x, float[] y, int part, int parts) {
    int from = LAYOUT.boundary(out, part, parts);
    int to = LAYOUT.boundary(out, part + 1, parts);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(bias, from, y, row * out + from, to - from);
    }
    KERNELS.multiply(rows, in, from, to, x, 0, in, 1, weight, y, 0, out);
  }
}
