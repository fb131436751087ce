package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.nn.Linear;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One use of an {@link AdaptiveSoftmax} on the tape: head and clusters, forward and backward at
 * once, as {@link LinearCrossEntropy} does it.
 *
 * <pre>
 *   x       → head                    → loss of the class, or of its cluster
 *   x[rows] → projection → h → words  → loss of the class within the cluster
 * </pre>
 */
final class AdaptiveLoss {
  private static final Kernels KERNELS = Kernels.get();

  /** Rows of a block, at most. */
  static final int MOST_ROWS = 384;

  private static final int LEAST_ROWS = 16;
  private static final float[] NONE = {};

  private final AdaptiveSoftmax softmax;
  private final Tape tape;
  private final Tensor x;
  private final int[] targets;
  private final int totalRows;
  private final int mostRows;
  private final int rows;
  private final boolean recording;
  private final float @Nullable [] dx; // [rows, in]
  private final float[] losses; // [rows]
  private final float[] someLosses; // of one cluster at a time
  private final float[] someX; // [rows in a cluster, in], of one cluster at a time
  private final float[] someDx; // the same
  private final List<Judged> judged = new ArrayList<>();

  /** What flows backwards out of a part. */
  @FunctionalInterface
  private interface Judged {
    void backward(float factor);
  }

  AdaptiveLoss(
      AdaptiveSoftmax softmax,
      Tape tape,
      Tensor x,
      int[] targets,
      int totalRows,
      float[] losses,
      int mostRows) {
    this.softmax = softmax;
    this.tape = tape;
    this.x = x;
    this.targets = targets;
    this.totalRows = totalRows;
    this.mostRows = mostRows;
    rows = targets.length;
    recording = tape.wanted(softmax.head().weight().tensor());
    dx = tape.wanted(x) ? tape.buffer(x.size()) : null;
    this.losses = losses;
    someLosses = tape.buffer(rows);
    someX = tape.buffer(x.size()); // all rows: a size that comes again in the next step
    someDx = dx == null ? NONE : tape.buffer(x.size());
  }

  Tensor share() {
    double sum = judgeHead();
    for (AdaptiveSoftmax.Tail tail : softmax.tails()) {
      int[] members = members(tail);
      if (members.length > 0) {
        sum += judgeTail(tail, members);
      }
    }
    Tensor share = tape.tensor(true);
    share.data()[0] = (float) (sum / totalRows);
    tape.record(() -> backward(share));
    return share;
  }

  private double judgeHead() {
    int[] entries = new int[rows];
    for (int row = 0; row < rows; row++) {
      entries[row] = softmax.options().entry(targets[row]);
    }
    SoftmaxBlocks head = blocks(softmax.head());
    head.judge(Matrix.of(x.data(), rows, softmax.in()), dx, entries, 1f / totalRows, losses);
    judged.add(head::backward);
    return CrossEntropy.sum(losses, rows);
  }

  private SoftmaxBlocks blocks(Linear layer) {
    return new SoftmaxBlocks(tape, layer, rows, Math.min(mostRows, blockRows(layer.out())));
  }

  /** How many rows of so many logits are judged at once. */
  static int blockRows(int out) {
    return Math.clamp(AdaptiveSoftmax.MOST_LOGITS / out, LEAST_ROWS, MOST_ROWS);
  }

  /** The rows whose target is in a cluster. */
  private int[] members(AdaptiveSoftmax.Tail tail) {
    int[] members = new int[rows];
    int count = 0;
    for (int row = 0; row < rows; row++) {
      if (targets[row] >= tail.first() && targets[row] < tail.first() + tail.size()) {
        members[count++] = row;
      }
    }
    return Arrays.copyOf(members, count);
  }

  private double judgeTail(AdaptiveSoftmax.Tail tail, int[] members) {
    int count = members.length;
    int in = softmax.in();
    int[] words = new int[count];
    for (int i = 0; i < count; i++) {
      words[i] = targets[members[i]] - tail.first();
      System.arraycopy(x.data(), members[i] * in, someX, i * in, in);
    }
    Linear projection = tail.projection();
    int width = projection.out();
    float[] h = tape.buffer(Tensor.size(rows, width));
    float[] dh = recording ? tape.buffer(h.length) : null;
    Matrix itsX = Matrix.of(someX, count, in);
    projection.multiply(tape, itsX, projection.packed(tape), Matrix.of(h, count, width));
    SoftmaxBlocks blocks = blocks(tail.words());
    blocks.judge(Matrix.of(h, count, width), dh, words, 1f / totalRows, someLosses);
    for (int i = 0; i < count; i++) {
      losses[members[i]] += someLosses[i];
    }
    if (dh != null) {
      float[] dw = tape.buffer(projection.weight().size());
      Matrix itsDh = Matrix.of(dh, count, width);
      MatrixProduct.multiply(tape, itsDh.transpose(), itsX, Matrix.of(dw, width, in), false);
      addToInput(projection, itsDh, members);
      judged.add(factor -> {
        blocks.backward(factor);
        SoftmaxBlocks.flow(tape, dw, projection.weight().tensor(), factor);
      });
    }
    return CrossEntropy.sum(someLosses, count);
  }

  private void addToInput(Linear projection, Matrix dh, int[] members) {
    if (dx == null) {
      return;
    }
    int in = softmax.in();
    Matrix itsDx = Matrix.of(someDx, members.length, in);
    MatrixProduct.multiply(tape, dh, projection.packedBack(tape), itsDx, false);
    tape.team().forEach(members.length, i -> KERNELS.add(someDx, i * in, dx, members[i] * in, in));
  }

  private void backward(Tensor share) {
    if (!share.hasGradient()) {
      return;
    }
    float factor = share.gradient()[0];
    judged.forEach(part -> part.backward(factor));
    if (dx != null) {
      SoftmaxBlocks.flow(tape, dx, x, factor);
    }
  }
}
