package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.PackedMatrix;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the previous hidden state brings to the gates, {@code W_hh · h + b_hh}, and the gradients of
 * all three. Of the gates' blocks, the first join what the input brings; the last are {@linkplain
 * StepCell#recurrentApart kept apart}, if the cell asks for that. Each of the two is a product with
 * a part of the weight's rows.
 */
final class HiddenProduct {
  private static final Kernels KERNELS = Kernels.get();

  private final Tape tape;
  private final RecurrentLayer layer;
  private final Tensor weight;
  private final int rows;
  private final int joined;
  private final int apart;
  private final float[] recurrent; // [rows × apart]
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Panels> panels = new ArrayList<>();

  /**
   * Blocks of the gates that stand together.
   *
   * @param first row of the weight that the first value belongs to
   * @param width values of a row
   * @param values their products, later the gradients of those
   * @param leading values from one row to the next
   */
  private record Piece(int first, int width, float[] values, int leading) {}

  /**
   * Prepares for all rows of a timeline.
   *
   * @param weight the layer's W_hh, or what weight drop left of it
   * @param gates [rows × gates·hidden]
   */
  HiddenProduct(
      Tape tape, RecurrentLayer layer, StepCell cell, Tensor weight, float[] gates, int rows) {
    this.tape = tape;
    this.layer = layer;
    this.weight = weight;
    this.rows = rows;
    apart = cell.recurrentApart() * layer.hidden;
    joined = layer.gates() - apart;
    recurrent = tape.buffer(Tensor.size(rows, apart));
    if (joined > 0) {
      pieces.add(new Piece(0, joined, gates, layer.gates()));
    }
    if (apart > 0) {
      pieces.add(new Piece(joined, apart, recurrent, apart));
    }
  }

  /** How many of the gates' first values the product joins. */
  int joined() {
    return joined;
  }

  /** What is kept apart, [rows × apart blocks·hidden]. */
  float[] recurrent() {
    return recurrent;
  }

  /** Packs the weight for {@link #add}. */
  void packForward() {
    pack(true);
  }

  /** Packs the weight for {@link #addBackward}. */
  void packBackward() {
    pack(false);
  }

  private void pack(boolean transposed) {
    panels.clear();
    for (Piece piece : pieces) {
      int at = piece.first * layer.output;
      Matrix part = Matrix.of(weight.data(), at, piece.width, layer.output);
      Matrix operand = transposed ? part.transpose() : part;
      panels.add(PackedMatrix.ofWeight(tape, weight, operand).panels());
    }
  }

  /** Begins some units of what is kept apart with their bias. */
  void begin(int row, int count, int firstUnit, int units) {
    for (int block = 0; block < apart; block += layer.hidden) {
      for (int i = row; i < row + count; i++) {
        int at = i * apart + block + firstUnit;
        if (layer.biasHidden == null) {
          Arrays.fill(recurrent, at, at + units, 0f);
        } else {
          float[] bias = layer.biasHidden.data();
          System.arraycopy(bias, joined + block + firstUnit, recurrent, at, units);
        }
      }
    }
  }

  /**
   * Adds W_hh · h to some units of the gates of some rows.
   *
   * @param row the first
   * @param h [count × output] at {@code hAt}
   */
  void add(int row, int count, float[] h, int hAt, int firstUnit, int units) {
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      int step = units == layer.hidden ? piece.width : layer.hidden;
      for (int block = 0; block < piece.width; block += step) {
        KERNELS.multiply(
            count,
            layer.output,
            block + firstUnit,
            units == layer.hidden ? piece.width : block + firstUnit + units,
            h,
            hAt,
            layer.output,
            1,
            panels.get(i),
            piece.values,
            row * piece.leading,
            piece.leading);
      }
    }
  }

  /**
   * Adds the gates' gradient · W_hh to the gradient of some values of h.
   *
   * @param row the first
   * @param dh [count × output] at {@code dhAt}
   */
  void addBackward(int row, int count, float[] dh, int dhAt, int from, int to) {
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      KERNELS.multiply(
          count,
          piece.width,
          from,
          to,
          piece.values,
          row * piece.leading,
          piece.leading,
          1,
          panels.get(i),
          dh,
          dhAt,
          layer.output);
    }
  }

  /**
   * Adds to the gradient of the weight what some rows give.
   *
   * @param row the first
   * @param h what was before each of them
   * @param add false to replace the gradient
   */
  void weightGradient(int row, Matrix h, boolean add) {
    float[] gradient = tape.gradientToWrite(weight);
    for (Piece piece : pieces) {
      int at = row * piece.leading;
      Matrix dgates = new Matrix(piece.values, at, h.rows(), piece.width, piece.leading, false);
      int first = piece.first * layer.output;
      Matrix dw = Matrix.of(gradient, first, piece.width, layer.output);
      MatrixProduct.multiply(tape, dgates.transpose(), h, dw, add);
    }
  }

  /** Adds to the gradient of the bias what is not that of the input's bias too. */
  void addBiasGradient(@Nullable Parameter bias) {
    if (bias == null || apart == 0) {
      return;
    }
    float[] gradient = tape.gradientToAdd(bias.tensor());
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(apart, part, parts);
          int length = ThreadTeam.boundary(apart, part + 1, parts) - from;
          KERNELS.sumRows(rows, recurrent, from, apart, gradient, joined + from, length);
        });
  }
}
