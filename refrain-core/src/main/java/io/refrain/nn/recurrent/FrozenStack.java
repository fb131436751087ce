package io.refrain.nn.recurrent;

import io.refrain.kernel.Barrier;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.SharedReading;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of a stack as they were when it was frozen, laid out for a sequence, or a few side by
 * side, that advance step by step. Immutable, so any number of threads may share it; all that
 * changes is in a {@link State}. Gives the same bits as the stack it was made from, but for a
 * {@link ScanCell} over 1,024 steps and more of few values: the stack then scans blocks of time
 * side by side, which rounds in another order.
 *
 * <p>A sequence by itself is bound by reading the weights, so where they are many, the threads of a
 * team can share its units, each reading from its own core's cache. Several sequences read them
 * once for all: a step of sixteen costs about as much as of three by themselves. Threads then share
 * the units too, or the sequences where more of them find work so. The number of sequences changes
 * no bit of any.
 */
public final class FrozenStack {
  private static final Kernels KERNELS = Kernels.get();
  private static final float[] NONE = {};

  /**
   * Steps whose inputs are multiplied at once: enough of them to compute longer than to read the
   * weights, and few enough that the room for them stays small however long a sequence is.
   */
  private static final int PIECE = 256;

  private final boolean residual;
  private final List<FrozenLayer> layers = new ArrayList<>();
  private final int mostUnitParts; // threads that can share the units of every layer
  private final long weights; // that a step reads
  private final int mostRows; // for which every array can be made

  /**
   * What a sequence carries from step to step, and the room a step needs; or several sequences, the
   * rows of a batch. It belongs to the stack that made it. A single step that fails changes
   * nothing; after a failed run of several the values are those of no step: {@link #reset} it, or
   * go on from a copy made before.
   */
  public static final class State {
    private final FrozenStack stack;
    private final List<FrozenPosition> layers;
    private final float[][] between = {NONE, NONE}; // [steps of a piece · rows × width]
    private final int[] index = new int[1];
    private int rows;
    private float[] sum; // [rows × width], of the layers' outputs, where each adds what it reads
    private float[] last; // [rows × width], of a single step, where they are added
    private Barrier barrier = new Barrier(1);
    private List<FrozenShare.Cut> cuts = List.of();
    private int preparedRows;
    private int preparedSteps;

    private State(FrozenStack stack, List<FrozenPosition> layers, int rows) {
      this.stack = stack;
      this.layers = layers;
      this.rows = rows;
      last = stack.residual ? new float[rows * stack.outputWidth()] : NONE;
      sum = last.clone();
    }

    /** How many sequences these are. */
    public int rows() {
      return rows;
    }

    /**
     * The output of the last layer after the last step, [rows × {@link FrozenStack#outputWidth}]:
     * the array itself, to be read. The next step may write its output into another one, and the
     * step after that into this one again; ask anew after each, and copy what must last.
     */
    public float[] output() {
      return sum.length > 0 ? sum : layers.getLast().output();
    }

    private void prepare(int threads, int steps) {
      boolean fits = cuts.size() == threads && preparedRows == rows && !barrier.failed();
      if (fits && steps <= preparedSteps) {
        return; // as for nearly every token of a text
      }
      if (!fits) {
        cuts = stack.cuts(threads, rows);
        barrier = new Barrier(threads);
      }
      preparedRows = 0; // until all is there
      for (int i = 0; i < layers.size(); i++) {
        layers.get(i).prepare(cuts, steps);
        int values = steps * rows * stack.layers.get(i).output;
        if (i < layers.size() - 1 && between[i & 1].length < values) {
          between[i & 1] = new float[values];
        }
      }
      preparedRows = rows;
      preparedSteps = steps;
    }

    /**
     * Goes on with other rows: row i becomes what row {@code from[i]} was. So sequences leave a
     * batch, change places, or branch.
     *
     * @param from at least one, at most {@link FrozenStack#mostRows}, each from 0 to {@link #rows}
     *     - 1, any of them more than once
     * @throws IllegalArgumentException when it is not so; nothing has changed then
     */
    public void select(int... from) {
      if (from.length == 0) {
        throw new IllegalArgumentException("a state has at least one row: select some");
      }
      if (from.length > stack.mostRows) {
        throw new IllegalArgumentException(
            "a state of this stack has at most %d rows, but %d are selected"
                .formatted(stack.mostRows, from.length));
      }
      Sizes.indices("row", from, rows);
      layers.forEach(layer -> layer.select(from));
      if (stack.residual) {
        int width = stack.outputWidth();
        float[] selected = new float[from.length * width];
        for (int row = 0; row < from.length; row++) {
          System.arraycopy(sum, from[row] * width, selected, row * width, width);
        }
        sum = selected;
        last = from.length == rows ? last : new float[selected.length];
      }
      rows = from.length;
    }

