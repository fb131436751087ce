package io.refrain.nn.recurrent;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stack of recurrent layers written down naively in double precision: one sequence after the
 * other, one step after the other, one value after the other. Zoneout mixes by its probability;
 * nothing is drawn.
 */
final class ReferenceStack {
  private final StackOptions options;
  private final ReferenceCell cell;
  private final int steps;
  private final int batch;
  private final int @Nullable [] lengths;
  final ReferenceCell.Roughness roughness = new ReferenceCell.Roughness();

  ReferenceStack(
      StackOptions options, ReferenceCell cell, int steps, int batch, int @Nullable [] lengths) {
    this.options = options;
    this.cell = cell;
    this.steps = steps;
    this.batch = batch;
    this.lengths = lengths;
  }

  /**
   * What a run gives.
   *
   * @param output [steps, batch, directions · width], or batch first
   * @param last [layer and direction][state][batch × width]
   */
  record Result(double[] output, double[][][] last) {}

  /**
   * Runs.
   *
   * @param x [steps, batch, input], or batch first
   * @param weights by PyTorch's names
   * @param initial [layer and direction][state][batch × width]
   */
  Result run(double[] x, Map<String, double[]> weights, double[][][] initial) {
    int width = options.directions() * options.outputWidth(options.layers() - 1);
    double[] output = new double[steps * batch * width];
    double[][][] last = new double[initial.length][][];
    for (int i = 0; i < initial.length; i++) {
      last[i] = new double[initial[i].length][];
      for (int state = 0; state < last[i].length; state++) {
        last[i][state] = new double[initial[i][state].length];
      }
    }
    for (int row = 0; row < batch; row++) {
      double[][] sequence = new double[lengths == null ? steps : lengths[row]][options.input()];
      for (int t = 0; t < sequence.length; t++) {
        System.arraycopy(x, place(t, row) * options.input(), sequence[t], 0, options.input());
      }
      double[][] result = layers(sequence, row, weights, initial, last);
      for (int t = 0; t < result.length; t++) {
        System.arraycopy(result[t], 0, output, place(t, row) * width, width);
      }
    }
    return new Result(output, last);
  }

  private int place(int t, int row) {
    return options.batchFirst() ? row * steps + t : t * batch + row;
  }

  private double[][] layers(
      double[][] sequence,
      int row,
      Map<String, double[]> weights,
      double[][][] initial,
      double[][][] last) {
    double[][] below = sequence;
    for (int layer = 0; layer < options.layers(); layer++) {
      int width = options.outputWidth(layer);
      double[][] output = new double[sequence.length][options.directions() * width];
      for (int direction = 0; direction < options.directions(); direction++) {
        int index = layer * options.directions() + direction;
        double[][] states = new double[initial[index].length][];
        for (int state = 0; state < states.length; state++) {
          int size = initial[index][state].length / batch;
          states[state] = new double[size];
          System.arraycopy(initial[index][state], row * size, states[state], 0, size);
        }
        String suffix = "_l" + layer + (direction == 0 ? "" : "_reverse");
        for (int i = 0; i < sequence.length; i++) {
          int t = direction == 0 ? i : sequence.length - 1 - i;
          states = step(below[t], states, weights, suffix, options.hidden().get(layer));
          System.arraycopy(states[0], 0, output[t], direction * width, width);
        }
        for (int state = 0; state < states.length; state++) {
          int size = states[state].length;
          System.arraycopy(states[state], 0, last[index][state], row * size, size);
        }
      }
      for (int t = 0; options.residual() && layer > 0 && t < output.length; t++) {
        for (int i = 0; i < output[t].length; i++) {
          output[t][i] += below[t][i];
        }
      }
      below = output;
    }
    return below;
  }

  private double[][] step(
      double[] x, double[][] previous, Map<String, double[]> weights, String suffix, int hidden) {
    int gates = options.cell().gates() * hidden;
    ReferenceCell.Step step =
        new ReferenceCell.Step(
            product(weights, "weight_ih" + suffix, x, "bias_ih" + suffix, gates),
            product(weights, "weight_hh" + suffix, previous[0], "bias_hh" + suffix, gates),
            previous,
            name -> weights.get(name + suffix),
            roughness);
    double[][] next = cell.next(step, hidden);
    if (options.projection() > 0) {
      next[0] = product(weights, "weight_hr" + suffix, next[0], "", options.projection());
    }
    for (int state = 0; state < next.length; state++) {
      Regularization regularization = options.regularization();
      double rate = state == 0 ? regularization.zoneoutHidden() : regularization.zoneoutCell();
      for (int i = 0; i < next[state].length; i++) {
        next[state][i] = rate * previous[state][i] + (1 - rate) * next[state][i];
      }
    }
    return next;
  }

  /** W · x + b, where what is not there counts as zeros. */
  private static double[] product(
      Map<String, double[]> weights, String weight, double[] x, String bias, int rows) {
    double[] w = weights.get(weight);
    double[] b = weights.get(bias);
    double[] result = b == null ? new double[rows] : b.clone();
    for (int row = 0; w != null && row < rows; row++) {
      for (int i = 0; i < x.length; i++) {
        result[row] += w[row * x.length + i] * x[i];
      }
    }
    return result;
  }
}
