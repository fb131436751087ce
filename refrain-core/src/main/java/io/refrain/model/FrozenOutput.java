package io.refrain.model;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.loss.FrozenAdaptiveSoftmax;
import io.refrain.nn.Linear;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.PackedMatrix;

/** An {@link OutputLayer} for inference: immutable, shared by any number of texts. */
@FunctionalInterface
interface FrozenOutput {

  /** The way of some texts through it, which belongs to one thread at a time. */
  @FunctionalInterface
  interface Reader {
    /**
     * Computes unnormalized log P of every token.
     *
     * @param x what the last recurrent layer writes, [rows × width]
     * @param logits [rows × vocabulary]
     */
    void logits(int rows, float[] x, float[] logits);
  }

  /** One more way. */
  Reader reader();

  /** A linear layer, packed. */
  static FrozenOutput of(Linear linear) {
    int in = linear.in();
    int out = linear.out();
    Matrix weight = Matrix.of(linear.weight().data(), out, in).transpose();
    Panels packed = PackedMatrix.of(weight).panels();
    float[] bias = linear.bias().values();
    Reader reader =
        (rows, x, logits) -> {
          for (int row = 0; row < rows; row++) {
            System.arraycopy(bias, 0, logits, row * out, out);
          }
          Kernels.get().multiply(rows, in, 0, out, x, 0, in, 1, packed, logits, 0, out);
        };
    return () -> reader; // it needs no room of its own
  }

  /** Clusters, whose logits are log P itself. */
  static FrozenOutput of(FrozenAdaptiveSoftmax softmax) {
    return () -> {
      FrozenAdaptiveSoftmax.Room room = softmax.room();
      return (rows, x, logits) -> softmax.logProbabilities(rows, x, room, logits);
    };
  }
}
