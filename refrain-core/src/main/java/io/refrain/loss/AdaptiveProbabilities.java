package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;

/**
 * From the logits of head and clusters to log P of all classes, row by row.
 *
 * <pre>
 *   y[class j of the head]      = log softmax(head)[j]
 *   y[class j of cluster c]     = log softmax(head)[entry of c] + log softmax(tail c)[j]
 * </pre>
 *
 * <p>Backward, a log softmax turns dy into dy - softmax · Σ dy. To the head, a cluster is one
 * class, whose dy is the sum of those of the cluster's classes.
 */
final class AdaptiveProbabilities {
  private static final Kernels KERNELS = Kernels.get();

  private final int classes;
  private final int[] firsts; // of the head and of each cluster: its first class
  private final int[] sizes; // and how many classes

  AdaptiveProbabilities(AdaptiveSoftmax.Options options, int classes) {
    this.classes = classes;
    int parts = 1 + options.clusters();
    firsts = new int[parts];
    sizes = new int[parts];
    sizes[0] = options.cutoffs().getFirst();
    for (int part = 1; part < parts; part++) {
      firsts[part] = options.cutoffs().get(part - 1);
      sizes[part] = options.size(classes, part - 1);
    }
  }

  /** Logits that a part gives for a row: of its classes, and in the head of each cluster. */
  private int width(int part) {
    return part == 0 ? sizes[0] + sizes.length - 1 : sizes[part];
  }

  /**
   * Joins the parts as an operation on the tape.
   *
   * @param logits of the head, [..., head size], and of each cluster, [..., its classes]
   * @return [..., classes]
   */
  Tensor join(Tape tape, List<Tensor> logits) {
    int[] shape = logits.getFirst().shape();
    shape[shape.length - 1] = classes;
    int rows = logits.getFirst().size() / width(0);
    List<float[]> values = logits.stream().map(Tensor::data).toList();
    Tensor y = tape.tensor(true, shape);
    tape.team().forEach(rows, row -> forward(values, row, y.data()));
    tape.record(() -> {
      if (y.hasGradient()) {
        List<float[]> gradients = values.stream().map(z -> tape.buffer(z.length)).toList();
        tape.team().forEach(rows, row -> backward(values, row, y.gradient(), gradients));
        for (int part = 0; part < gradients.size(); part++) {
          tape.giveGradient(logits.get(part), gradients.get(part));
        }
      }
    });
    return y;
  }

  /**
   * One row of log P.
   *
   * @param logits of head and clusters, [rows, width of the part] each
   * @param y [rows, classes]
   */
  void forward(List<float[]> logits, int row, float[] y) {
    float[] head = logits.getFirst();
    int entries = row * width(0) + sizes[0];
    double ofHead = 0;
    for (int part = 0; part < sizes.length; part++) {
      float[] z = logits.get(part);
      int at = row * width(part);
      int to = row * classes + firsts[part];
      // The exponentials are not wanted, and lie where their logarithms come. Those of the head's
      // entries for clusters reach into the next part, which is there: each has a class.
      double logSumExp = KERNELS.softmax(z, at, y, to, width(part));
      ofHead = part == 0 ? logSumExp : ofHead;
      double shift = part == 0 ? logSumExp : logSumExp + ofHead - head[entries + part - 1];
      for (int i = 0; i < sizes[part]; i++) {
        y[to + i] = (float) (z[at + i] - shift);
      }
    }
  }

  private void backward(List<float[]> logits, int row, float[] dy, List<float[]> gradients) {
    float[] dHead = gradients.getFirst();
    int headAt = row * width(0);
    KERNELS.softmax(logits.getFirst(), headAt, dHead, headAt, width(0));
    double all = sum(dy, row * classes, sizes[0]);
    double[] sums = new double[sizes.length];
    for (int part = 1; part < sizes.length; part++) {
      int from = row * classes + firsts[part];
      int at = row * sizes[part];
      float[] dz = gradients.get(part);
      sums[part] = sum(dy, from, sizes[part]);
      all += sums[part];
      KERNELS.softmax(logits.get(part), at, dz, at, sizes[part]);
      subtractFrom(dy, from, (float) sums[part], dz, at, sizes[part]);
    }
    subtractFrom(dy, row * classes, (float) all, dHead, headAt, sizes[0]);
    for (int part = 1; part < sizes.length; part++) {
      int entry = headAt + sizes[0] + part - 1;
      dHead[entry] = (float) (sums[part] - dHead[entry] * all);
    }
  }

  private static double sum(float[] values, int from, int length) {
    double sum = 0;
    for (int i = 0; i < length; i++) {
      sum += values[from + i];
    }
    return sum;
  }

  /** z = y - factor · z. */
  private static void subtractFrom(
      float[] y, int yAt, float factor, float[] z, int zAt, int length) {
    for (int i = 0; i < length; i++) {
      z[zAt + i] = y[yAt + i] - factor * z[zAt + i];
    }
  }
}
