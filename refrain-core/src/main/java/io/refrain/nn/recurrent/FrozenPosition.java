package io.refrain.nn.recurrent;

import io.refrain.kernel.Barrier;
import java.util.Arrays;
import java.util.List;

/**
 * Where some sequences, the rows of a batch, stand in one {@link FrozenLayer}. Their states are
 * twice there: a step reads the one and writes the other, so that threads need to meet only once a
 * step.
 */
final class FrozenPosition {
  private final FrozenLayer layer;
  private final float[][][] states; // [turn][state][rows × width]
  private float[] fresh = {}; // [rows × hidden], an output before it is projected
  private FrozenShare[] shares = {};
  private int rows;
  private int turn;

  /** At the beginning of some sequences. */
  FrozenPosition(FrozenLayer layer, int rows) {
    this.layer = layer;
    this.rows = rows;
    states = new float[2][layer.rates.length][];
    for (float[][] ofTurn : states) {
      Arrays.setAll(ofTurn, state -> new float[rows * layer.width(state)]);
    }
  }

  void reset() {
    for (float[] state : states[turn]) {
      Arrays.fill(state, 0f);
    }
  }

  FrozenPosition copy() {
    FrozenPosition copy = new FrozenPosition(layer, rows);
    for (int state = 0; state < layer.rates.length; state++) {
      copy.states[0][state] = states[turn][state].clone();
    }
    return copy;
  }

  /** Goes on with these rows, in this order, each as often as it is named. */
  void select(int... from) {
    for (int state = 0; state < layer.rates.length; state++) {
      int width = layer.width(state);
      float[] old = states[turn][state];
      float[] room = from.length == rows ? states[1 - turn][state] : new float[from.length * width];
      for (int row = 0; row < from.length; row++) {
        System.arraycopy(old, from[row] * width, room, row * width, width);
      }
      states[1 - turn][state] = room;
      states[turn][state] = from.length == rows ? old : new float[room.length];
    }
    rows = from.length;
    turn = 1 - turn;
  }

  /** The outputs of the present step, [rows × output]: the array itself. */
  float[] output() {
    return states[turn][0];
  }

  /** Makes room for a run of so many threads and steps; before any of them begins. */
  void prepare(List<FrozenShare.Cut> cuts, int steps) {
    if (layer.projection != null && fresh.length != rows * layer.hidden) {
      fresh = new float[rows * layer.hidden];
    }
    if (shares.length != cuts.size()) {
      shares = new FrozenShare[cuts.size()];
    }
    for (int part = 0; part < shares.length; part++) {
      if (shares[part] == null || !shares[part].fits(cuts.get(part), steps)) {
        shares[part] = new FrozenShare(layer, cuts.get(part), steps);
      }
    }
  }

  /** A thread's part of what does not depend on the state, of vectors [steps · rows × input]. */
  void begin(int part, float[] x, int xAt, int steps) {
    shares[part].project(x, xAt, steps);
  }

  /** A thread's part of what does not depend on the state, of an index for each row. */
  void begin(int part, int[] indices) {
    shares[part].gather(indices);
  }

  /**
   * Does a thread's part of the step number {@code t} of a run; all threads meet at its end.
   *
   * @param outputs [steps · rows × output] from {@code outputsAt} on; empty where {@link #output}
   *     is read instead
   */
  void step(int part, Barrier barrier, int t, float[] outputs, int outputsAt) {
    FrozenShare share = shares[part];
    float[][] previous = states[(turn + t) & 1];
    float[][] next = states[(turn + t + 1) & 1];
    switch (layer.cell) {
      case StepCell cell -> {
        share.step(cell, t, previous, next, fresh);
        if (layer.projection != null) {
          barrier.arrive(part);
          share.projectOutput(layer.projection, fresh, next[0]);
        }
        share.zoneout(previous, next);
      }
      case ScanCell cell -> share.scan(cell, t, previous[0], next[0]);
    }
    if (outputs.length > 0) {
      share.copyOutput(next[0], outputs, outputsAt + t * rows * layer.output);
    }
    barrier.arrive(part);
  }

  /** Ends a run; after all threads have. */
  void end(int steps) {
    turn = (turn + steps) & 1;
  }
}
