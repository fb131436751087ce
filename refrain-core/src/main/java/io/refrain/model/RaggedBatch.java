package io.refrain.model;

import io.refrain.nn.recurrent.Sequences;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Sequences of tokens of different length side by side, time first. Each is read but for its last
 * token, and each token but its first is a target.
 *
 * @param inputs [steps × rows]; what is missing is token 0, which is never looked at
 * @param targets those that are there, step after step, the sequences of a step in their order
 * @param steps of the longest sequence
 * @param lengths steps of each sequence
 */
record RaggedBatch(int[] inputs, int[] targets, int steps, int[] lengths) {

  /**
   * Lays sequences out.
   *
   * @param sequences at least one, of at least two tokens each
   */
  static RaggedBatch of(List<int[]> sequences) {
    int rows = sequences.size();
    int[] lengths = new int[rows];
    int steps = 0;
    int size = 0;
    for (int row = 0; row < rows; row++) {
      lengths[row] = requirePredicted(sequences.get(row).length) - 1;
      steps = Math.max(steps, lengths[row]);
      size = Math.addExact(size, lengths[row]);
    }
    int[] inputs = new int[Tensor.size(steps, rows)];
    int[] targets = new int[size];
    int next = 0;
    for (int step = 0; step < steps; step++) {
      for (int row = 0; row < rows; row++) {
        if (step < lengths[row]) {
          inputs[step * rows + row] = sequences.get(row)[step];
          targets[next++] = sequences.get(row)[step + 1];
        }
      }
    }
    return new RaggedBatch(inputs, targets, steps, lengths);
  }

  private static int requirePredicted(int tokens) {
    if (tokens < 2) {
      throw new IllegalArgumentException(
          "a sequence must have at least 2 tokens, for its first is given; one has " + tokens);
    }
    return tokens;
  }

  int rows() {
    return lengths.length;
  }

  /** Whether no sequence is shorter than another. */
  private boolean isEven() {
    return targets.length == inputs.length;
  }

  /** The inputs, or vectors for them, with their lengths. */
  Sequences withLengths(Sequences sequences) {
    return isEven() ? sequences : sequences.withLengths(lengths);
  }

  /** [steps, rows, width] → [targets, width], which does not flow back. */
  Tensor withoutPadding(Tape tape, Tensor x) {
    if (isEven()) {
      return x;
    }
    int width = x.length(2);
    Tensor y = tape.tensor(false, targets.length, width);
    int next = 0;
    for (int step = 0; step < steps; step++) {
      for (int row = 0; row < rows(); row++) {
        if (step < lengths[row]) {
          int from = (step * rows() + row) * width;
          System.arraycopy(x.data(), from, y.data(), next++ * width, width);
        }
      }
    }
    return y;
  }

  /** What belongs to each target, [targets], as that of each sequence. */
  List<float[]> bySequence(float[] values) {
    List<float[]> result = new ArrayList<>();
    for (int length : lengths) {
      result.add(new float[length]);
    }
    int next = 0;
    for (int step = 0; step < steps; step++) {
      for (int row = 0; row < rows(); row++) {
        if (step < lengths[row]) {
          result.get(row)[step] = values[next++];
        }
      }
    }
    return result;
  }
}
