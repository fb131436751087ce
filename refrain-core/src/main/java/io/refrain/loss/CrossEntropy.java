package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;

/**
 * The mean of -log softmax(logits)[target], in nats, as {@code torch.nn.CrossEntropyLoss}.
 *
 * <p>Softmax and loss are one operation: the gradient of both together is {@code softmax - onehot},
 * which never overflows and needs no logarithm of a small number.
 */
public final class CrossEntropy {
  private static final Kernels KERNELS = Kernels.get();

  private CrossEntropy() {}

  /**
   * Computes the loss.
   *
   * @param logits [..., classes]
   * @param targets one class for every row of logits, row-major
   * @return a scalar
   */
  public static Tensor mean(Tape tape, Tensor logits, int[] targets) {
    return part(tape, logits, targets, targets.length);
  }

  /**
   * Computes the share of some rows in the mean over more: the shares of all of them together are
   * the loss.
   *
   * @param logits [..., classes]
   * @param targets one class for every row of logits, row-major
   * @param totalRows how many rows the mean is over, these among them
   * @return a scalar
   */
  public static Tensor part(Tape tape, Tensor logits, int[] targets, int totalRows) {
    if (logits.rank() == 0) {
      throw new IllegalArgumentException(
          "logits must have the shape [..., classes], but are a scalar");
    }
    int classes = Sizes.positive("number of classes", logits.length(logits.rank() - 1));
    int rows = Sizes.positive("number of rows of logits", logits.size() / classes);
    Sizes.equal("number of targets", rows, targets.length);
    if (totalRows < rows) {
      throw new IllegalArgumentException(
          "a mean over %d rows has no part of %d rows".formatted(totalRows, rows));
    }
    Sizes.indices("target", targets, classes);
    float[] gradient = tape.buffer(logits.size()); // [rows, classes]
    float[] losses = tape.buffer(rows);
    tape.team()
        .run((part, parts) -> {
          int end = ThreadTeam.boundary(rows, part + 1, parts);
          for (int row = ThreadTeam.boundary(rows, part, parts); row < end; row++) {
            int at = row * classes;
            losses[row] =
                (float)
                    KERNELS.softmaxCrossEntropy(
                        logits.data(), at, gradient, at, classes, targets[row], 1f / totalRows);
          }
        });
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      sum += losses[row];
    }
    Tensor share = tape.tensor(logits.requiresGradient());
    share.data()[0] = (float) (sum / totalRows);
    if (tape.wanted(logits)) {
      tape.record(() -> backward(tape, logits, gradient, share));
    }
    return share;
  }

  private static void backward(Tape tape, Tensor logits, float[] gradient, Tensor share) {
    if (!share.hasGradient()) {
      return;
    }
    float factor = share.gradient()[0];
    if (factor != 1f) {
      KERNELS.scale(factor, gradient, 0, gradient.length);
    }
    tape.giveGradient(logits, gradient);
  }
}
