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

  /** One text's way through it, which belongs to one thread at a time. */
  @FunctionalInterface
  interface Reader {
    /**
     * Computes unnormalized log P of every token.
     *
     * @param x what the last recurrent layer writes
     * @param logits [vocabulary]
     */
    void logits(float[] x, float[] logits);
  }

  /** The way of one more text. */
  Reader reader();

  /** A linear layer, packed. */
  static FrozenOutput of(Linear linear) {
    int in = linear.in();
    int out = linear.out();
    Matrix weight = Matrix.of(linear.weight().data(), out, in).transpose();
    Panels packed = PackedMatrix.of(weight).panels();
    float[] bias = linear.bias().values();
    Reader reader =
        (x, logits) -> {
          System.arraycopy(bias, 0, logits, 0, out);
          Kernels.get().multiply(1, in, 0, out, x, 0, in, 1, packed, logits, 0, out);
        };
    return () -> reader; // it needs no room of its own
  }

  /** Clusters, whose logits are log P itself. */
  static FrozenOutput of(FrozenAdaptiveSoftmax softmax) {
    return () -> {
      FrozenAdaptiveSoftmax.Room room = softmax.room();
      return (x, logits) -> softmax.logProbabilities(x, room, logits);
    };
  }
}
