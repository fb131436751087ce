package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The walk from the last step to the first: gradients of states become gradients of gates, and
 * those become gradients of the states before.
 *
 * <p>The gradient of the output is one array for all steps, because more flows into it from
 * outside; the gradients of other states are carried in one place for each row.
 */
final class BackwardWalk extends TimeWalk {
  private static final Kernels KERNELS = Kernels.get();

  private final float[] outputGradient;
  private final float[][] initialGradients; // [state][batch × width]
  private final float[][] carried; // [state][batch × hidden], of all states but the first
  private final float[][] parameterGradients; // [parameter][batch × size]
  private final float[] freshGradient; // [batch × hidden] where the output was projected

  /**
   * Prepares a walk, and takes the buffers that it needs.
   *
   * @param projectionPanels W_hr packed, where there is one
   */
  BackwardWalk(SequenceRun run, @Nullable Panels projectionPanels) {
    super(run, projectionPanels);
    int batch = timeline.batch();
    outputGradient = run.output().gradient();
    initialGradients = new float[run.states.length][];
    carried = new float[run.states.length][];
    for (int state = 0; state < run.states.length; state++) {
      Tensor initial = run.initial.get(state);
      // A cell gives the gradient of its previous state unasked; it needs some place to put it.
      initialGradients[state] =
          run.tape.wanted(initial)
              ? run.tape.gradientToAdd(initial)
              : run.tape.buffer(batch * layer.stateWidth(state));
      carried[state] = run.tape.buffer(state == 0 ? 0 : batch * hidden);
    }
    parameterGradients = new float[layer.own.size()][];
    for (int i = 0; i < parameterGradients.length; i++) {
      parameterGradients[i] = run.tape.buffer(batch * layer.own.get(i).size());
    }
    freshGradient = run.tape.buffer(projectionPanels == null ? 0 : batch * hidden);
  }

  @Override
  void walk(Share share) {
    begin(share);
    CellStep step = share.step;
    step.hiddenGradient = projectionPanels == null ? outputGradient : freshGradient;
    System.arraycopy(carried, 0, step.carriedGradient, 0, carried.length);
    System.arraycopy(parameterGradients, 0, step.parameterGradients, 0, parameterGradients.length);
    for (int i = timeline.steps() - 1; i >= 0; i--) {
      int t = run.reverse ? timeline.steps() - 1 - i : i;
      int going = goingOn(t);
      int present = timeline.rows(t);
      int turn = Math.clamp(going, share.firstRow, share.endRow);
      int end = Math.clamp(present, turn, share.endRow);
      addLast(share, t);
      cellBackward(share, t, share.firstRow, turn, true);
      cellBackward(share, t, turn, end, false);
      meet(share);
      multiplyGates(share, t, share.firstRow, turn, true);
      multiplyGates(share, t, turn, end, false);
    }
  }

  /** What flows into the final states, and zeros where nothing was carried yet. */
  private void begin(Share share) {
    for (int row = share.firstRow; row < share.endRow; row++) {
      int at = row * hidden + share.firstUnit;
      for (int state = 1; state < carried.length; state++) {
        Tensor last = run.last().get(state);
        if (last.hasGradient()) {
          System.arraycopy(last.gradient(), at, carried[state], at, share.units);
        } else {
          Arrays.fill(carried[state], at, at + share.units, 0f);
        }
      }
      for (int i = 0; i < parameterGradients.length; i++) {
        int size = layer.own.get(i).size();
        Arrays.fill(parameterGradients[i], row * size, (row + 1) * size, 0f);
      }
    }
  }

  /** What flows into the final output flows into the output of the last step. */
  private void addLast(Share share, int t) {
    Tensor last = run.last().getFirst();
    if (!last.hasGradient()) {
      return;
    }
    int end = Math.min(share.endRow, timeline.rows(t));
    for (int row = Math.max(share.firstRow, endingFrom(t)); row < end; row++) {
      KERNELS.add(
          last.gradient(),
          row * width + share.firstUnit,
          outputGradient,
          (timeline.start(t) + row) * width + share.firstUnit,
          sharesUnits ? share.units : width);
    }
  }

  /** The gradient of the output before the step, of rows that go on or begin there. */
  private float[] gradientBefore(boolean going) {
    return going ? outputGradient : initialGradients[0];
  }

  private int rowBefore(int t, int first, boolean going) {
    return going ? timeline.start(before(t)) + first : first;
  }

  /** From the gradients of the states to those of the gates. */
  private void cellBackward(Share share, int t, int first, int end, boolean going) {
    if (first >= end) {
      return;
    }
    share.moveTo(t, first, end, going);
    CellStep step = share.step;
    int outputAt = (timeline.start(t) + first) * width;
    int beforeAt = rowBefore(t, first, going) * width;
    step.previousHiddenGradient = gradientBefore(going);
    step.previousHiddenGradientAt = beforeAt + share.firstUnit;
    step.carriedAt = first * hidden + share.firstUnit;
    step.hiddenGradientAt = outputAt + share.firstUnit;
    if (run.zoneout.changes(0)) {
      int size = step.rows * width;
      float[] before = step.previousHiddenGradient;
      run.zoneout.split(0, outputGradient, outputAt, outputAt, before, beforeAt, size);
    }
    if (projectionPanels != null) {
      projectBackward(step, projectionPanels, outputAt);
    }
    run.zoneout.holdBack(step);
    run.cell.backward(step);
    run.zoneout.giveBack(step);
    if (!going) {
      addInitial(share);
    }
  }

  /** dh before the step += dgates · W_hh; the units are columns of it. */
  private void multiplyGates(Share share, int t, int first, int end, boolean going) {
    if (first >= end || !(going || run.tape.wanted(run.initial.getFirst()))) {
      return;
    }
    run.hidden.addBackward(
        timeline.start(t) + first,
        end - first,
        gradientBefore(going),
        rowBefore(t, first, going) * width,
        share.firstUnit,
        sharesUnits ? share.firstUnit + share.units : width);
  }

  private void projectBackward(CellStep step, Panels panels, int outputAt) {
    step.hiddenGradientAt = step.carriedAt;
    Arrays.fill(freshGradient, step.carriedAt, step.carriedAt + step.rows * hidden, 0f);
    KERNELS.multiply(
        step.rows,
        width,
        0,
        hidden,
        outputGradient,
        outputAt,
        width,
        1,
        panels,
        freshGradient,
        step.carriedAt,
        hidden);
  }

  /** What was carried to the beginning flows into the initial states. */
  private void addInitial(Share share) {
    for (int state = 1; state < carried.length; state++) {
      if (run.tape.wanted(run.initial.get(state))) {
        for (int row = 0; row < share.step.rows; row++) {
          int at = share.step.carriedAt(row);
          KERNELS.add(carried[state], at, initialGradients[state], at, share.units);
        }
      }
    }
  }

  /** Adds what each row gave to the gradients of the cell's own parameters. */
  void addParameterGradients() {
    for (int i = 0; i < parameterGradients.length; i++) {
      Tensor parameter = layer.own.get(i).tensor();
      float[] gradient = run.tape.gradientToAdd(parameter);
      int size = parameter.size();
      KERNELS.sumRows(timeline.batch(), parameterGradients[i], 0, size, gradient, 0, size);
    }
  }
}
