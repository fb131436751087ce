package io.refrain.nn.recurrent;

import io.refrain.kernel.Barrier;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.kernel.ThreadTeam;
import org.jspecify.annotations.Nullable;

/**
 * A walk of a {@link SequenceRun} through time: at each step, the rows present there, first those
 * that go on from the step before, then those that begin.
 *
 * <p>Threads share the rows, each taking some all the way, so that nobody waits for anybody. Where
 * a thread would have too few rows for the weights that it reads at every step, they share the
 * {@linkplain #sharesUnits units} of the layer instead, and meet at every step.
 */
abstract sealed class TimeWalk permits ForwardWalk, BackwardWalk {
  private static final Kernels KERNELS = Kernels.get();

  /** A weight of so many values stays in a core's second-level cache from step to step. */
  static final int RESIDENT_VALUES = 1 << 17;

  /** A thread with so many rows computes longer than it reads weights from beyond that cache. */
  static final int ENOUGH_ROWS = 12;

  final SequenceRun run;
  final RecurrentLayer layer;
  final Timeline timeline;
  final @Nullable Panels projectionPanels;
  final int hidden;
  final int width; // of the output
  final boolean sharesUnits;
  private final Barrier barrier;
  private final float[][] scratch; // [part][gates·hidden], of the tape, which threads cannot ask

  /** What one thread walks: some rows of the batch, or some units of the layer. */
  final class Share {
    final int part;
    final int firstRow;
    final int endRow;
    final int firstUnit;
    final int units;
    final CellStep step;

    Share(int part, int parts) {
      this.part = part;
      int panels = hidden / KERNELS.layout().width();
      firstRow = sharesUnits ? 0 : timeline.boundary(part, parts);
      endRow = sharesUnits ? timeline.batch() : timeline.boundary(part + 1, parts);
      firstUnit = sharesUnits ? unit(panels, part, parts) : 0;
      units = (sharesUnits ? unit(panels, part + 1, parts) : hidden) - firstUnit;
      step = new CellStep(run.cell, units, hidden, hidden, scratch[part]);
      step.gates = run.gates;
      step.recurrent = run.hidden.recurrent();
      step.notes = run.notes;
      for (int i = 0; i < layer.own.size(); i++) {
        step.parameters[i] = layer.own.get(i).data();
      }
    }

    private static int unit(int panels, int part, int parts) {
      return ThreadTeam.boundary(panels, part, parts) * KERNELS.layout().width();
    }

    /** Lets the step name the rows {@code first} to {@code end} at {@code t}. */
    void moveTo(int t, int first, int end, boolean going) {
      int row = timeline.start(t) + first;
      step.rows = end - first;
      step.firstRow = first;
      step.gatesAt = row * run.gateCount + firstUnit;
      step.recurrentAt = row * run.cell.recurrentApart() * hidden + firstUnit;
      step.notesAt = row * run.cell.notes(layer.hidden) + firstUnit;
      step.nextAt = row * hidden + firstUnit;
      step.previousAt = (going ? timeline.start(before(t)) + first : first) * hidden + firstUnit;
      for (int state = 0; state < run.states.length; state++) {
        step.next[state] = run.fresh[state];
        step.previous[state] = going ? run.states[state] : run.initial.get(state).data();
      }
    }
  }

  /** Walks a thread's share. */
  abstract void walk(Share share);

  /** Walks part {@code part} of {@code parts}. */
  final void run(int part, int parts) {
    try {
      walk(new Share(part, parts));
    } catch (RuntimeException | Error e) {
      barrier.fail(e); // or the other threads would wait for this one
      throw e;
    }
  }

  /** Lets threads that share units wait for one another. */
  final void meet(Share share) {
    if (sharesUnits) {
      barrier.arrive(share.part);
    }
  }

  /** Prepares a walk; the weights must be packed for its direction. */
  TimeWalk(SequenceRun run, @Nullable Panels projectionPanels) {
    this.run = run;
    this.projectionPanels = projectionPanels;
    layer = run.layer;
    timeline = run.timeline;
    hidden = layer.hidden;
    width = layer.output;
    int threads = run.tape.team().size();
    sharesUnits = sharesUnits(threads);
    barrier = new Barrier(sharesUnits ? threads : 1);
    scratch = new float[threads][];
    for (int part = 0; part < threads; part++) {
      scratch[part] = run.tape.buffer(run.gateCount);
    }
  }

  private boolean sharesUnits(int threads) {
    int panelWidth = KERNELS.layout().width();
    boolean possible =
        run.cell.unitwise()
            && layer.own.isEmpty()
            && projectionPanels == null
            && !run.zoneout.changesAny()
            && hidden % panelWidth == 0
            && hidden / panelWidth >= threads;
    long rows = timeline.size() / timeline.steps(); // at a step, on average
    return threads > 1
        && possible
        && rows < (long) ENOUGH_ROWS * threads
        && (long) run.gateCount * width > RESIDENT_VALUES;
  }

  /** The step walked before {@code t}; it may lie outside. */
  final int before(int t) {
    return run.reverse ? t + 1 : t - 1;
  }

  /** How many rows of step {@code t} were present at the step walked before. */
  final int goingOn(int t) {
    return Math.min(timeline.rows(t), timeline.rows(before(t)));
  }

  /** The first of the rows whose walk ends at {@code t}. */
  final int endingFrom(int t) {
    return run.reverse ? (t == 0 ? 0 : timeline.rows(t)) : timeline.rows(t + 1);
  }
}
