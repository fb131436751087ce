package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;

/**
 * The scan {@code h[t] = decay[t] ⊙ h[t-1] + drive[t]} along a timeline, and its gradient.
 *
 * <p>Every value of every sequence is a scan of its own, so threads and vectors share those, and no
 * work is done twice. Only where sequences are long and values few is time itself cut in blocks, as
 * in a parallel prefix sum (Blelloch 1990): blocks are scanned side by side from zero, with the
 * products of their decays; then their ends one after the other; then what a block began with joins
 * in. The shape alone decides, never the number of threads.
 *
 * <p>{@code values} stands for batch × hidden.
 */
final class Scan {
  private static final Kernels KERNELS = Kernels.get();

  /** Time steps of a block. */
  static final int BLOCK = 256;

  /** Fewer values than this, and four blocks at least, and time is cut. */
  private static final int FEW_VALUES = 256;

  private final Timeline timeline;
  private final int hidden;
  private final int values;
  private final boolean reverse;

  Scan(Timeline timeline, int hidden, boolean reverse) {
    this.timeline = timeline;
    this.hidden = hidden;
    this.reverse = reverse;
    values = timeline.batch() * hidden;
  }

  /** The step that is walked as number {@code i}. */
  private int step(int i) {
    return reverse ? timeline.steps() - 1 - i : i;
  }

  /** Where the values of the step walked as number {@code i} begin. */
  private int at(int i) {
    return timeline.start(step(i)) * hidden;
  }

  /** Values present at the step walked as number {@code i}. */
  private int present(int i) {
    return i < 0 || i >= timeline.steps() ? 0 : timeline.rows(step(i)) * hidden;
  }

  /** How many of them were present at the step walked before: they go on, the others begin. */
  private int going(int i) {
    return Math.min(present(i), present(i - 1));
  }

  private boolean cutsTime() {
    return timeline.isEven() && timeline.steps() >= 4 * BLOCK && values < FEW_VALUES;
  }

  /** Computes h of all steps. */
  void run(Tape tape, float[] decay, float[] drive, float[] initial, float[] h) {
    if (cutsTime()) {
      runBlocks(tape, decay, drive, initial, h);
      return;
    }
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(values, part, parts);
          int to = ThreadTeam.boundary(values, part + 1, parts);
          for (int i = 0; i < timeline.steps(); i++) {
            int at = at(i);
            int end = Math.min(to, present(i));
            int going = Math.clamp(going(i), from, Math.max(from, end));
            if (end > from) {
              System.arraycopy(drive, at + from, h, at + from, end - from);
              addProduct(decay, at + from, h, at(Math.max(0, i - 1)) + from, h, going - from);
              addProduct(decay, at + going, initial, going, h, end - going);
            }
          }
        });
  }

  /** h += decay ⊙ previous; h stands where decay does. */
  private static void addProduct(
      float[] decay, int at, float[] previous, int previousAt, float[] h, int length) {
    if (length > 0) {
      KERNELS.addProduct(decay, at, previous, previousAt, h, at, length);
    }
  }

  private void runBlocks(Tape tape, float[] decay, float[] drive, float[] initial, float[] h) {
    int steps = timeline.steps();
    int blocks = (steps + BLOCK - 1) / BLOCK;
    float[] products = tape.buffer(decay.length);
    tape.team()
        .run((part, parts) -> {
          int end = ThreadTeam.boundary(blocks, part + 1, parts);
          for (int block = ThreadTeam.boundary(blocks, part, parts); block < end; block++) {
            scanBlock(block, decay, drive, h, products);
          }
        });
    float[] begin = tape.buffer(blocks * values);
    System.arraycopy(initial, 0, begin, 0, values);
    for (int block = 1; block < blocks; block++) {
      int last = at(block * BLOCK - 1);
      System.arraycopy(h, last, begin, block * values, values);
      KERNELS.addProduct(
          products, last, begin, (block - 1) * values, begin, block * values, values);
    }
    tape.team()
        .run((part, parts) -> {
          int end = ThreadTeam.boundary(steps, part + 1, parts);
          for (int i = ThreadTeam.boundary(steps, part, parts); i < end; i++) {
            KERNELS.addProduct(products, at(i), begin, i / BLOCK * values, h, at(i), values);
          }
        });
  }

  /** A block from zero, and the products of its decays up to each step. */
  private void scanBlock(int block, float[] decay, float[] drive, float[] h, float[] products) {
    int first = block * BLOCK;
    int end = Math.min(timeline.steps(), first + BLOCK);
    for (int i = first; i < end; i++) {
      System.arraycopy(drive, at(i), h, at(i), values);
      if (i == first) {
        System.arraycopy(decay, at(i), products, at(i), values);
      } else {
        KERNELS.addProduct(decay, at(i), h, at(i - 1), h, at(i), values);
        KERNELS.product(decay, at(i), products, at(i - 1), products, at(i), values);
      }
    }
  }

  /** Copies h of every sequence's last step. */
  void copyLast(float[] h, float[] last) {
    for (int i = 0; i < timeline.steps(); i++) {
      int from = endingFrom(i);
      System.arraycopy(h, at(i) + from, last, from, present(i) - from);
    }
  }

  /** The first of the values that the step walked as number {@code i} is the last for. */
  private int endingFrom(int i) {
    return Math.min(present(i), present(i + 1));
  }

  /** Adds what flows into the last states. */
  void addLast(float[] last, float[] dh) {
    for (int i = 0; i < timeline.steps(); i++) {
      int from = endingFrom(i);
      KERNELS.add(last, from, dh, at(i) + from, present(i) - from);
    }
  }

  /**
   * Lets what flows into each state flow on into the states before: {@code dh[t-1] += decay dh}.
   */
  void backward(Tape tape, float[] decay, float[] dh) {
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(values, part, parts);
          int to = ThreadTeam.boundary(values, part + 1, parts);
          for (int i = timeline.steps() - 1; i > 0; i--) {
            int end = Math.min(to, going(i));
            if (end > from) {
              KERNELS.addProduct(
                  decay, at(i) + from, dh, at(i) + from, dh, at(i - 1) + from, end - from);
            }
          }
        });
  }

  /** Adds what flows into the states before the first step; {@link #backward} has run. */
  void addInitial(float[] decay, float[] dh, float[] initialGradient) {
    for (int i = 0; i < timeline.steps(); i++) {
      int going = going(i);
      KERNELS.addProduct(
          decay, at(i) + going, dh, at(i) + going, initialGradient, going, present(i) - going);
    }
  }

  /** For some rows of the timeline, what came before each times its gradient. */
  void timesPrevious(
      float[] dh, float[] h, float[] initial, float[] result, int firstRow, int endRow) {
    for (int i = 0; i < timeline.steps(); i++) {
      int at = at(i);
      int from = Math.clamp((long) firstRow * hidden - at, 0, present(i));
      int to = Math.clamp((long) endRow * hidden - at, from, present(i));
      int going = Math.clamp(going(i), from, to);
      int before = at(Math.max(0, i - 1));
      KERNELS.product(dh, at + from, h, before + from, result, at + from, going - from);
      KERNELS.product(dh, at + going, initial, going, result, at + going, to - going);
    }
  }
}