    /** Goes back to the beginning of a sequence. */
    public void reset() {
      layers.forEach(FrozenPosition::reset);
      Arrays.fill(sum, 0f);
    }

    /** A copy that goes its own way. */
    public State copy() {
      State copy = new State(stack, layers.stream().map(FrozenPosition::copy).toList(), rows);
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
    mostUnitParts = this.layers.stream().mapToInt(FrozenLayer::mostParts).min().orElseThrow();
    weights = this.layers.stream().mapToLong(FrozenLayer::weights).sum();
    int widest = this.layers.stream().mapToInt(FrozenLayer::widest).max().orElseThrow();
    mostRows = Integer.MAX_VALUE / widest;
  }

  /** Zeros: the state before a sequence begins; {@link State#select} makes several of it. */
  public State initialState() {
    return new State(this, layers.stream().map(layer -> new FrozenPosition(layer, 1)).toList(), 1);
  }

  /**
   * How many of so many threads make a single step shorter: they must meet once a layer, which pays
   * when each has many weights to read in between, or to multiply with many rows.
   *
   * @param available at least 1
   * @param rows sequences side by side, at least 1
   */
  public int threads(int available, int rows) {
    int most = parts(Sizes.positive("number of threads", available), rows);
    return SharedReading.threads(weights, rows, most);
  }

  /** How many sequences a {@link State} can hold, if memory does. */
  public int mostRows() {
    return mostRows;
  }

  /** Values in an output. */
  public int outputWidth() {
    return layers.getLast().output;
  }

  /**
   * Advances a single sequence by the one-hot vector of an index, in the calling thread alone.
   *
   * @throws IllegalArgumentException as with a team
   */
  public void advance(State state, int index) {
    advance(state, index, null);
  }

  /**
   * Advances a single sequence by the one-hot vector of an index.
   *
   * @param index from 0 to the stack's input size - 1
   * @param team its threads share the work; null for the calling thread alone. Changes no bit.
   * @throws IllegalArgumentException when the index is outside, when this stack reads vectors, or
   *     when the state is of another stack or of several sequences; nothing has changed then
   */
  public void advance(State state, int index, @Nullable ThreadTeam team) {
    state.index[0] = index;
    advance(state, state.index, team);
  }

  /**
   * Advances by one-hot vectors.
   *
   * @param indices one for each row, from 0 to the stack's input size - 1
   * @param team its threads share the work; null for the calling thread alone. Changes no bit.
   * @throws IllegalArgumentException as of a single one
   */
  public void advance(State state, int[] indices, @Nullable ThreadTeam team) {
    require(state, true);
    Sizes.equal("number of indices", state.rows, indices.length);
    int count = layers.getFirst().input;
    for (int index : indices) {
      if (index < 0 || index >= count) {
        throw new IllegalArgumentException(
            "index %d is outside 0 to %d".formatted(index, count - 1));
      }
    }
    runPiece(team, state, indices, NONE, 0, 1, state.last, 0);
  }

  /**
   * Advances by a vector for each row, in the calling thread alone.
   *
   * @throws IllegalArgumentException as with a team
   */
  public void advance(State state, float[] x, int at) {
    advance(state, x, at, null);
  }

  /**
   * Advances by a vector for each row.
   *
   * @param x holds [rows × input] values from {@code at} on
   * @param team its threads share the work; null for the calling thread alone. Changes no bit.
   * @throws IllegalArgumentException when it does not hold that many, when this stack reads
   *     indices, or when the state is of another stack; nothing has changed then
   */
  public void advance(State state, float[] x, int at, @Nullable ThreadTeam team) {
    require(state, false);
    int values = state.rows * layers.getFirst().input;
    if (at < 0 || at > x.length - values) {
      throw new IllegalArgumentException(
          "the array must hold %s of %d values from %d on, but its length is %d"
              .formatted(
                  state.rows == 1 ? "a vector" : state.rows + " vectors",
                  layers.getFirst().input,
                  at,
                  x.length));
    }
    runPiece(team, state, null, x, at, 1, state.last, 0);
  }

