package io.refrain.loss;

import io.refrain.nn.Linear;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;

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
  /** So many logits, 16 MB, are made at once. */
  private static final long FEW_LOGITS = 1 << 22;

  /**
   * Rows of a block, at most. The weights and their gradient pass by once a block: with blocks of
   * 175 rows that took 7% of the time, with blocks of 350 no more than 2%.
   */
  private static final int BLOCK_ROWS = 384;

  private LinearCrossEntropy() {}

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
    return part(tape, x, layer, targets, totalRows, tape.buffer(targets.length));
  }

  /**
   * Computes the share of some rows in the mean over more, and tells what each of them adds.
   *
   * @param x [..., in]
   * @param layer gives a logit for each class
   * @param targets one class for every row of x, row-major
   * @param totalRows how many rows the mean is over, these among them
   * @param losses becomes the cross-entropy of each row, in nats; as many as targets
   * @return a scalar
   */
  public static Tensor part(
      Tape tape, Tensor x, Linear layer, int[] targets, int totalRows, float[] losses) {
    return isBlocked(layer.rows(x), layer.out())
        ? blocked(tape, x, layer, targets, totalRows, losses, BLOCK_ROWS)
        : CrossEntropy.part(tape, layer.forward(tape, x), targets, totalRows, losses);
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
      Tape tape,
      Tensor x,
      Linear layer,
      int[] targets,
      int totalRows,
      float[] losses,
      int blockRows) {
    int rows = Sizes.positive("number of rows", layer.rows(x));
    CrossEntropy.requireTargets(rows, layer.out(), targets, totalRows);
    Sizes.equal("number of losses", rows, losses.length);
    float[] dx = tape.wanted(x) ? tape.buffer(x.size()) : null; // [rows, in]
    SoftmaxBlocks blocks = new SoftmaxBlocks(tape, layer, rows, blockRows);
    Matrix all = Matrix.of(x.data(), rows, layer.in());
    blocks.judge(all, dx, targets, 1f / totalRows, losses);
    Tensor share = tape.tensor(true);
    share.data()[0] = (float) (CrossEntropy.sum(losses, rows) / totalRows);
    tape.record(() -> {
      if (share.hasGradient()) {
        float factor = share.gradient()[0];
        blocks.backward(factor);
        if (dx != null) {
          SoftmaxBlocks.flow(tape, dx, x, factor);
        }
      }
    });
    return share;
  }
}
