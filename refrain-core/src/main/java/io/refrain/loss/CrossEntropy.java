package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Matrix;
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
    return part(tape, logits, targets, totalRows, tape.buffer(targets.length));
  }

  /**
   * Computes the share of some rows in the mean over more, and tells what each of them adds.
   *
   * @param logits [..., classes]
   * @param targets one class for every row of logits, row-major
   * @param totalRows how many rows the mean is over, these among them
   * @param losses becomes the cross-entropy of each row, in nats; as many as targets
   * @return a scalar
   */
  public static Tensor part(
      Tape tape, Tensor logits, int[] targets, int totalRows, float[] losses) {
    if (logits.rank() == 0) {
      throw new IllegalArgumentException(
          "logits must have the shape [..., classes], but are a scalar");
    }
    int classes = Sizes.positive("number of classes", logits.length(logits.rank() - 1));
    int rows = Sizes.positive("number of rows of logits", logits.size() / classes);
    requireTargets(rows, classes, targets, totalRows);
    Sizes.equal("number of losses", rows, losses.length);
    float[] gradient = tape.buffer(logits.size()); // [rows, classes]
    Matrix all = Matrix.of(logits.data(), rows, classes);
    judge(tape, all, gradient, targets, 0, 1f / totalRows, losses);
    Tensor share = tape.tensor(logits.requiresGradient());
    share.data()[0] = (float) (sum(losses, rows) / totalRows);
    if (tape.wanted(logits)) {
      tape.record(() -> backward(tape, logits, gradient, share));
    }
    return share;
  }

  /** Demands one target for every row, each of them a class, and no more rows than in all. */
  static void requireTargets(int rows, int classes, int[] targets, int totalRows) {
    Sizes.equal("number of targets", rows, targets.length);
    if (totalRows < rows) {
      throw new IllegalArgumentException(
          "a mean over %d rows has no part of %d rows".formatted(totalRows, rows));
    }
    Sizes.indices("target", targets, classes);
  }

  /**
   * The losses of some rows, and {@code scale} times their gradient.
   *
   * @param logits [rows, classes]
   * @param gradient the same; may be the logits
   * @param targets of all rows
   * @param first the first of these rows
   * @param losses of all rows; those of these rows are filled
   */
  static void judge(
      Tape tape,
      Matrix logits,
      float[] gradient,
      int[] targets,
      int first,
      float scale,
      float[] losses) {
    int classes = logits.columns();
    tape.team()
        .forEach(
            logits.rows(),
            row -> {
              int at = row * classes;
              int target = targets[first + row];
              losses[first + row] =
                  (float)
                      KERNELS.softmaxCrossEntropy(
                          logits.data(), at, gradient, at, classes, target, scale);
            });
  }

  /** The sum of the losses of so many rows. */
  static double sum(float[] losses, int rows) {
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      sum += losses[row];
    }
    return sum;
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
