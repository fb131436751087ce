package io.refrain.nn.recurrent;

import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * Recurrent layers one above the other, as {@code torch.nn.RNN}: the same parameter names and
 * shapes ({@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0}, {@code bias_hh_l0}, …),
 * every one drawn uniformly from ±1/√hidden.
 *
 * <p>The input is a tensor of vectors, or the indices of one-hot vectors: choose with {@link
 * Options#indexed}.
 */
public final class RecurrentStack implements Module {
  private final Options options;
  private final List<RecurrentLayer> layers = new ArrayList<>();

  /**
   * The shape of a stack.
   *
   * @param cell its equations
   * @param input values in an input vector, or how many indices there are
   * @param hidden values in a hidden state
   * @param layers how many
   * @param batchFirst whether sequences are [batch, steps, …] rather than [steps, batch, …]
   * @param indexed whether the input is indices that stand for one-hot vectors
   */
  public record Options(
      Cell cell, int input, int hidden, int layers, boolean batchFirst, boolean indexed) {

    /** Checks the sizes. */
    public Options {
      Sizes.positive("input size", input);
      Sizes.positive("hidden size", hidden);
      Sizes.positive("number of layers", layers);
    }

    /** One layer, time first, fed with vectors: PyTorch's defaults. */
    public static Options of(Cell cell, int input, int hidden) {
      return new Options(cell, input, hidden, 1, false, false);
    }

    /** The same with another number of layers. */
    public Options withLayers(int layers) {
      return new Options(cell, input, hidden, layers, batchFirst, indexed);
    }

    /** The same with [batch, steps, …] sequences. */
    public Options withBatchFirst() {
      return new Options(cell, input, hidden, layers, true, indexed);
    }

    /** The same fed with indices. */
    public Options withIndexedInput() {
      return new Options(cell, input, hidden, layers, batchFirst, true);
    }
  }

  /**
   * What a pass gives.
   *
   * @param output the last layer's hidden state at every step, [steps, batch, hidden] or batch
   *     first
   * @param state every layer's state after the last step
   */
  public record Output(Tensor output, RecurrentState state) {}

  /**
   * Creates a stack with PyTorch's initial distribution.
   *
   * @param random draws the weights
   */
  public RecurrentStack(Options options, RandomGenerator random) {
    this.options = options;
    for (int i = 0; i < options.layers(); i++) {
      layers.add(
          new RecurrentLayer(
              options.cell(),
              i == 0 ? options.input() : options.hidden(),
              options.hidden(),
              i == 0 && options.indexed(),
              random));
    }
  }

  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      RecurrentLayer layer = layers.get(i);
      parameters.put("weight_ih_l" + i, layer.weightInput);
      parameters.put("weight_hh_l" + i, layer.weightHidden);
      parameters.put("bias_ih_l" + i, layer.biasInput);
      parameters.put("bias_hh_l" + i, layer.biasHidden);
    }
    return parameters;
  }

  /** The shape it was made with. */
  public Options options() {
    return options;
  }

  /** Zeros: the state before a sequence begins. */
  public RecurrentState initialState(int batch) {
    return RecurrentState.zeros(options.layers(), options.cell().states(), batch, options.hidden());
  }

  /**
   * Runs over a batch of sequences of vectors.
   *
   * @param x [steps, batch, input], or [batch, steps, input] when batch first
   * @param state the state before the first step
   */
  public Output forward(Tape tape, Tensor x, RecurrentState state) {
    if (options.indexed()) {
      throw new IllegalArgumentException(
          "this stack reads indices: pass an int[], or build it without withIndexedInput()");
    }
    if (x.rank() != 3 || x.length(2) != options.input()) {
      throw new IllegalArgumentException(
          "input must have the shape [%s, %d], but is %s"
              .formatted(
                  options.batchFirst() ? "batch, steps" : "steps, batch", options.input(), x));
    }
    Tensor timeFirst = options.batchFirst() ? BatchTime.exchange(tape, x) : x;
    return run(tape, new SequenceInput.Dense(timeFirst), state);
  }

  /**
   * Runs over a batch of sequences of indices.
   *
   * @param indices [steps × batch] row-major, or [batch × steps] when batch first
   * @param state the state before the first step
   */
  public Output forward(Tape tape, int[] indices, int steps, int batch, RecurrentState state) {
    if (!options.indexed()) {
      throw new IllegalArgumentException(
          "this stack reads vectors: pass a tensor, or build it with withIndexedInput()");
    }
    Sizes.equal("number of indices", Tensor.size(steps, batch), indices.length);
    Sizes.indices("index", indices, options.input());
    int[] timeFirst = options.batchFirst() ? BatchTime.exchange(indices, batch, steps) : indices;
    return run(tape, new SequenceInput.Indices(timeFirst, steps, batch), state);
  }

  /** The weights as they are now, for sequences that advance step by step. */
  public FrozenStack freeze() {
    return new FrozenStack(options, layers);
  }

  private Output run(Tape tape, SequenceInput input, RecurrentState state) {
    Sizes.positive("number of steps", input.steps());
    Sizes.positive("batch size", input.batch());
    check(state, input.batch());
    List<List<Tensor>> finalStates = new ArrayList<>();
    SequenceInput x = input;
    Tensor output = null;
    for (int i = 0; i < layers.size(); i++) {
      SequenceRun run = layers.get(i).forward(tape, x, state.layer(i), state.isZero());
      finalStates.add(run.last());
      output = run.output();
      x = new SequenceInput.Dense(output);
    }
    Tensor result = java.util.Objects.requireNonNull(output);
    return new Output(
        options.batchFirst() ? BatchTime.exchange(tape, result) : result,
        RecurrentState.of(finalStates));
  }

  private void check(RecurrentState state, int batch) {
    Sizes.equal("number of layers in the state", options.layers(), state.layers());
    for (int layer = 0; layer < state.layers(); layer++) {
      Sizes.equal(
          "number of states of a layer", options.cell().states(), state.layer(layer).size());
      for (Tensor tensor : state.layer(layer)) {
        if (tensor.rank() != 2
            || tensor.length(0) != batch
            || tensor.length(1) != options.hidden()) {
          throw new IllegalArgumentException(
              "state of layer %d must have the shape [%d, %d], but is %s"
                  .formatted(layer, batch, options.hidden(), tensor));
        }
      }
    }
  }
}
