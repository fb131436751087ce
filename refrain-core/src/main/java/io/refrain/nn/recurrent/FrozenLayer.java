package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.PanelLayout;
import io.refrain.kernel.Panels;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.PackedMatrix;
import org.jspecify.annotations.Nullable;

/**
 * One layer of a {@link FrozenStack}: its weights as the products of a single row want them.
 *
 * <p>A row is cheap to compute and dear to fetch the weights for, so threads share the units of a
 * layer: each reads its part of every weight, from its own core's cache, and makes its part of
 * every state. The weights of each gate are packed by themselves, so that any units can be had.
 */
final class FrozenLayer {
  private static final Kernels KERNELS = Kernels.get();
  private static final PanelLayout LAYOUT = KERNELS.layout();

  final Cell cell;
  final int input;
  final int hidden;
  final int output;

  /** Zoneout of each state. */
  final float[] rates;

  /** b_ih, with b_hh where the two are added; [gates × hidden]. */
  final float[] bias;

  /** The columns of W_ih, each with the bias added, where the input is indices. */
  final float @Nullable [] columns;

  /** For each gate, W_ihᵀ packed, where the input is vectors. */
  final Panels[] weightInput;

  /** For each gate, W_hhᵀ packed; a scan cell has none. */
  final Panels[] weightHidden;

  /** b_hh, of which the last {@link #apart} blocks are not part of the bias. */
  final float[] hiddenBias;

  /** Blocks of the recurrent product that the cell wants apart. */
  final int apart;

  /** W_hrᵀ packed, where the output is projected. */
  final @Nullable Panels projection;

  /** The cell's own parameters. */
  final float[][] own;

  /** Copies and packs the weights of a layer. */
  FrozenLayer(RecurrentLayer layer, boolean indexed, Regularization regularization) {
    cell = layer.cell;
    input = layer.input;
    hidden = layer.hidden;
    output = layer.output;
    rates = regularization.zoneout(RecurrentLayer.states(cell));
    apart = cell instanceof StepCell step ? step.recurrentApart() : 0;
    hiddenBias = values(layer.biasHidden);
    bias = values(layer.biasInput);
    KERNELS.add(hiddenBias, 0, bias, 0, joined() * hidden);
    columns = indexed ? columns(layer.weightInput.data()) : null;
    weightInput = indexed ? new Panels[0] : packGates(layer.weightInput, input);
    weightHidden =
        layer.weightHidden == null ? new Panels[0] : packGates(layer.weightHidden, output);
    projection =
        layer.weightProjection == null
            ? null
            : pack(layer.weightProjection.data(), 0, output, hidden);
    own = layer.own.stream().map(parameter -> parameter.data().clone()).toArray(float[][]::new);
  }

  private float[] values(@Nullable Parameter parameter) {
    return parameter == null ? new float[cell.gates() * hidden] : parameter.values();
  }

  private float[] columns(float[] weight) {
    float[] result = new float[weight.length];
    for (int at = 0; at < weight.length; at += bias.length) {
      KERNELS.sum(bias, 0, weight, at, result, at, bias.length);
    }
    return result;
  }

  private Panels[] packGates(Parameter weight, int in) {
    Panels[] panels = new Panels[cell.gates()];
    for (int gate = 0; gate < panels.length; gate++) {
      panels[gate] = pack(weight.data(), gate * hidden * in, hidden, in);
    }
    return panels;
  }

  /** The weight [out, in] packed as the right operand of x · Wᵀ. */
  private static Panels pack(float[] weight, int at, int out, int in) {
    return PackedMatrix.of(Matrix.of(weight, at, out, in).transpose()).panels();
  }

  /** Blocks of the gates that the recurrent product joins. */
  int joined() {
    return cell.gates() - apart;
  }

  boolean readsIndices() {
    return columns != null;
  }

  /** Values in a state. */
  int width(int state) {
    return state == 0 ? output : hidden;
  }

  /** How many weights a single step reads. */
  long weights() {
    long read = columns == null ? input : 1;
    long projected = projection == null ? 0 : (long) hidden * output;
    return (long) cell.gates() * hidden * (read + (weightHidden.length == 0 ? 0 : output))
        + projected;
  }

  /** How many threads can share a step. */
  int mostParts() {
    boolean whole = !cell.unitwise() || !cell.parameters().isEmpty();
    return whole ? 1 : LAYOUT.panels(hidden);
  }

  /** Where the units of a part begin, of a state or an output of so many. */
  static int boundary(int units, int part, int parts) {
    return LAYOUT.boundary(units, part, parts);
  }

  /** Values that a row takes in the largest of the arrays of a step. */
  int widest() {
    return Math.max(input, Math.max(cell.gates() * hidden, output));
  }
}
