package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One layer of a {@link FrozenStack}: its weights as the products of a single row want them. */
final class FrozenLayer {
  private static final Kernels KERNELS = Kernels.get();

  private final Cell cell;
  private final int input;
  private final int hidden;
  private final int output;
  private final int gates;
  private final float[] rates;

  /** b_ih, with b_hh where the two are added. */
  private final float[] bias;

  /** The columns of W_ih, each with the bias added, where the input is indices. */
  private final float @Nullable [] columns;

  /** W_ihᵀ packed, where the input is vectors. */
  private final @Nullable Panels weightInput;

  /** W_hhᵀ packed; a scan cell has none. */
  private final @Nullable Panels weightHidden;

  /** b_hh of a cell that wants the recurrent product apart. */
  private final float @Nullable [] hiddenBias;

  /** W_hrᵀ packed, where the output is projected. */
  private final @Nullable Panels projection;

  private final float[][] own;

  /** Where a sequence stands in one layer, and the room that a step needs. */
  final class Position {
    private final float[] gates = new float[FrozenLayer.this.gates];
    private final float[] recurrent;
    private final float[] fresh = new float[projection == null ? 0 : hidden];
    private final float[] decay = new float[cell instanceof ScanCell ? hidden : 0];
    private float[][] current; // [state][width]
    private float[][] next;
    private final @Nullable CellStep step;

    Position() {
      int states = RecurrentLayer.states(cell);
      current = new float[states][];
      next = new float[states][];
      for (int state = 0; state < states; state++) {
        int width = state == 0 ? output : hidden;
        current[state] = new float[width];
        next[state] = new float[width];
      }
      recurrent = hiddenBias == null ? gates : new float[gates.length];
      if (cell instanceof StepCell stepCell) {
        step = new CellStep(stepCell, hidden);
        step.rows = 1;
        step.gates = gates;
        step.recurrent = recurrent;
        step.notes = new float[stepCell.notes(hidden)];
        System.arraycopy(own, 0, step.parameters, 0, own.length);
      } else {
        step = null;
      }
    }

    /** The output of the present step: the array itself. */
    float[] output() {
      return current[0];
    }

    Position copy() {
      Position copy = new Position();
      for (int state = 0; state < current.length; state++) {
        copy.current[state] = current[state].clone();
      }
      return copy;
    }

    /** Advances by the one-hot vector of an index. */
    void advance(int index) {
      if (columns == null) {
        throw new IllegalStateException("this stack reads vectors");
      }
      System.arraycopy(columns, index * gates.length, gates, 0, gates.length);
      advance();
    }

    /** Advances by a vector. */
    void advance(float[] x, int at) {
      if (weightInput == null) {
        throw new IllegalStateException("this stack reads indices");
      }
      System.arraycopy(bias, 0, gates, 0, gates.length);
      multiply(input, x, at, weightInput, gates);
      advance();
    }

    private void advance() {
      switch (cell) {
        case StepCell stepCell -> step(stepCell, Objects.requireNonNull(step));
        case ScanCell scanCell -> scan(scanCell);
      }
      float[][] before = current;
      current = next;
      next = before;
    }

    private void step(StepCell stepCell, CellStep s) {
      if (hiddenBias != null) {
        System.arraycopy(hiddenBias, 0, recurrent, 0, recurrent.length);
      }
      multiply(output, current[0], 0, Objects.requireNonNull(weightHidden), recurrent);
      System.arraycopy(current, 0, s.previous, 0, current.length);
      System.arraycopy(next, 0, s.next, 0, next.length);
      if (projection == null) {
        stepCell.forward(s);
      } else {
        s.next[0] = fresh;
        stepCell.forward(s);
        java.util.Arrays.fill(next[0], 0f);
        multiply(hidden, fresh, 0, projection, next[0]);
      }
      for (int state = 0; state < rates.length; state++) {
        if (rates[state] > 0) {
          for (int i = 0; i < next[state].length; i++) {
            next[state][i] += (current[state][i] - next[state][i]) * rates[state];
          }
        }
      }
    }

    private void scan(ScanCell scanCell) {
      scanCell.forward(new ScanStep(1, hidden, gates, 0, decay, next[0], 0));
      if (rates[0] > 0) {
        for (int i = 0; i < hidden; i++) {
          decay[i] += rates[0] * (1 - decay[i]);
          next[0][i] -= rates[0] * next[0][i];
        }
      }
      KERNELS.addProduct(decay, 0, current[0], 0, next[0], 0, hidden);
    }
  }

  /** Copies and packs the weights of a layer. */
  FrozenLayer(RecurrentLayer layer, boolean indexed, Regularization regularization) {
    cell = layer.cell;
    input = layer.input;
    hidden = layer.hidden;
    output = layer.output;
    gates = layer.gates();
    rates = regularization.zoneout(RecurrentLayer.states(cell));
    boolean apart = cell instanceof StepCell step && step.recurrentApart();
    bias = values(layer.biasInput);
    if (!apart) {
      KERNELS.add(values(layer.biasHidden), 0, bias, 0, gates);
    }
    hiddenBias = apart ? values(layer.biasHidden) : null;
    columns = indexed ? columns(layer.weightInput.data()) : null;
    weightInput = indexed ? null : pack(layer.weightInput, gates, input);
    weightHidden = layer.weightHidden == null ? null : pack(layer.weightHidden, gates, output);
    projection =
        layer.weightProjection == null ? null : pack(layer.weightProjection, output, hidden);
    own = layer.own.stream().map(parameter -> parameter.data().clone()).toArray(float[][]::new);
  }

  private float[] values(@Nullable Parameter parameter) {
    return parameter == null ? new float[gates] : parameter.values();
  }

  private float[] columns(float[] weight) {
    float[] result = new float[Tensor.size(input, gates)];
    for (int index = 0; index < input; index++) {
      int at = index * gates;
      KERNELS.sum(bias, 0, weight, at, result, at, gates);
    }
    return result;
  }

  /** The weight [out, in] packed as the right operand of x · Wᵀ. */
  private static Panels pack(Parameter weight, int out, int in) {
    return MatrixProduct.pack(Matrix.of(weight.data(), out, in).transpose());
  }

  /** result += x · weight, with the k values of x from {@code at} on. */
  private static void multiply(int k, float[] x, int at, Panels weight, float[] result) {
    KERNELS.multiply(1, k, 0, result.length, x, at, k, 1, weight, result, 0, result.length);
  }
}