  /**
   * Advances a single sequence by many vectors. The room for it is bounded, however long it is.
   *
   * @param team its threads share the work. Changes no bit.
   * @param x [steps × input], row-major
   * @param outputs [steps × output], becomes the last layer's output at every step
   * @throws IllegalArgumentException when the lengths do not fit, when this stack reads indices, or
   *     when the state is of another stack or of several sequences; nothing has changed then
   */
  public void run(ThreadTeam team, State state, float[] x, float[] outputs) {
    require(state, false);
    Sizes.equal("number of sequences", 1, state.rows);
    int input = layers.getFirst().input;
    int steps = x.length / input;
    Sizes.equal("number of input values", steps * input, x.length);
    Sizes.equal("number of output values", Tensor.size(steps, outputWidth()), outputs.length);
    for (int first = 0; first < steps; first += PIECE) {
      int length = Math.min(PIECE, steps - first);
      runPiece(team, state, null, x, first * input, length, outputs, first * outputWidth());
    }
  }

  private void require(State state, boolean indices) {
    if (state.stack != this) {
      throw new IllegalArgumentException(
          "this state is of another stack: advance it with the one whose initialState() made it");
    }
    if (indices != layers.getFirst().readsIndices()) {
      throw new IllegalArgumentException(
          indices
              ? "this stack reads vectors: pass a float[], or build it with withIndexedInput()"
              : "this stack reads indices: pass an int, or build it without withIndexedInput()");
    }
  }

  private void runPiece(
      @Nullable ThreadTeam team,
      State state,
      int @Nullable [] indices,
      float[] x,
      int at,
      int steps,
      float[] outputs,
      int outputsAt) {
    int parts = team == null ? 1 : parts(team.size(), state.rows);
    state.prepare(parts, steps);
    if (team == null || parts == 1) {
      runPart(state, 0, parts, indices, x, at, steps, outputs, outputsAt);
    } else {
      team.run((part, all) -> {
        if (part < parts) {
          runPart(state, part, parts, indices, x, at, steps, outputs, outputsAt);
        }
      });
    }
    for (FrozenPosition position : state.layers) {
      position.end(steps);
    }
    if (residual) {
      int last = outputsAt + (steps - 1) * outputWidth(); // of several steps, where rows are one
      System.arraycopy(outputs, last, state.sum, 0, state.sum.length);
    }
  }

  /** How many of so many threads can share a step: its units, or its rows where that is more. */
  private int parts(int threads, int rows) {
    return Math.min(threads, Math.max(mostUnitParts, rows));
  }

  private List<FrozenShare.Cut> cuts(int threads, int rows) {
    boolean units = threads <= mostUnitParts;
    List<FrozenShare.Cut> cuts = new ArrayList<>();
    for (int part = 0; part < threads; part++) {
      int row = ThreadTeam.boundary(rows, part, threads);
      int end = ThreadTeam.boundary(rows, part + 1, threads);
      cuts.add(
          units
              ? new FrozenShare.Cut(0, rows, part, threads)
              : new FrozenShare.Cut(row, end - row, 0, 1));
    }
    return cuts;
  }

  private void runPart(
      State state,
      int part,
      int parts,
      int @Nullable [] indices,
      float[] x,
      int at,
      int steps,
      float[] outputs,
      int outputsAt) {
    try {
      float[] below = x;
      for (int i = 0; i < layers.size(); i++) {
        FrozenPosition position = state.layers.get(i);
        boolean top = i == layers.size() - 1;
        float[] above = top ? outputs : state.between[i & 1];
        int aboveAt = top ? outputsAt : 0;
        if (i == 0 && indices != null) {
          position.begin(part, indices);
        } else {
          position.begin(part, below, i == 0 ? at : 0, steps);
        }
        for (int t = 0; t < steps; t++) {
          position.step(part, state.barrier, t, above, aboveAt);
        }
        if (residual && i > 0) {
          addPart(below, above, aboveAt, steps * state.last.length, part, parts);
          state.barrier.arrive(part);
        }
        below = above;
      }
    } catch (RuntimeException | Error e) {
      state.barrier.fail(e);
      throw e;
    }
  }

  private static void addPart(float[] x, float[] sum, int sumAt, int size, int part, int parts) {
    int from = ThreadTeam.boundary(size, part, parts);
    int to = ThreadTeam.boundary(size, part + 1, parts);
    KERNELS.add(x, from, sum, sumAt + from, to - from);
  }
}
