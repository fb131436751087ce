package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The walk of a {@link SequenceRun} through time, forward and back: at each step, the rows present
 * there, first those that go on from the step before, then those that begin.
 *
 * <p>Each thread takes some rows all the way. The gradient of the output is one array for all
 * steps, because more flows into it from outside; the gradients of other states are carried in one
 * place for each row.
 */
final class TimeWalk {
  private static final Kernels KERNELS = Kernels.get();

  private final SequenceRun run;
  private final RecurrentLayer layer;
  private final Timeline timeline;
  private final Panels hiddenPanels;
  private final @Nullable Panels projectionPanels;
  private final int hidden;
  private final int width; // of the output

  // backward
  private final float[][] initialGradients; // [state][batch × width]
  private final float[][] carried; // [state][batch × hidden], of all states but the first
  private final float[][] parameterGradients; // [parameter][batch × size]
  private float[] freshGradient = {}; // [batch × hidden] where the output was projected
  private float[] outputGradient = {};

  /** Prepares a walk with weights packed for its direction. */
  TimeWalk(SequenceRun run, Panels hiddenPanels, @Nullable Panels projectionPanels) {
    this.run = run;
    this.hiddenPanels = hiddenPanels;
    this.projectionPanels = projectionPanels;
    layer = run.layer;
    timeline = run.timeline;
    hidden = layer.hidden;
    width = layer.output;
    initialGradients = new float[run.states.length][];
    carried = new float[run.states.length][];
    parameterGradients = new float[layer.own.size()][];
  }

  /** Walks some rows from their first step to their last. */
  void forward(int part, int parts) {
    int first = timeline.boundary(part, parts);
    int end = timeline.boundary(part + 1, parts);
    CellStep step = step();
    for (int i = 0; i < timeline.steps(); i++) {
      int t = run.reverse ? timeline.steps() - 1 - i : i;
      int going = goingOn(t);
      int present = timeline.rows(t);
      forward(step, t, first, Math.min(end, going), true);
      forward(step, t, Math.max(first, going), Math.min(end, present), false);
      copyLast(t, first, end);
    }
  }

  /** The step walked before {@code t}; it may lie outside. */
  private int before(int t) {
    return run.reverse ? t + 1 : t - 1;
  }

  /** How many rows of step {@code t} were present at the step walked before. */
  private int goingOn(int t) {
    return Math.min(timeline.rows(t), timeline.rows(before(t)));
  }

  private CellStep step() {
    CellStep step = new CellStep(run.cell, hidden);
    step.gates = run.gates;
    step.recurrent = run.recurrent;
    step.notes = run.notes;
    for (int i = 0; i < layer.own.size(); i++) {
      step.parameters[i] = layer.own.get(i).data();
    }
    return step;
  }

  /** Lets the step name the rows {@code first} to {@code end} at {@code t}. */
  private void moveTo(CellStep step, int t, int first, int end, boolean going) {
    int row = timeline.start(t) + first;
    step.rows = end - first;
    step.firstRow = first;
    step.gatesAt = row * run.gateCount;
    step.notesAt = row * run.cell.notes(hidden);
    step.nextAt = row * hidden;
    step.previousAt = (going ? timeline.start(before(t)) + first : first) * hidden;
    for (int state = 0; state < run.states.length; state++) {
      step.next[state] = run.fresh[state];
      step.previous[state] = going ? run.states[state] : run.initial.get(state).data();
    }
  }

  private void forward(CellStep step, int t, int first, int end, boolean going) {
    if (first >= end) {
      return;
    }
    moveTo(step, t, first, end, going);
    run.input.gather(run.gates, timeline.start(t) + first, step.rows);
    if (run.cell.recurrentApart()) {
      for (int row = 0; row < step.rows; row++) {
        int at = step.gatesAt + row * run.gateCount;
        System.arraycopy(run.hiddenBias, 0, run.recurrent, at, run.gateCount);
      }
    }
    if (going || !run.zero) {
      KERNELS.multiply(
          step.rows,
          width,
          0,
          run.gateCount,
          step.previous[0],
          step.previousAt / hidden * width,
          width,
          1,
          hiddenPanels,
          run.recurrent,
          step.gatesAt,
          run.gateCount);
    }
    run.cell.forward(step);
    if (projectionPanels != null) {
      project(step, projectionPanels);
    }
    for (int state = 0; state < run.states.length; state++) {
      if (run.zoneout.changes(state)) {
        run.zoneout.mix(
            state,
            projectionPanels != null && state == 0 ? run.states[0] : run.fresh[state],
            step.previous[state],
            step.previousAt / hidden * layer.stateWidth(state),
            run.states[state],
            step.nextAt / hidden * layer.stateWidth(state),
            step.rows * layer.stateWidth(state));
      }
    }
  }

  private void project(CellStep step, Panels panels) {
    int at = step.nextAt / hidden * width;
    Arrays.fill(run.states[0], at, at + step.rows * width, 0f);
    KERNELS.multiply(
        step.rows,
        hidden,
        0,
        width,
        step.next[0],
        step.nextAt,
        hidden,
        1,
        panels,
        run.states[0],
        at,
        width);
  }

