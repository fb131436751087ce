package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Puts the rows of a tensor in another order, or those of two tensors side by side. Threads share
 * the rows of the result.
 */
final class Rows {
  private static final Kernels KERNELS = Kernels.get();

  /** Stands for a row of zeros. */
  static final int NONE = -1;

  private Rows() {}

  /**
   * Takes rows.
   *
   * @param x [any rows, width]
   * @param rows for each row of the result, the row of x, each at most once, or {@link #NONE}
   * @param shape of the result, whose last dimension is the width
   */
  static Tensor take(Tape tape, Tensor x, int[] rows, int... shape) {
    int width = shape[shape.length - 1];
    Tensor y = tape.tensor(x.requiresGradient(), shape);
    share(
        tape,
        rows.length,
        row -> {
          if (rows[row] == NONE) {
            Arrays.fill(y.data(), row * width, (row + 1) * width, 0f);
          } else {
            System.arraycopy(x.data(), rows[row] * width, y.data(), row * width, width);
          }
        });
    if (tape.wanted(x)) {
      tape.record(() -> takeBackward(tape, x, rows, y, width));
    }
    return y;
  }

  private static void takeBackward(Tape tape, Tensor x, int[] rows, Tensor y, int width) {
    if (!y.hasGradient()) {
      return;
    }
    boolean first = !tape.hasGradient(x) && taken(rows) * width == x.size();
    float[] dx = first ? tape.gradientToWrite(x) : tape.gradientToAdd(x);
    share(
        tape,
        rows.length,
        row -> {
          if (rows[row] == NONE) {
            return;
          }
          if (first) { // zeros to add to would cost as much as the rest
            System.arraycopy(y.gradient(), row * width, dx, rows[row] * width, width);
          } else {
            KERNELS.add(y.gradient(), row * width, dx, rows[row] * width, width);
          }
        });
  }

  private static int taken(int[] rows) {
    int taken = 0;
    for (int row : rows) {
      taken += row == NONE ? 0 : 1;
    }
    return taken;
  }

  /** Treats every row, each thread some that follow one another. */
  private static void share(Tape tape, int rows, IntConsumer treatment) {
    tape.team()
        .run((part, parts) -> {
          int end = ThreadTeam.boundary(rows, part + 1, parts);
          for (int row = ThreadTeam.boundary(rows, part, parts); row < end; row++) {
            treatment.accept(row);
          }
        });
  }

  /** [..., width] and [..., width] → [..., 2 · width]. */
  static Tensor beside(Tape tape, Tensor left, Tensor right) {
    int[] shape = left.shape();
    int width = shape[shape.length - 1];
    int rows = left.size() / width;
    shape[shape.length - 1] = 2 * width;
    boolean gradient = left.requiresGradient() || right.requiresGradient();
    Tensor y = tape.tensor(gradient, shape);
    share(
        tape,
        rows,
        row -> {
          int at = 2 * row * width;
          System.arraycopy(left.data(), row * width, y.data(), at, width);
          System.arraycopy(right.data(), row * width, y.data(), at + width, width);
        });
    tape.record(() -> {
      if (y.hasGradient()) {
        besideBackward(tape, left, y, 0);
        besideBackward(tape, right, y, width);
      }
    });
    return y;
  }

  private static void besideBackward(Tape tape, Tensor x, Tensor y, int column) {
    if (!tape.wanted(x)) {
      return;
    }
    int width = x.length(x.rank() - 1);
    float[] dx = tape.gradientToAdd(x);
    share(
        tape,
        x.size() / width,
        row -> KERNELS.add(y.gradient(), 2 * row * width + column, dx, row * width, width));
  }

  /** x + y. */
  static Tensor sum(Tape tape, Tensor x, Tensor y) {
    Tensor z = tape.tensor(x.requiresGradient() || y.requiresGradient(), y.shape());
    KERNELS.sum(x.data(), 0, y.data(), 0, z.data(), 0, z.size());
    tape.record(() -> {
      if (z.hasGradient()) {
        for (Tensor operand : new Tensor[] {x, y}) {
          if (tape.wanted(operand)) {
            KERNELS.add(z.gradient(), 0, tape.gradientToAdd(operand), 0, z.size());
          }
        }
      }
    });
    return z;
  }
}
