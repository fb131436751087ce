package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.PackedMatrix;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the input brings to the gates of all time steps, {@code W_ih · x + bias}, and the gradients
 * of both: none of it depends on the state, so it is one product for a whole batch.
 */
final class InputProduct {
  private static final Kernels KERNELS = Kernels.get();

  private final RecurrentLayer layer;
  private final Tape tape;
  private final SequenceInput input;
  private final int rows;
  private final int gateCount;
  private final float[] bias;

  /** Prepares for {@code rows} rows. */
  InputProduct(RecurrentLayer layer, Tape tape, SequenceInput input, int rows) {
    this.layer = layer;
    this.tape = tape;
    this.input = input;
    this.rows = rows;
    gateCount = layer.gates();
    bias = tape.buffer(gateCount);
  }

  /**
   * Begins every row of the gates with the bias of the input.
   *
   * @param hidden whose first {@code joined} values are added to it
   */
  void setBias(@Nullable Parameter hidden, int joined) {
    Parameter own = layer.biasInput;
    if (own == null) {
      Arrays.fill(bias, 0f);
    } else {
      System.arraycopy(own.data(), 0, bias, 0, gateCount);
    }
    if (hidden != null) {
      KERNELS.add(hidden.data(), 0, bias, 0, joined);
    }
  }

  /** Computes the gates of all rows, where they are a product; looked up ones wait. */
  void forward(float[] gates) {
    if (input instanceof SequenceInput.Dense(Tensor x)) {
      Matrix w = Matrix.of(layer.weightInput.data(), gateCount, layer.input);
      MatrixProduct.multiplyPlusRow(
          tape,
          Matrix.of(x.data(), rows, layer.input),
          PackedMatrix.ofWeight(tape, layer.weightInput.tensor(), w.transpose()),
          bias,
          Matrix.of(gates, rows, gateCount));
    }
  }

  /** Computes the gates of some rows, where they are looked up: the thread that uses them does. */
  void gather(float[] gates, int first, int count) {
    gather(gates, first, count, 0, layer.hidden);
  }

  /** The same of some units. */
  void gather(float[] gates, int first, int count, int firstUnit, int units) {
    if (!(input instanceof SequenceInput.Indices(int[] indices))) {
      return;
    }
    boolean whole = units == layer.hidden;
    int pieces = whole ? 1 : layer.cell.gates();
    int length = whole ? gateCount : units;
    for (int row = first; row < first + count; row++) {
      for (int piece = 0; piece < pieces; piece++) {
        int unit = piece * layer.hidden + firstUnit;
        int column = indices[row] * gateCount + unit;
        int at = row * gateCount + unit;
        KERNELS.sum(bias, unit, layer.weightInput.data(), column, gates, at, length);
      }
    }
  }

  /** Adds to the gradients of weight, bias and input. */
  void backward(float[] gateGradients) {
    Tensor weight = layer.weightInput.tensor();
    switch (input) {
      case SequenceInput.Indices(int[] indices) -> {
        float[] dw = tape.gradientToAddRows(weight, indices);
        tape.team().run((part, parts) -> scatter(gateGradients, indices, dw, part, parts));
      }
      case SequenceInput.Dense(Tensor x) -> {
        Matrix dgates = Matrix.of(gateGradients, rows, gateCount);
        Matrix vectors = Matrix.of(x.data(), rows, layer.input);
        boolean add = tape.hasGradient(weight);
        Matrix dw = Matrix.of(tape.gradientToWrite(weight), gateCount, layer.input);
        MatrixProduct.multiply(tape, dgates.transpose(), vectors, dw, add);
        if (tape.wanted(x)) {
          boolean addToInput = tape.hasGradient(x);
          Matrix dx = Matrix.of(tape.gradientToWrite(x), rows, layer.input);
          Matrix w = Matrix.of(layer.weightInput.data(), gateCount, layer.input);
          PackedMatrix packed = PackedMatrix.ofWeight(tape, weight, w);
          MatrixProduct.multiply(tape, dgates, packed, dx, addToInput);
        }
      }
    }
  }

  /** Threads share the columns, so that an index met twice is added in one order. */
  private void scatter(float[] gates, int[] indices, float[] dw, int part, int parts) {
    int from = ThreadTeam.boundary(gateCount, part, parts);
    int length = ThreadTeam.boundary(gateCount, part + 1, parts) - from;
    for (int row = 0; row < indices.length; row++) {
      KERNELS.add(gates, row * gateCount + from, dw, indices[row] * gateCount + from, length);
    }
  }

  /**
   * Adds the sum of the gates' gradients over all rows to the gradients of biases.
   *
   * @param joined how many of the second bias's first values have the same gradient
   */
  void addBiasGradient(
      float[] gateGradients, @Nullable Parameter first, @Nullable Parameter second, int joined) {
    if (first == null) {
      return;
    }
    float[] into = tape.gradientToAdd(first.tensor());
    float @Nullable [] also = second == null ? null : tape.gradientToAdd(second.tensor());
    float[] sums = tape.buffer(gateCount);
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(gateCount, part, parts);
          int length = ThreadTeam.boundary(gateCount, part + 1, parts) - from;
          Arrays.fill(sums, from, from + length, 0f);
          KERNELS.sumRows(rows, gateGradients, from, gateCount, sums, from, length);
          KERNELS.add(sums, from, into, from, length);
          if (also != null && from < joined) {
            KERNELS.add(sums, from, also, from, Math.min(length, joined - from));
          }
        });
  }
}