  /** Copies the states of the rows that end at {@code t}. */
  private void copyLast(int t, int first, int end) {
    int from = Math.max(first, endingFrom(t));
    int to = Math.min(end, timeline.rows(t));
    if (from >= to) {
      return;
    }
    for (int state = 0; state < run.states.length; state++) {
      int size = layer.stateWidth(state);
      System.arraycopy(
          run.states[state],
          (timeline.start(t) + from) * size,
          run.last().get(state).data(),
          from * size,
          (to - from) * size);
    }
  }

  /** The first of the rows whose walk ends at {@code t}. */
  private int endingFrom(int t) {
    return run.reverse ? (t == 0 ? 0 : timeline.rows(t)) : timeline.rows(t + 1);
  }

  /** Takes the buffers that {@link #backward} needs; once, before any thread begins. */
  void prepareBackward() {
    int batch = timeline.batch();
    outputGradient = run.output().gradient();
    for (int state = 0; state < run.states.length; state++) {
      Tensor initial = run.initial.get(state);
      // A cell gives the gradient of its previous state unasked; it needs some place to put it.
      initialGradients[state] =
          run.tape.wanted(initial)
              ? run.tape.gradientToAdd(initial)
              : run.tape.buffer(batch * layer.stateWidth(state));
      carried[state] = run.tape.buffer(state == 0 ? 0 : batch * hidden);
    }
    for (int i = 0; i < parameterGradients.length; i++) {
      parameterGradients[i] = run.tape.buffer(batch * layer.own.get(i).size());
    }
    freshGradient = run.tape.buffer(projectionPanels == null ? 0 : batch * hidden);
  }

  /** Walks some rows from their last step to their first. */
  void backward(int part, int parts) {
    int first = timeline.boundary(part, parts);
    int end = timeline.boundary(part + 1, parts);
    begin(first, end);
    CellStep step = step();
    step.hiddenGradient = projectionPanels == null ? outputGradient : freshGradient;
    System.arraycopy(carried, 0, step.carriedGradient, 0, carried.length);
    System.arraycopy(parameterGradients, 0, step.parameterGradients, 0, parameterGradients.length);
    for (int i = timeline.steps() - 1; i >= 0; i--) {
      int t = run.reverse ? timeline.steps() - 1 - i : i;
      int going = goingOn(t);
      addLast(t, first, end);
      backward(step, t, first, Math.min(end, going), true);
      backward(step, t, Math.max(first, going), Math.min(end, timeline.rows(t)), false);
    }
  }

  /** What flows into the final states, and zeros where nothing was carried yet. */
  private void begin(int first, int end) {
    for (int state = 1; state < carried.length; state++) {
      Tensor last = run.last().get(state);
      int from = first * hidden;
      if (last.hasGradient()) {
        System.arraycopy(last.gradient(), from, carried[state], from, (end - first) * hidden);
      } else {
        Arrays.fill(carried[state], from, end * hidden, 0f);
      }
    }
    for (int i = 0; i < parameterGradients.length; i++) {
      int size = layer.own.get(i).size();
      Arrays.fill(parameterGradients[i], first * size, end * size, 0f);
    }
  }

  /** What flows into the final output flows into the output of the last step. */
  private void addLast(int t, int first, int end) {
    int from = Math.max(first, endingFrom(t));
    int to = Math.min(end, timeline.rows(t));
    Tensor last = run.last().getFirst();
    if (from < to && last.hasGradient()) {
      KERNELS.add(
          last.gradient(),
          from * width,
          outputGradient,
          (timeline.start(t) + from) * width,
          (to - from) * width);
    }
  }

  private void backward(CellStep step, int t, int first, int end, boolean going) {
    if (first >= end) {
      return;
    }
    moveTo(step, t, first, end, going);
    int outputAt = (timeline.start(t) + first) * width;
    float[] before = going ? outputGradient : initialGradients[0];
    int beforeAt = (going ? timeline.start(before(t)) + first : first) * width;
    step.previousHiddenGradient = before;
    step.previousHiddenGradientAt = beforeAt;
    step.carriedAt = first * hidden;
    step.hiddenGradientAt = outputAt;
    if (run.zoneout.changes(0)) {
      run.zoneout.split(0, outputGradient, outputAt, outputAt, before, beforeAt, step.rows * width);
    }
    if (projectionPanels != null) {
      projectBackward(step, projectionPanels, outputAt);
    }
    run.zoneout.holdBack(step, step.nextAt);
    run.cell.backward(step);
    run.zoneout.giveBack(step, step.nextAt);
    if (going || run.tape.wanted(run.initial.getFirst())) {
      KERNELS.multiply(
          step.rows,
          run.gateCount,
          0,
          width,
          run.recurrent,
          step.gatesAt,
          run.gateCount,
          1,
          hiddenPanels,
          before,
          beforeAt,
          width);
    }
    if (!going) {
      addInitial(step);
    }
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
  private void addInitial(CellStep step) {
    for (int state = 1; state < carried.length; state++) {
      if (run.tape.wanted(run.initial.get(state))) {
        KERNELS.add(
            carried[state],
            step.carriedAt,
            initialGradients[state],
            step.carriedAt,
            step.rows * hidden);
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
