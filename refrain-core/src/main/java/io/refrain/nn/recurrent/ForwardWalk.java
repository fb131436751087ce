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
   * @param projectionPanels W_hrᵀ packed, where there is one
   */
  ForwardWalk(SequenceRun run, @Nullable Panels projectionPanels) {
    super(run, projectionPanels);
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
    run.hidden.begin(timeline.start(t) + first, step.rows, share.firstUnit, share.units);
    if (going || !run.zero) {
      run.hidden.add(
          timeline.start(t) + first,
          step.rows,
          step.previous[0],
          (step.previousAt - share.firstUnit) / hidden * width,
          share.firstUnit,
          share.units);
    }
    run.cell.forward(step);
    if (projectionPanels != null) {
      project(step, projectionPanels);
    }
    if (run.zoneout.changesAny()) {
      zoneout(step);
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
