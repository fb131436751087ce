package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Linear;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.PackedMatrix;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;

/**
 * The {@link CrossEntropy} of what a {@link Linear} layer makes of its input, without ever holding
 * all logits at once where they are many.
 *
 * <p>Logits are [rows, classes] and their gradient as much again: with 33,278 words, half a
 * gigabyte for 2,000 rows. Here rows are taken in blocks. Of each block the logits become their own
 * gradient, which is multiplied at once, and make way for the next block; what stays is the
 * gradient by the input and one by the weights. So forward does the work of backward too, as if the
 * derivative of the loss were 1, which it nearly always is; backward scales where it is not.
 *
 * <p>The alternative, to keep a row's log Σ exp(logit) alone and to multiply again in backward,
 * needs no second gradient of the weights, but was measured to take a fifth to a third longer.
 */
public final class LinearCrossEntropy {
  private static final Kernels KERNELS = Kernels.get();

  /** So many logits, 16 MB, are made at once. */
  private static final long FEW_LOGITS = 1 << 22;

  /**
   * Rows of a block, at most. The weights and their gradient pass by once a block: with blocks of
   * 175 rows that took 7% of the time, with blocks of 350 no more than 2%.
   */
  private static final int BLOCK_ROWS = 384;

  private static final float[] NONE = {};

  private final Tape tape;
  private final Tensor x;
  private final Linear layer;
  private final int[] targets;
  private final float scale;
  private final boolean recording;
  private final float[] losses;
  private final float[] inputGradient; // [rows, in]
  private final float[] weightGradient; // [out, in]
  private final float[] biasGradient; // [out]

  private LinearCrossEntropy(Tape tape, Tensor x, Linear layer, int[] targets, int totalRows) {
    this.tape = tape;
    this.x = x;
    this.layer = layer;
    this.targets = targets;
    scale = 1f / totalRows;
    recording = tape.wanted(layer.weight().tensor());
    losses = tape.buffer(targets.length);
    inputGradient = tape.wanted(x) ? tape.buffer(x.size()) : NONE;
    weightGradient = recording ? tape.buffer(layer.weight().size()) : NONE;
    biasGradient = recording && layer.hasBias() ? tape.buffer(layer.out()) : NONE;
    Arrays.fill(biasGradient, 0f);
  }

  /**
   * Computes the loss.
   *
   * @param x [..., in]
   * @param layer gives a logit for each class
   * @param targets one class for every row of x, row-major
   * @return a scalar
   */
  public static Tensor mean(Tape tape, Tensor x, Linear layer, int[] targets) {
    return part(tape, x, layer, targets, targets.length);
  }

  /**
   * Computes the share of some rows in the mean over more, as {@link CrossEntropy#part} does.
   *
   * @param x [..., in]
   * @param layer gives a logit for each class
   * @param targets one class for every row of x, row-major
   * @param totalRows how many rows the mean is over, these among them
   * @return a scalar
   */
  public static Tensor part(Tape tape, Tensor x, Linear layer, int[] targets, int totalRows) {
    return isBlocked(layer.rows(x), layer.out())
        ? blocked(tape, x, layer, targets, totalRows, BLOCK_ROWS)
        : CrossEntropy.part(tape, layer.forward(tape, x), targets, totalRows);
  }

  private static boolean isBlocked(long rows, int out) {
    return rows > BLOCK_ROWS && rows * out > FEW_LOGITS;
  }

  /**
   * About how many values it holds in training until the tape is cleared: logits and gradients, but
   * not packed weights.
   *
   * @param rows of the input
   * @param in values of a row
   * @param out classes
   */
  public static double values(long rows, int in, int out) {
    return isBlocked(rows, out) ? out * ((double) BLOCK_ROWS + in) : 2.0 * rows * out;
  }

  /** The same in blocks of so many rows at most. */
  static Tensor blocked(
      Tape tape, Tensor x, Linear layer, int[] targets, int totalRows, int blockRows) {
    int rows = Sizes.positive("number of rows", layer.rows(x));
    CrossEntropy.requireTargets(rows, layer.out(), targets, totalRows);
    LinearCrossEntropy loss = new LinearCrossEntropy(tape, x, layer, targets, totalRows);
    loss.forward((rows + blockRows - 1) / blockRows);
    Tensor share = tape.tensor(true);
    share.data()[0] = (float) (CrossEntropy.sum(loss.losses, rows) / totalRows);
    if (loss.recording) {
      tape.record(() -> loss.backward(share));
    }
    return share;
  }

  private void forward(int blocks) {
    int rows = targets.length;
    int in = layer.in();
    int out = layer.out();
    float[] logits = tape.buffer(Tensor.size((rows + blocks - 1) / blocks, out));
    PackedMatrix packed = layer.packed(tape);
    PackedMatrix packedBack = tape.wanted(x) ? layer.packedBack(tape) : null;
    for (int block = 0; block < blocks; block++) {
      int first = ThreadTeam.boundary(rows, block, blocks);
      int count = ThreadTeam.boundary(rows, block + 1, blocks) - first;
      Matrix itsX = Matrix.of(x.data(), first * in, count, in);
      Matrix z = Matrix.of(logits, count, out);
      layer.multiply(tape, itsX, packed, z);
      CrossEntropy.judge(tape, z, logits, targets, first, scale, losses); // z is dz from here on
      if (packedBack != null) {
        Matrix dx = Matrix.of(inputGradient, first * in, count, in);
        MatrixProduct.multiply(tape, z, packedBack, dx, false);
      }
      if (recording) {
        Matrix dw = Matrix.of(weightGradient, out, in);
        MatrixProduct.multiply(tape, z.transpose(), itsX, dw, block > 0);
        if (layer.hasBias()) {
          Linear.addSums(tape, z, biasGradient);
        }
      }
    }
  }

  private void backward(Tensor share) {
    if (!share.hasGradient()) {
      return;
    }
    float factor = share.gradient()[0];
    flow(inputGradient, x, factor);
    flow(weightGradient, layer.weight().tensor(), factor);
    if (layer.hasBias()) {
      flow(biasGradient, layer.bias().tensor(), factor);
    }
  }

  /** Adds {@code factor} times a gradient to that of a tensor. */
  private void flow(float[] gradient, Tensor tensor, float factor) {
    if (!tape.wanted(tensor)) {
      return;
    }
    boolean add = tape.hasGradient(tensor);
    float[] sum = tape.gradientToWrite(tensor);
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(gradient.length, part, parts);
          int length = ThreadTeam.boundary(gradient.length, part + 1, parts) - from;
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
