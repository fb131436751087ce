package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;

/** Exchanges the first two dimensions of a tensor: batch first to time first, and back. */
final class BatchTime {
  private static final Kernels KERNELS = Kernels.get();

  private BatchTime() {}

  /** [a, b, width] → [b, a, width]. */
  static Tensor exchange(Tape tape, Tensor x) {
    int a = x.length(0);
    int b = x.length(1);
    int width = x.length(2);
    Tensor y = tape.tensor(x.requiresGradient(), b, a, width);
    for (int i = 0; i < a; i++) {
      for (int j = 0; j < b; j++) {
        System.arraycopy(x.data(), (i * b + j) * width, y.data(), (j * a + i) * width, width);
      }
    }
    if (tape.wanted(x)) {
      tape.record(() -> backward(tape, x, y));
    }
    return y;
  }

  private static void backward(Tape tape, Tensor x, Tensor y) {
    if (!y.hasGradient()) {
      return;
    }
    int a = x.length(0);
    int b = x.length(1);
    int width = x.length(2);
    float[] dx = tape.gradientToAdd(x);
    for (int i = 0; i < a; i++) {
      for (int j = 0; j < b; j++) {
        KERNELS.add(y.gradient(), (j * a + i) * width, dx, (i * b + j) * width, width);
      }
    }
  }

  /** [a × b] → [b × a]. */
  static int[] exchange(int[] x, int a, int b) {
    int[] y = new int[x.length];
    for (int i = 0; i < a; i++) {
      for (int j = 0; j < b; j++) {
        y[j * a + i] = x[i * b + j];
      }
    }
    return y;
  }
}
