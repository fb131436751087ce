package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The walk from the first step to the last: gates, states, and what is done to the states. */
final class ForwardWalk extends TimeWalk {
  private static final Kernels KERNELS = Kernels.get();

  /**
   * Prepares a walk.
   *
   * @param hiddenPanels W_hhᵀ packed
   * @param projectionPanels W_hrᵀ packed, where there is one
   */
  ForwardWalk(SequenceRun run, Panels hiddenPanels, @Nullable Panels projectionPanels) {
    super(run, hiddenPanels, projectionPanels);
  }

  @Override
  void walk(Share share) {
    for (int i = 0; i < timeline.steps(); i++) {
      int t = run.reverse ? timeline.steps() - 1 - i : i;
      int going = goingOn(t);
      int present = timeline.rows(t);
      forward(share, t, share.firstRow, Math.min(share.endRow, going), true);
      forward(share, t, Math.max(share.firstRow, going), Math.min(share.endRow, present), false);
      copyLast(share, t);
      meet(share);
    }
  }

  private void forward(Share share, int t, int first, int end, boolean going) {
    if (first >= end) {
      return;
    }
    share.moveTo(t, first, end, going);
    CellStep step = share.step;
    run.input.gather(run.gates, timeline.start(t) + first, step.rows, share.firstUnit, share.units);
    if (run.cell.recurrentApart()) {
      fillHiddenBias(share);
    }
    if (going || !run.zero) {
      multiplyByHiddenWeight(share);
    }
    run.cell.forward(step);
    if (projectionPanels != null) {
      project(step, projectionPanels);
    }
    if (run.zoneout.changesAny()) {
      zoneout(step);
    }
  }

  private void fillHiddenBias(Share share) {
    for (int row = 0; row < share.step.rows; row++) {
      for (int gate = 0; gate < run.cell.gates(); gate++) {
        int from = gate * hidden + share.firstUnit;
        System.arraycopy(
            run.hiddenBias, from, run.recurrent, share.step.gateAt(row, gate), share.units);
      }
    }
  }

  /** recurrent += h · W_hhᵀ; the units of each gate are columns of it. */
  private void multiplyByHiddenWeight(Share share) {
    boolean whole = share.units == hidden;
    int pieces = whole ? 1 : run.cell.gates();
    for (int piece = 0; piece < pieces; piece++) {
      int from = piece * hidden + share.firstUnit;
      KERNELS.multiply(
          share.step.rows,
          width,
          from,
          whole ? run.gateCount : from + share.units,
          share.step.previous[0],
          (share.step.previousAt - share.firstUnit) / hidden * width,
          width,
          1,
          hiddenPanels,
          run.recurrent,
          share.step.gatesAt - share.firstUnit,
          run.gateCount);
    }
  }

  /** Of steps whose shares are rows. */
  private void zoneout(CellStep step) {
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
  private void copyLast(Share share, int t) {
    int end = Math.min(share.endRow, timeline.rows(t));
    for (int row = Math.max(share.firstRow, endingFrom(t)); row < end; row++) {
      for (int state = 0; state < run.states.length; state++) {
        int size = layer.stateWidth(state);
        System.arraycopy(
            run.states[state],
            (timeline.start(t) + row) * size + share.firstUnit,
            run.last().get(state).data(),
            row * size + share.firstUnit,
            sharesUnits ? share.units : size);
      }
    }
  }
}
