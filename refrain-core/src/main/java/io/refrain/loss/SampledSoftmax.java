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
 * A cheap stand-in for {@link LinearCrossEntropy} in training: each row's target competes with a
 * sample of the classes only (Bengio and Senécal 2003 and 2008; Jean, Cho, Memisevic and Bengio
 * 2015), as in TensorFlow's {@code sampled_softmax_loss}.
 *
 * <p>So that its gradient points, on average and for large samples, where that of the full softmax
 * does, a class that is drawn often counts for less:
 *
 * <pre>
 *   z(k) = W[k] · x + b[k] - ln(expected count of k)
 *   loss = -log softmax(z of target and sample)[target]
 * </pre>
 *
 * <p>All rows share the sample; where a row's target is in it, it is left out there. The gradient
 * of the layer is sparse: targets and sampled classes. What this loss is worth depends on the
 * sample, so models are measured by the full softmax.
 */
public final class SampledSoftmax {
  private static final Kernels KERNELS = Kernels.get();

  /** The logit of what must not count. */
  private static final float NEVER = -1e9f;

  private final Tape tape;
  private final Tensor x;
  private final Linear layer;
  private final int[] targets;
  private final LogUniformSample sample;
  private final int rows;
  private final int in;
  private final int count;
  private final float[] weights; // of the sampled classes, [count, in]
  private final float[] logits; // [rows, count + 1], the target last; then their gradient

  private SampledSoftmax(
      Tape tape, Tensor x, Linear layer, int[] targets, LogUniformSample sample) {
    this.tape = tape;
    this.x = x;
    this.layer = layer;
    this.targets = targets;
    this.sample = sample;
    rows = targets.length;
    in = layer.in();
    count = sample.size();
    weights = tape.buffer(Tensor.size(count, in));
    logits = tape.buffer(Tensor.size(rows, count + 1));
  }

  /**
   * Computes the share of some rows in the mean over more.
   *
   * @param x [..., in]
   * @param layer gives a logit for each class
   * @param targets one class for every row of x, row-major
   * @param totalRows how many rows the mean is over, these among them
   * @param sample of the layer's classes
   * @return a scalar
   */
  public static Tensor part(
      Tape tape, Tensor x, Linear layer, int[] targets, int totalRows, LogUniformSample sample) {
    int rows = Sizes.positive("number of rows", layer.rows(x));
    Sizes.equal("number of classes of the sample", layer.out(), sample.classes());
    CrossEntropy.requireTargets(rows, layer.out(), targets, totalRows);
    SampledSoftmax softmax = new SampledSoftmax(tape, x, layer, targets, sample);
    float[] losses = softmax.forward(1f / totalRows);
    Tensor share = tape.tensor(true);
    share.data()[0] = (float) (CrossEntropy.sum(losses, rows) / totalRows);
    tape.record(() -> softmax.backward(share));
    return share;
  }

  /** The gradient and the losses. */
  private float[] forward(float scale) {
    int[] drawn = sample.drawn();
    float[] shift = tape.buffer(count);
    for (int i = 0; i < count; i++) {
      shift[i] = shift(drawn[i]);
      System.arraycopy(layer.weight().data(), drawn[i] * in, weights, i * in, in);
    }
    MatrixProduct.multiplyPlusRow(
        tape,
        Matrix.of(x.data(), rows, in),
        PackedMatrix.of(tape, sampledWeights().transpose()),
        shift,
        sampledLogits());
    float[] losses = tape.buffer(rows);
    int width = count + 1;
    tape.team()
        .forEach(
            rows,
            row -> {
              int hit = sample.indexOf(targets[row]);
              if (hit >= 0) {
                logits[row * width + hit] = NEVER;
              }
              logits[row * width + count] = targetLogit(row);
              losses[row] =
                  (float)
                      KERNELS.softmaxCrossEntropy(
                          logits, row * width, logits, row * width, width, count, scale);
              if (hit >= 0) { // the vectorized exponential has a smallest value, and it is above 0
                logits[row * width + hit] = 0;
              }
            });
    return losses;
  }

  /** What is added to the product: the bias, and the correction for what is drawn often. */
  private float shift(int number) {
    float bias = layer.hasBias() ? layer.bias().data()[number] : 0;
    return (float) (bias - StrictMath.log(sample.expectedCount(number)));
  }

  private float targetLogit(int row) {
    float[] w = layer.weight().data();
    int at = targets[row] * in;
    double sum = 0;
    for (int i = 0; i < in; i++) {
      sum += x.data()[row * in + i] * w[at + i];
    }
    return (float) (sum + shift(targets[row]));
  }

  private Matrix sampledWeights() {
    return Matrix.of(weights, count, in);
  }

  private Matrix sampledLogits() {
    return new Matrix(logits, 0, rows, count, count + 1, false);
  }

  private void backward(Tensor share) {
    if (!share.hasGradient()) {
      return;
    }
    float factor = share.gradient()[0];
    if (factor != 1f) {
      KERNELS.scale(factor, logits, 0, logits.length);
    }
    if (tape.wanted(x)) {
      inputGradient();
    }
    int[] touched = Arrays.copyOf(sample.drawn(), count + rows);
    System.arraycopy(targets, 0, touched, count, rows);
    weightGradient(tape.gradientToAddRows(layer.weight().tensor(), touched));
    if (layer.hasBias()) {
      biasGradient(tape.gradientToAddRows(layer.bias().tensor(), touched));
    }
  }

  private float ofTarget(int row) {
    return logits[row * (count + 1) + count];
  }

  private void inputGradient() {
    boolean add = tape.hasGradient(x);
    float[] dx = tape.gradientToWrite(x);
    MatrixProduct.multiply(tape, sampledLogits(), sampledWeights(), Matrix.of(dx, rows, in), add);
    tape.team()
        .forEach(
            rows,
            row ->
                addTimes(
                    ofTarget(row), layer.weight().data(), targets[row] * in, dx, row * in, in));
  }

  /** Threads share the columns, so that classes met twice are added in one order. */
  private void weightGradient(float[] dw) {
    float[] sampled = tape.buffer(weights.length);
    MatrixProduct.multiply(
        tape,
        sampledLogits().transpose(),
        Matrix.of(x.data(), rows, in),
        Matrix.of(sampled, count, in),
        false);
    int[] drawn = sample.drawn();
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(in, part, parts);
          int length = ThreadTeam.boundary(in, part + 1, parts) - from;
          for (int i = 0; i < count; i++) {
            KERNELS.add(sampled, i * in + from, dw, drawn[i] * in + from, length);
          }
          for (int row = 0; row < rows; row++) {
            int to = targets[row] * in + from;
            addTimes(ofTarget(row), x.data(), row * in + from, dw, to, length);
          }
        });
  }

  private void biasGradient(float[] db) {
    float[] sums = tape.buffer(count + 1);
    Arrays.fill(sums, 0f);
    KERNELS.sumRows(rows, logits, 0, count + 1, sums, 0, count);
    for (int i = 0; i < count; i++) {
      db[sample.drawn()[i]] += sums[i];
    }
    for (int row = 0; row < rows; row++) {
      db[targets[row]] += ofTarget(row);
    }
  }

  /** y += factor · x. */
  private static void addTimes(float factor, float[] x, int xAt, float[] y, int yAt, int length) {
    for (int i = 0; i < length; i++) {
      y[yAt + i] += factor * x[xAt + i];
    }
  }
}
