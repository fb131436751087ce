package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One recurrent layer over all time steps of a batch: a single node on the tape, whose backward is
 * back-propagation through time.
 *
 * <p>What does not depend on the previous state is one large product over all steps: the input
 * forward, every weight's gradient backward. Only {@code h · W_hhᵀ} walks through time, and there
 * each thread takes some rows of the batch for all steps, so nobody waits for anybody inside a
 * sequence.
 *
 * <pre>
 *   gates   [steps, batch, gates·hidden]   forward: the cell's gates; backward: their gradient
 *   states  [steps, batch, hidden]         one for each state of the cell; the first is the output
 * </pre>
 */
final class SequenceRun {
  private static final Kernels KERNELS = Kernels.get();

  private final RecurrentLayer layer;
  private final Tape tape;
  private final SequenceInput input;
  private final List<Tensor> initial;
  private final boolean zero;
  private final int steps;
  private final int batch;
  private final int hidden;
  private final int gateCount;
  private final float[] gates;
  private final List<Tensor> states = new ArrayList<>();
  private final List<Tensor> last = new ArrayList<>();

  SequenceRun(
      RecurrentLayer layer, Tape tape, SequenceInput input, List<Tensor> initial, boolean zero) {
    this.layer = layer;
    this.tape = tape;
    this.input = input;
    this.initial = initial;
    this.zero = zero;
    steps = input.steps();
    batch = input.batch();
    hidden = layer.hidden;
    gateCount = layer.gates();
    gates = tape.buffer(Tensor.size(steps, batch, gateCount));
    for (int state = 0; state < layer.cell.states(); state++) {
      states.add(tape.tensor(true, steps, batch, hidden));
      last.add(tape.tensor(true, batch, hidden));
    }
  }

  /** [steps, batch, hidden]. */
  Tensor output() {
    return states.getFirst();
  }

  /** The cell's states after the last step, each [batch, hidden]. */
  List<Tensor> last() {
    return last;
  }

  void forward() {
    Matrix hiddenWeight = hiddenWeight().transpose();
    Panels packed = MatrixProduct.panelsFor(tape, hiddenWeight);
    float[] bias = tape.buffer(gateCount);
    KERNELS.sum(layer.biasInput.data(), 0, layer.biasHidden.data(), 0, bias, 0, gateCount);
    tape.team().run((part, parts) -> MatrixProduct.packPart(hiddenWeight, packed, part, parts));
    if (input instanceof SequenceInput.Dense dense) {
      MatrixProduct.multiplyPlusRow(
          tape,
          Matrix.of(dense.x().data(), steps * batch, layer.input),
          Matrix.of(layer.weightInput.data(), gateCount, layer.input).transpose(),
          bias,
          Matrix.of(gates, steps * batch, gateCount));
    }
    tape.team().run((part, parts) -> forwardRows(packed, bias, part, parts));
  }

  private void forwardRows(Panels packedHiddenWeight, float[] bias, int part, int parts) {
    int first = ThreadTeam.boundary(batch, part, parts);
    int rows = ThreadTeam.boundary(batch, part + 1, parts) - first;
    CellStep step = new CellStep(rows, hidden, states.size(), gates);
    for (int t = 0; t < steps; t++) {
      moveTo(step, t, first);
      if (input instanceof SequenceInput.Indices indices) {
        gather(indices.indices(), bias, t * batch + first, rows);
      }
      if (t > 0 || !zero) {
        KERNELS.multiply(
            rows,
            hidden,
            0,
            gateCount,
            step.previous[0],
            step.previousAt,
            hidden,
            1,
            packedHiddenWeight,
            gates,
            step.gatesAt,
            gateCount);
      }
      layer.cell.forward(step);
    }
    for (int state = 0; state < states.size(); state++) {
      System.arraycopy(
          states.get(state).data(),
          ((steps - 1) * batch + first) * hidden,
          last.get(state).data(),
          first * hidden,
          rows * hidden);
    }
  }

  /** gates = bias, plus the columns of W_ih that the indices name. */
  private void gather(int[] indices, float[] bias, int first, int rows) {
    for (int row = first; row < first + rows; row++) {
      int column = indices[row] * gateCount;
      KERNELS.sum(bias, 0, layer.weightInput.data(), column, gates, row * gateCount, gateCount);
    }
  }

  private void moveTo(CellStep step, int t, int firstRow) {
    step.gatesAt = (t * batch + firstRow) * gateCount;
    step.nextAt = (t * batch + firstRow) * hidden;
    step.previousAt = t == 0 ? firstRow * hidden : step.nextAt - batch * hidden;
    for (int state = 0; state < states.size(); state++) {
      step.next[state] = states.get(state).data();
      step.previous[state] = t == 0 ? initial.get(state).data() : step.next[state];
    }
  }

  void backward() {
    if (states.stream().noneMatch(Tensor::hasGradient)
        && last.stream().noneMatch(Tensor::hasGradient)) {
      return;
    }
    Matrix hiddenWeight = hiddenWeight();
    Panels packed = MatrixProduct.panelsFor(tape, hiddenWeight);
    float[][] gradients = new float[states.size()][];
    float[][] initialGradients = new float[states.size()][];
    for (int state = 0; state < states.size(); state++) {
      gradients[state] = tape.gradientToAdd(states.get(state));
      Tensor first = initial.get(state);
      // A cell writes the gradient of its previous state unasked; it needs some place to write to.
      initialGradients[state] =
          tape.wanted(first) ? tape.gradientToAdd(first) : tape.buffer(batch * hidden);
    }
    tape.team().run((part, parts) -> MatrixProduct.packPart(hiddenWeight, packed, part, parts));
    tape.team()
        .run((part, parts) -> backwardRows(packed, gradients, initialGradients, part, parts));
    hiddenWeightGradient();
    inputGradients();
    float[] inputBias = tape.gradientToAdd(layer.biasInput.tensor());
    float[] hiddenBias = tape.gradientToAdd(layer.biasHidden.tensor());
    float[] sums = tape.buffer(gateCount);
    tape.team().run((part, parts) -> biasGradients(sums, inputBias, hiddenBias, part, parts));
  }

