package io.refrain.nn.recurrent;

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
 * A layer of a {@link StepCell} over all time steps of a batch, whose backward is back-propagation
 * through time.
 *
 * <p>What does not depend on the previous state is one large product over all steps: the input
 * forward, every weight's gradient backward. Only {@code h · W_hhᵀ} {@linkplain TimeWalk walks
 * through time}, and there each thread takes some rows of the batch for all steps, so nobody waits
 * for anybody inside a sequence.
 *
 * <p>With N rows of the timeline in all:
 *
 * <pre>
 *   gates      [N, gates·hidden]   forward: the cell's gates; backward: their gradient
 *   notes      [N, notes]          what the cell keeps for backward
 *   states     [N, width]          one for each state of the cell; the first is the output
 *   fresh      [N, hidden]         a state as the cell made it, where it is changed before it
 *                                  becomes a state: projected, or mixed by zoneout
 * </pre>
 */
final class SequenceRun implements LayerRun {
  final RecurrentLayer layer;
  final StepCell cell;
  final Tape tape;
  final Timeline timeline;
  final boolean reverse;
  final List<Tensor> initial;
  final boolean zero;
  final InputProduct input;
  final HiddenProduct hidden;
  final Zoneout zoneout;
  final int gateCount;
  final float[] gates;
  final float[] notes;
  final float[][] states;
  final float[][] fresh;
  private final Tensor weightHidden;
  private final Tensor output;
  private final List<Tensor> last = new ArrayList<>();

  /**
   * Prepares a pass.
   *
   * @param weightHidden the layer's, or what weight drop left of it
   */
  SequenceRun(
      RecurrentLayer layer,
      StepCell cell,
      Tape tape,
      Timeline timeline,
      SequenceInput input,
      RecurrentLayer.Pass pass,
      Tensor weightHidden,
      Zoneout zoneout) {
    this.layer = layer;
    this.cell = cell;
    this.tape = tape;
    this.timeline = timeline;
    reverse = pass.reverse();
    initial = pass.initial();
    zero = pass.zero();
    this.weightHidden = weightHidden;
    this.zoneout = zoneout;
    this.input = new InputProduct(layer, tape, input, timeline.size());
    gateCount = layer.gates();
    int rows = timeline.size();
    gates = tape.buffer(Tensor.size(rows, gateCount));
    hidden = new HiddenProduct(tape, layer, cell, weightHidden, gates, rows);
    notes = tape.buffer(Tensor.size(rows, cell.notes(layer.hidden)));
    states = new float[cell.states()][];
    fresh = new float[cell.states()][];
    output = tape.tensor(true, timeline.shape(layer.output));
    for (int state = 0; state < states.length; state++) {
      states[state] =
          state == 0 ? output.data() : tape.buffer(Tensor.size(rows, layer.stateWidth(state)));
      boolean changed = zoneout.changes(state) || (state == 0 && layer.weightProjection != null);
      fresh[state] = changed ? tape.buffer(Tensor.size(rows, layer.hidden)) : states[state];
      last.add(tape.tensor(true, timeline.batch(), layer.stateWidth(state)));
    }
  }

  @Override
  public Tensor output() {
    return output;
  }

  @Override
  public float[] gates() {
    return gates;
  }

  @Override
  public List<Tensor> last() {
    return last;
  }

  @Override
  public void forward() {
    input.setBias(layer.biasHidden, hidden.joined());
    hidden.packForward();
    Panels projectionPanels = packProjection(true);
    input.forward(gates);
    tape.team().run(new ForwardWalk(this, projectionPanels)::run);
  }

  @Override
  public void backward() {
    if (!output.hasGradient() && last.stream().noneMatch(Tensor::hasGradient)) {
      return;
    }
    tape.gradientToAdd(output);
    hidden.packBackward();
    Panels projectionPanels = packProjection(false);
    BackwardWalk walk = new BackwardWalk(this, projectionPanels);
    tape.team().run(walk::run);

    hiddenWeightGradient();
    projectionGradient();
    input.backward(gates);
    input.addBiasGradient(gates, layer.biasInput, layer.biasHidden, hidden.joined());
    hidden.addBiasGradient(layer.biasHidden);
    walk.addParameterGradients();
  }

  /** dW_hh = Σₜ dgates[t]ᵀ · h[before t], where that of the first step is the initial state. */
  private void hiddenWeightGradient() {
    boolean add = tape.hasGradient(weightHidden);
    int width = layer.output;
    if (!timeline.isEven()) {
      hidden.weightGradient(0, Matrix.of(previousOutputs(), timeline.size(), width), add);
      return;
    }
    int batch = timeline.batch();
    int later = timeline.size() - batch;
    if (later > 0) {
      Matrix h = Matrix.of(states[0], (reverse ? batch : 0) * width, later, width);
      hidden.weightGradient(reverse ? 0 : batch, h, add);
      add = true;
    }
    if (!zero) {
      Matrix h = Matrix.of(initial.getFirst().data(), batch, width);
      hidden.weightGradient(reverse ? later : 0, h, add);
    } else if (!add) {
      Arrays.fill(tape.gradientToWrite(weightHidden), 0f);
    }
  }

  /** For each row of an uneven timeline, the output before its step. */
  private float[] previousOutputs() {
    int width = layer.output;
    float[] result = tape.buffer(timeline.size() * width);
    tape.team()
        .run((part, parts) -> {
          int end = ThreadTeam.boundary(timeline.steps(), part + 1, parts);
          for (int t = ThreadTeam.boundary(timeline.steps(), part, parts); t < end; t++) {
            previousOutputs(t, result);
          }
        });
    return result;
  }

  private void previousOutputs(int t, float[] result) {
    int width = layer.output;
    int before = reverse ? t + 1 : t - 1;
    int going = Math.min(timeline.rows(t), timeline.rows(before));
    int at = timeline.start(t) * width;
    if (going > 0) {
      System.arraycopy(states[0], timeline.start(before) * width, result, at, going * width);
    }
    System.arraycopy(
        initial.getFirst().data(),
        going * width,
        result,
        at + going * width,
        (timeline.rows(t) - going) * width);
  }

  /** dW_hr = Σₜ dh[t]ᵀ · fresh[t]. */
  private void projectionGradient() {
    if (layer.weightProjection == null) {
      return;
    }
    Tensor weight = layer.weightProjection.tensor();
    boolean add = tape.hasGradient(weight);
    Matrix dw = Matrix.of(tape.gradientToWrite(weight), layer.output, layer.hidden);
    Matrix dh = Matrix.of(output.gradient(), timeline.size(), layer.output);
    Matrix h = Matrix.of(fresh[0], timeline.size(), layer.hidden);
    MatrixProduct.multiply(tape, dh.transpose(), h, dw, add);
  }

  /** W_hr [output, hidden], or W_hrᵀ, packed, where there is one. */
  private @Nullable Panels packProjection(boolean transposed) {
    Parameter weight = layer.weightProjection;
    if (weight == null) {
      return null;
    }
    Matrix w = Matrix.of(weight.data(), layer.output, layer.hidden);
    return PackedMatrix.ofWeight(tape, weight.tensor(), transposed ? w.transpose() : w).panels();
  }
}
