package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of a stack as they were when it was frozen, laid out for one sequence that advances
 * step by step. Immutable, so any number of threads may share it; all that changes is in a {@link
 * State}. Gives the same bits as the stack it was made from, but for a {@link ScanCell} over 1,024
 * steps and more of few values: the stack then scans blocks of time side by side, which rounds in
 * another order.
 */
public final class FrozenStack {
  private static final Kernels KERNELS = Kernels.get();

  private final boolean residual;
  private final List<FrozenLayer> layers = new ArrayList<>();

  /** What one sequence carries from step to step, and the room a step needs. */
  public static final class State {
    private final List<FrozenLayer.Position> layers;
    private final float[] sum; // of the layers' outputs, where each adds what it reads

    private State(List<FrozenLayer.Position> layers, boolean residual) {
      this.layers = layers;
      sum = residual ? new float[layers.getLast().output().length] : new float[0];
    }

    /** The output of the last layer: the array of the present step. */
    public float[] output() {
      return sum.length > 0 ? sum : layers.getLast().output();
    }

    /** A copy that goes its own way. */
    public State copy() {
      State copy =
          new State(layers.stream().map(FrozenLayer.Position::copy).toList(), sum.length > 0);
      System.arraycopy(sum, 0, copy.sum, 0, sum.length);
      return copy;
    }
  }

  FrozenStack(StackOptions options, List<RecurrentLayer> layers) {
    if (options.bidirectional()) {
      throw new IllegalStateException(
          "a stack of both directions needs the end of a sequence before its beginning: it cannot"
              + " advance step by step; use forward, or build it without withBothDirections()");
    }
    residual = options.residual();
    for (int i = 0; i < layers.size(); i++) {
      boolean indexed = i == 0 && options.indexed();
      this.layers.add(new FrozenLayer(layers.get(i), indexed, options.regularization()));
    }
  }

  /** Zeros: the state before a sequence begins. */
  public State initialState() {
    List<FrozenLayer.Position> states = new ArrayList<>();
    layers.forEach(layer -> states.add(layer.new Position()));
    return new State(states, residual);
  }

  /** Advances by the one-hot vector of an index, which the caller has checked. */
  public void advance(State state, int index) {
    state.layers.getFirst().advance(index);
    advanceUpper(state);
  }

  /** Advances by a vector at {@code at} in {@code x}. */
  public void advance(State state, float[] x, int at) {
    state.layers.getFirst().advance(x, at);
    advanceUpper(state);
  }

  private void advanceUpper(State state) {
    float[] below = state.layers.getFirst().output();
    int width = below.length;
    if (residual) {
      System.arraycopy(below, 0, state.sum, 0, width);
    }
    for (FrozenLayer.Position layer : state.layers.subList(1, state.layers.size())) {
      layer.advance(residual ? state.sum : below, 0);
      below = layer.output();
      if (residual) {
        KERNELS.add(below, 0, state.sum, 0, width);
      }
    }
  }
}
