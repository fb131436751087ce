package io.refrain.nn.recurrent;

import io.refrain.kernel.Barrier;
import java.util.Arrays;

/**
 * Where a sequence stands in one {@link FrozenLayer}. Its states are twice there: a step reads the
 * one and writes the other, so that threads need to meet only once a step.
 */
final class FrozenPosition {
  private final FrozenLayer layer;
  private final float[][][] states = new float[2][][]; // [turn][state][width]
  private final float[] fresh; // [hidden], an output before it is projected
  private FrozenShare[] shares = {};
  private int turn;

  /** At the beginning of a sequence. */
  FrozenPosition(FrozenLayer layer) {
    this.layer = layer;
    fresh = new float[layer.projection == null ? 0 : layer.hidden];
    for (int i = 0; i < 2; i++) {
      states[i] = new float[layer.rates.length][];
      for (int state = 0; state < layer.rates.length; state++) {
        states[i][state] = new float[state == 0 ? layer.output : layer.hidden];
      }
    }
  }

  void reset() {
    for (float[] state : states[turn]) {
      Arrays.fill(state, 0f);
    }
  }

  FrozenPosition copy() {
    FrozenPosition copy = new FrozenPosition(layer);
    for (int state = 0; state < layer.rates.length; state++) {
      copy.states[0][state] = states[turn][state].clone();
    }
    return copy;
  }

  /** The output of the present step: the array itself. */
  float[] output() {
    return states[turn][0];
  }

  /** Makes room for a run of so many threads and steps; before any of them begins. */
  void prepare(int parts, int steps) {
    if (shares.length != parts || !shares[0].hasRoomFor(steps)) {
      shares = new FrozenShare[parts];
      for (int part = 0; part < parts; part++) {
        shares[part] = new FrozenShare(layer, part, parts, steps);
      }
    }
  }

  /** A thread's part of all that does not depend on the state, of vectors [steps × input]. */
  void begin(int part, float[] x, int xAt, int steps) {
    shares[part].project(x, xAt, steps);
  }

  /** A thread's part of all that does not depend on the state, of indices. */
  void begin(int part, int[] indices) {
    shares[part].gather(indices);
  }

  /**
   * Does a thread's part of the step number {@code t} of a run; all threads meet at its end.
   *
   * @param outputs [steps × output] from {@code outputsAt} on
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
          share.projectOutput(layer.projection, fresh, next[0], part);
        }
        share.zoneout(previous, next, part);
      }
      case ScanCell cell -> share.scan(cell, t, previous[0], next[0]);
    }
    share.copyOutput(next[0], outputs, outputsAt + t * layer.output, part);
    barrier.arrive(part);
  }

  /** Ends a run; after all threads have. */
  void end(int steps) {
    turn = (turn + steps) & 1;
  }
}