  private void backwardRows(
      Panels packedHiddenWeight,
      float[][] gradients,
      float[][] initialGradients,
      int part,
      int parts) {
    int first = ThreadTeam.boundary(batch, part, parts);
    int rows = ThreadTeam.boundary(batch, part + 1, parts) - first;
    addLast(gradients, first, rows);
    CellStep step = new CellStep(rows, hidden, states.size(), gates);
    for (int t = steps - 1; t >= 0; t--) {
      moveTo(step, t, first);
      for (int state = 0; state < states.size(); state++) {
        step.nextGradient[state] = gradients[state];
        step.previousGradient[state] = t == 0 ? initialGradients[state] : gradients[state];
      }
      layer.cell.backward(step);
      if (t > 0 || tape.wanted(initial.getFirst())) {
        KERNELS.multiply(
            rows,
            gateCount,
            0,
            hidden,
            gates,
            step.gatesAt,
            gateCount,
            1,
            packedHiddenWeight,
            step.previousGradient[0],
            step.previousAt,
            hidden);
      }
    }
  }

  /** What flows into the final states flows into the states of the last step. */
  private void addLast(float[][] gradients, int first, int rows) {
    for (int state = 0; state < states.size(); state++) {
      if (last.get(state).hasGradient()) {
        KERNELS.add(
            last.get(state).gradient(),
            first * hidden,
            gradients[state],
            ((steps - 1) * batch + first) * hidden,
            rows * hidden);
      }
    }
  }

  /** dW_hh = Σₜ dgates[t]ᵀ · h[t-1], where h[-1] is the initial state. */
  private void hiddenWeightGradient() {
    Tensor weight = layer.weightHidden.tensor();
    boolean add = tape.hasGradient(weight);
    Matrix dw = Matrix.of(tape.gradientToWrite(weight), gateCount, hidden);
    int later = (steps - 1) * batch;
    if (later > 0) {
      Matrix dgates = Matrix.of(gates, batch * gateCount, later, gateCount);
      Matrix h = Matrix.of(output().data(), later, hidden);
      MatrixProduct.multiply(tape, dgates.transpose(), h, dw, add);
      add = true;
    }
    if (!zero) {
      Matrix dgates = Matrix.of(gates, batch, gateCount);
      Matrix h = Matrix.of(initial.getFirst().data(), batch, hidden);
      MatrixProduct.multiply(tape, dgates.transpose(), h, dw, add);
    } else if (!add) {
      Arrays.fill(dw.data(), 0f);
    }
  }

  private void inputGradients() {
    Tensor weight = layer.weightInput.tensor();
    switch (input) {
      case SequenceInput.Indices indices -> {
        float[] dw = tape.gradientToAddRows(weight, indices.indices());
        tape.team().run((part, parts) -> scatter(indices.indices(), dw, part, parts));
      }
      case SequenceInput.Dense(Tensor x) -> {
        Matrix dgates = Matrix.of(gates, steps * batch, gateCount);
        Matrix vectors = Matrix.of(x.data(), steps * batch, layer.input);
        boolean add = tape.hasGradient(weight);
        Matrix dw = Matrix.of(tape.gradientToWrite(weight), gateCount, layer.input);
        MatrixProduct.multiply(tape, dgates.transpose(), vectors, dw, add);
        if (tape.wanted(x)) {
          boolean addToInput = tape.hasGradient(x);
          Matrix dx = Matrix.of(tape.gradientToWrite(x), steps * batch, layer.input);
          Matrix w = Matrix.of(layer.weightInput.data(), gateCount, layer.input);
          MatrixProduct.multiply(tape, dgates, w, dx, addToInput);
        }
      }
    }
  }

  /** Threads share the columns, so that an index met twice is added in one order. */
  private void scatter(int[] indices, float[] dw, int part, int parts) {
    int from = ThreadTeam.boundary(gateCount, part, parts);
    int length = ThreadTeam.boundary(gateCount, part + 1, parts) - from;
    for (int row = 0; row < indices.length; row++) {
      KERNELS.add(gates, row * gateCount + from, dw, indices[row] * gateCount + from, length);
    }
  }

  /** Both biases have the same gradient. */
  private void biasGradients(
      float[] sums, float[] inputBias, float[] hiddenBias, int part, int parts) {
    int from = ThreadTeam.boundary(gateCount, part, parts);
    int length = ThreadTeam.boundary(gateCount, part + 1, parts) - from;
    Arrays.fill(sums, from, from + length, 0f);
    KERNELS.sumRows(steps * batch, gates, from, gateCount, sums, from, length);
    KERNELS.add(sums, from, inputBias, from, length);
    KERNELS.add(sums, from, hiddenBias, from, length);
  }

  private Matrix hiddenWeight() {
    return Matrix.of(layer.weightHidden.data(), gateCount, hidden);
  }
}
