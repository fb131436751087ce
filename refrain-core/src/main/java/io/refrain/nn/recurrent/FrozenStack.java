package io.refrain.nn.recurrent;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The weights of a stack as they were when it was frozen, laid out for one sequence that advances
 * step by step. Immutable, so any number of threads may share it; all that changes is in a {@link
 * State}. Gives the same bits as the stack it was made from.
 */
public final class FrozenStack {
  private static final Kernels KERNELS = Kernels.get();

  private final Cell cell;
  private final int hidden;
  private final int gates;
  private final List<Layer> layers = new ArrayList<>();

  /**
   * One layer.
   *
   * @param input what it reads
   * @param hidden W_hhᵀ packed
   */
  private record Layer(Input input, Panels hidden) {}

  /** What a layer reads. */
  private sealed interface Input {
    /**
     * Indices.
     *
     * @param columns of W_ih, with the biases added
     */
    record Table(float[] columns) implements Input {}

    /**
     * Vectors.
     *
     * @param size values in a vector
     * @param weight W_ihᵀ packed
     * @param bias b_ih + b_hh
     */
    record Dense(int size, Panels weight, float[] bias) implements Input {}
  }

  /** What one sequence carries from step to step, and the room a step needs. */
  public static final class State {
    private final float[] gates;
    private final float[][][] current; // [layer][state][hidden]
    private final float[][][] next;
    private final CellStep step;

    private State(int layers, int states, int hidden, int gates) {
      this.gates = new float[gates];
      current = new float[layers][states][hidden];
      next = new float[layers][states][hidden];
      step = new CellStep(1, hidden, states, this.gates);
    }

    /** The hidden state of the last layer: the array of the present step. */
    public float[] output() {
      return current[current.length - 1][0];
    }

    /** A copy that goes its own way. */
    public State copy() {
      State copy = new State(current.length, current[0].length, current[0][0].length, gates.length);
      for (int layer = 0; layer < current.length; layer++) {
        for (int state = 0; state < current[layer].length; state++) {
          copy.current[layer][state] = current[layer][state].clone();
        }
      }
      return copy;
    }
  }

  FrozenStack(RecurrentStack.Options options, List<RecurrentLayer> layers) {
    cell = options.cell();
    hidden = options.hidden();
    gates = cell.gates() * hidden;
    for (int i = 0; i < layers.size(); i++) {
      this.layers.add(freeze(layers.get(i), i == 0 && options.indexed()));
    }
  }

  private Layer freeze(RecurrentLayer layer, boolean table) {
    float[] bias = new float[gates];
    KERNELS.sum(layer.biasInput.data(), 0, layer.biasHidden.data(), 0, bias, 0, gates);
    float[] weight = layer.weightInput.data();
    Input input =
        table
            ? new Input.Table(tableOf(weight, layer.input, bias))
            : new Input.Dense(layer.input, packTransposed(weight, gates, layer.input), bias);
    return new Layer(input, packTransposed(layer.weightHidden.data(), gates, hidden));
  }

  private float[] tableOf(float[] weight, int indices, float[] bias) {
    float[] columns = new float[Tensor.size(indices, gates)];
    for (int index = 0; index < indices; index++) {
      int at = index * gates;
      KERNELS.sum(bias, 0, weight, at, columns, at, gates);
    }
    return columns;
  }

  /** The weight [out, in] packed as the right operand of x · Wᵀ. */
  private static Panels packTransposed(float[] weight, int out, int in) {
    return MatrixProduct.pack(Matrix.of(weight, out, in).transpose());
  }

  /** Zeros: the state before a sequence begins. */
  public State initialState() {
    return new State(layers.size(), cell.states(), hidden, gates);
  }

  /** Advances by the one-hot vector of an index, which the caller has checked. */
  public void advance(State state, int index) {
    if (!(layers.getFirst().input() instanceof Input.Table(float[] columns))) {
      throw new IllegalStateException("this stack reads vectors");
    }
    System.arraycopy(columns, index * gates, state.gates, 0, gates);
    step(state, 0);
    advanceUpper(state);
  }

  /** Advances by a vector at {@code at} in {@code x}. */
  public void advance(State state, float[] x, int at) {
    project(state, layers.getFirst(), x, at);
    step(state, 0);
    advanceUpper(state);
  }

  private void advanceUpper(State state) {
    for (int layer = 1; layer < layers.size(); layer++) {
      project(state, layers.get(layer), state.current[layer - 1][0], 0);
      step(state, layer);
    }
  }

  private void project(State state, Layer layer, float[] x, int at) {
    if (!(layer.input() instanceof Input.Dense(int size, Panels weight, float[] bias))) {
      throw new IllegalStateException("this stack reads indices");
    }
    System.arraycopy(bias, 0, state.gates, 0, gates);
    multiply(x, at, size, weight, state.gates);
  }

  private void step(State state, int index) {
    CellStep step = state.step;
    float[][] current = state.current[index];
    float[][] next = state.next[index];
    multiply(current[0], 0, hidden, layers.get(index).hidden(), state.gates);
    System.arraycopy(current, 0, step.previous, 0, current.length);
    System.arraycopy(next, 0, step.next, 0, next.length);
    cell.forward(step);
    state.current[index] = next;
    state.next[index] = current;
  }

  private void multiply(float[] x, int at, int k, Panels weight, float[] result) {
    KERNELS.multiply(1, k, 0, gates, x, at, k, 1, weight, result, 0, gates);
  }
}
