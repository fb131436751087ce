package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Linear;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.PackedMatrix;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A linear layer, softmax and cross-entropy over blocks of rows, forward and backward at once: the
 * logits of a block become their own gradient, which is multiplied and makes way for the next.
 */
final class SoftmaxBlocks {
  private static final Kernels KERNELS = Kernels.get();
  private static final float[] NONE = {};

  private final Tape tape;
  private final Linear layer;
  private final int blockRows;
  private final boolean recording;
  private final float[] logits; // [blockRows, out]
  private final float[] weightGradient; // [out, in]
  private final float[] biasGradient; // [out]

  /**
   * Makes room.
   *
   * @param rows at most so many are judged
   * @param blockRows at most so many at a time
   */
  SoftmaxBlocks(Tape tape, Linear layer, int rows, int blockRows) {
    this.tape = tape;
    this.layer = layer;
    int blocks = (rows + blockRows - 1) / blockRows;
    this.blockRows = (rows + blocks - 1) / blocks;
    recording = tape.wanted(layer.weight().tensor());
    logits = tape.buffer(Tensor.size(this.blockRows, layer.out()));
    weightGradient = recording ? tape.buffer(layer.weight().size()) : NONE;
    biasGradient = recording && layer.hasBias() ? tape.buffer(layer.out()) : NONE;
  }

  /**
   * Judges rows, once.
   *
   * @param x [rows, in], at least one row
   * @param dx becomes {@code scale} times the gradient by x; null where it is not wanted
   * @param targets a class for each row
   * @param losses of each row
   */
  void judge(Matrix x, float @Nullable [] dx, int[] targets, float scale, float[] losses) {
    int in = layer.in();
    int blocks = (x.rows() + blockRows - 1) / blockRows;
    PackedMatrix packed = layer.packed(tape);
    PackedMatrix packedBack = dx == null ? null : layer.packedBack(tape);
    Arrays.fill(biasGradient, 0f);
    for (int block = 0; block < blocks; block++) {
      int first = ThreadTeam.boundary(x.rows(), block, blocks);
      int count = ThreadTeam.boundary(x.rows(), block + 1, blocks) - first;
      Matrix itsX = Matrix.of(x.data(), x.at() + first * in, count, in);
      Matrix z = Matrix.of(logits, count, layer.out());
      layer.multiply(tape, itsX, packed, z);
      CrossEntropy.judge(tape, z, logits, targets, first, scale, losses); // z is dz from here on
      if (dx != null && packedBack != null) {
        MatrixProduct.multiply(tape, z, packedBack, Matrix.of(dx, first * in, count, in), false);
      }
      if (recording) {
        Matrix dw = Matrix.of(weightGradient, layer.out(), in);
        MatrixProduct.multiply(tape, z.transpose(), itsX, dw, block > 0);
        if (layer.hasBias()) {
          Linear.addSums(tape, z, biasGradient);
        }
      }
    }
  }

  /** Lets {@code factor} times the gradients of what was judged flow into the layer. */
  void backward(float factor) {
    flow(tape, weightGradient, layer.weight().tensor(), factor);
    if (layer.hasBias()) {
      flow(tape, biasGradient, layer.bias().tensor(), factor);
    }
  }

  /** Adds {@code factor} times a gradient, which is spoilt, to that of a tensor. */
  static void flow(Tape tape, float[] gradient, Tensor tensor, float factor) {
    boolean add = tape.hasGradient(tensor);
    float[] sum = tape.gradientToWrite(tensor);
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(sum.length, part, parts);
          int length = ThreadTeam.boundary(sum.length, part + 1, parts) - from;
          if (factor != 1f) {
            KERNELS.scale(factor, gradient, from, length);
          }
          if (add) {
            KERNELS.add(gradient, from, sum, from, length);
          } else {
            System.arraycopy(gradient, from, sum, from, length);
          }
        });
  }
}
