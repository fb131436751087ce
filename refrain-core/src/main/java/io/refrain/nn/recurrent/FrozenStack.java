package io.refrain.nn.recurrent;

import io.refrain.kernel.Barrier;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Sizes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a stack as they were when it was frozen, laid out for one sequence that advances
 * step by step. Immutable, so any number of threads may share it; all that changes is in a {@link
 * State}. Gives the same bits as the stack it was made from, but for a {@link ScanCell} over 1,024
 * steps and more of few values: the stack then scans blocks of time side by side, which rounds in
 * another order.
 *
 * <p>A sequence by itself is bound by reading the weights, so where they are many, the threads of a
 * team can share its units, each reading from its own core's cache.
 */
public final class FrozenStack {
  private static final Kernels KERNELS = Kernels.get();
  private static final float[] NONE = {};

  /** Takes some microseconds to read, against the fraction of one that a meeting takes. */
  private static final long WEIGHTS_OF_A_THREAD = 1 << 17;

  private final boolean residual;
  private final List<FrozenLayer> layers = new ArrayList<>();

  /** What one sequence carries from step to step, and the room a step needs. */
  public static final class State {
    private final List<FrozenPosition> layers;
    private final float[] sum; // of the layers' outputs, where each adds what it reads
    private final float[][] between = {NONE, NONE}; // [steps × width] from layer to layer
    private final float[] last; // [width] of a single step
    private final int[] index = new int[1];
    private Barrier barrier = new Barrier(1);
    private int parts = 1;

    private State(List<FrozenPosition> layers, boolean residual) {
      this.layers = layers;
      last = new float[layers.getLast().output().length];
      sum = residual ? new float[layers.getLast().output().length] : NONE;
    }

    /** The output of the last layer: the array of the present step. */
    public float[] output() {
      return sum.length > 0 ? sum : layers.getLast().output();
    }

    private void prepare(FrozenStack stack, int threads, int steps) {
      if (parts != threads || barrier.failed()) {
        parts = threads;
        barrier = new Barrier(threads);
      }
      for (int i = 0; i < layers.size(); i++) {
        layers.get(i).prepare(threads, steps);
        int values = steps * stack.layers.get(i).output;
        if (i < layers.size() - 1 && between[i & 1].length < values) {
          between[i & 1] = new float[values];
        }
      }
    }

    /** Goes back to the beginning of a sequence. */
    public void reset() {
      layers.forEach(FrozenPosition::reset);
      Arrays.fill(sum, 0f);
    }

    /** A copy that goes its own way. */
    public State copy() {
      State copy = new State(layers.stream().map(FrozenPosition::copy).toList(), sum.length > 0);
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
    return new State(layers.stream().map(FrozenPosition::new).toList(), residual);
  }

  /**
   * How many of so many threads make a single step shorter: they must meet once a layer, which pays
   * when each has many weights to read in between.
   */
  public int threads(int available) {
    long weights = 0;
    int threads = available;
    for (FrozenLayer layer : layers) {
      weights += layer.weights();
      threads = Math.min(threads, layer.parts(available));
    }
    return Math.clamp(weights / WEIGHTS_OF_A_THREAD, 1, threads);
  }

  /** Values in an output. */
  public int outputWidth() {
    return layers.getLast().output;
  }

  /** Advances by the one-hot vector of an index, which the caller has checked. */
  public void advance(State state, int index) {
    advance(state, index, null);
  }

  /**
   * Advances by the one-hot vector of an index, which the caller has checked.
   *
   * @param team its threads share the work; null for the calling thread alone
   */
  public void advance(State state, int index, @Nullable ThreadTeam team) {
    state.index[0] = index;
    run(team, state, state.index, NONE, 0, 1, state.last);
  }

  /** Advances by a vector at {@code at} in {@code x}. */
  public void advance(State state, float[] x, int at) {
    advance(state, x, at, null);
  }

  /**
   * Advances by a vector at {@code at} in {@code x}.
   *
   * @param team its threads share the work; null for the calling thread alone
   */
  public void advance(State state, float[] x, int at, @Nullable ThreadTeam team) {
    run(team, state, null, x, at, 1, state.last);
  }

  /**
   * Advances by a sequence of vectors.
   *
   * @param team its threads share the work
   * @param x [steps × input], row-major
   * @param outputs [steps × output], becomes the last layer's output at every step
   */
  public void run(ThreadTeam team, State state, float[] x, float[] outputs) {
    FrozenLayer first = layers.getFirst();
    int steps = x.length / first.input;
    Sizes.equal("number of input values", steps * first.input, x.length);
    Sizes.equal("number of output values", steps * outputWidth(), outputs.length);
    if (steps > 0) {
      run(team, state, null, x, 0, steps, outputs);
    }
  }

  private void run(
      @Nullable ThreadTeam team,
      State state,
      int @Nullable [] indices,
      float[] x,
      int at,
      int steps,
      float[] outputs) {
    if ((indices != null) != layers.getFirst().readsIndices()) {
      throw new IllegalStateException(
          "this stack reads " + (indices == null ? "indices" : "vectors"));
    }
    int threads = team == null ? 1 : team.size();
    int parts = threads;
    for (FrozenLayer layer : layers) {
      parts = Math.min(parts, layer.parts(threads));
    }
    state.prepare(this, parts, steps);
    int sharing = parts;
    if (team == null || parts == 1) {
      runPart(state, 0, sharing, indices, x, at, steps, outputs);
    } else {
      team.run((part, all) -> {
        if (part < sharing) {
          runPart(state, part, sharing, indices, x, at, steps, outputs);
        }
      });
    }
    for (FrozenPosition position : state.layers) {
      position.end(steps);
    }
    if (residual) {
      System.arraycopy(outputs, (steps - 1) * outputWidth(), state.sum, 0, outputWidth());
    }
  }

  private void runPart(
      State state,
      int part,
      int parts,
      int @Nullable [] indices,
      float[] x,
      int at,
      int steps,
      float[] outputs) {
    try {
      float[] below = x;
      for (int i = 0; i < layers.size(); i++) {
        FrozenPosition position = state.layers.get(i);
        float[] above = i == layers.size() - 1 ? outputs : state.between[i & 1];
        if (i == 0 && indices != null) {
          position.begin(part, indices);
        } else {
          position.begin(part, below, i == 0 ? at : 0, steps);
        }
        for (int t = 0; t < steps; t++) {
          position.step(part, state.barrier, t, above);
        }
        if (residual && i > 0) {
          int size = steps * outputWidth();
          int from = ThreadTeam.boundary(size, part, parts);
          int to = ThreadTeam.boundary(size, part + 1, parts);
          KERNELS.add(below, from, above, from, to - from);
          state.barrier.arrive(part);
        }
        below = above;
      }
    } catch (RuntimeException | Error e) {
      state.barrier.fail(e);
      throw e;
    }
  }
}
