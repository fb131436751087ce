package io.refrain.nn.recurrent;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A stack, its input, its state, and a loss: a weighted sum over its output and its final states,
 * so that the weights are what flows backwards. Padding holds NaN and indices that do not exist.
 */
final class StackProblem {
  final TestedCell cell;
  final StackOptions options;
  final int steps;
  final int batch;
  final int @Nullable [] lengths;
  final RecurrentStack stack;
  final Tensor x;
  final int[] indices;

  /** The initial states, or null for those of {@link RecurrentStack#initialState}. */
  final @Nullable List<List<Tensor>> states;

  final float[] outputWeights;
  final List<List<float[]>> stateWeights = new ArrayList<>();

  /** What may be different from PyTorch's defaults. */
  enum Option {
    BATCH_FIRST,
    INDEXED,
    STATE_GIVEN,
    BOTH_DIRECTIONS,
    RESIDUAL,
    WITHOUT_BIAS,
    RAGGED,
    PROJECTED,
    WIDTHS,
    ZONEOUT
  }

  /** The size of a problem. */
  record Shape(int layers, int steps, int batch, int input, int hidden) {}

  StackProblem(TestedCell cell, Shape shape, Set<Option> set, RandomGenerator random) {
    this(cell, shape, set, Regularization.NONE, random);
  }

  StackProblem(
      TestedCell cell,
      Shape shape,
      Set<Option> set,
      Regularization regularization,
      RandomGenerator random) {
    this.cell = cell;
    steps = shape.steps;
    batch = shape.batch;
    options = options(cell, shape, set, regularization);
    stack = new RecurrentStack(options, random);
    // The cell's own parameters begin as ones and zeros, which would hide mistakes.
    cell.cell
        .parameters()
        .forEach(own ->
            stack
                .parameters()
                .forEach((name, parameter) -> {
                  if (name.startsWith(own.name() + "_l")) {
                    parameter.uniform(1, random);
                  }
                }));
    lengths = set.contains(Option.RAGGED) ? random.ints(batch, 1, steps + 1).toArray() : null;
    indices = random.ints((long) steps * batch, 0, shape.input).toArray();
    int outer = options.batchFirst() ? batch : steps;
    x =
        Tensor.variable(
            GradientCheck.values(random, steps * batch * shape.input),
            outer,
            steps * batch / outer,
            shape.input);
    soilPadding();
    outputWeights = GradientCheck.values(random, steps * batch * outputWidth());
    states = set.contains(Option.STATE_GIVEN) ? new ArrayList<>() : null;
    for (int index = 0; index < options.layers() * options.directions(); index++) {
      List<Tensor> tensors = new ArrayList<>();
      List<float[]> weights = new ArrayList<>();
      for (int state = 0; state < options.states(); state++) {
        int width = options.stateWidth(index / options.directions(), state);
        weights.add(GradientCheck.values(random, batch * width));
        tensors.add(Tensor.variable(GradientCheck.values(random, batch * width), batch, width));
      }
      stateWeights.add(weights);
      if (states != null) {
        states.add(tensors);
      }
    }
  }

  private static StackOptions options(
      TestedCell cell, Shape shape, Set<Option> set, Regularization regularization) {
    StackOptions options =
        StackOptions.of(cell.cell, shape.input, shape.hidden).withLayers(shape.layers);
    boolean projected = set.contains(Option.PROJECTED) && cell.projectable() && shape.hidden > 1;
    if (set.contains(Option.WIDTHS) && (projected || !set.contains(Option.RESIDUAL))) {
      List<Integer> widths = new ArrayList<>();
      for (int layer = 0; layer < shape.layers; layer++) {
        widths.add(shape.hidden + layer * 3 % 5);
      }
      options = options.withHidden(widths);
    }
    options = projected ? options.withProjection((shape.hidden + 1) / 2) : options;
    options = set.contains(Option.BATCH_FIRST) ? options.withBatchFirst() : options;
    options = set.contains(Option.INDEXED) ? options.withIndexedInput() : options;
    options = set.contains(Option.BOTH_DIRECTIONS) ? options.withBothDirections() : options;
    options = set.contains(Option.RESIDUAL) ? options.withResidual() : options;
    options =
        set.contains(Option.WITHOUT_BIAS) && cell.cell.biased() ? options.withoutBias() : options;
    return options.with(
        set.contains(Option.ZONEOUT)
            ? new Regularization(0, false, 0, 0.375, cell.hasCellState() ? 0.125 : 0)
            : regularization);
  }

  /** Makes whatever looks at padding fail. */
  private void soilPadding() {
    int input = options.input();
    for (int row = 0; lengths != null && row < batch; row++) {
      for (int t = lengths[row]; t < steps; t++) {
        indices[place(t, row)] = -1;
        java.util.Arrays.fill(
            x.data(), place(t, row) * input, (place(t, row) + 1) * input, Float.NaN);
      }
    }
  }

  /** Where step {@code t} of a sequence stands in the batch, counted in vectors. */
  int place(int t, int row) {
    return options.batchFirst() ? row * steps + t : t * batch + row;
  }

  /** Values in an output at one step. */
  int outputWidth() {
    return options.directions() * options.outputWidth(options.layers() - 1);
  }

  Sequences sequences() {
    Sequences sequences =
        options.indexed()
            ? Sequences.of(
                indices, options.batchFirst() ? batch : steps, options.batchFirst() ? steps : batch)
            : Sequences.of(x);
    return lengths == null ? sequences : sequences.withLengths(lengths);
  }

  RecurrentState state() {
    return states == null ? stack.initialState(batch) : RecurrentState.of(states);
  }

  RecurrentStack.Output run(Tape tape, @Nullable RandomGenerator random) {
    return random == null
        ? stack.forward(tape, sequences(), state())
        : stack.forward(tape, sequences(), state(), random);
  }

  /** The loss on a tape. */
  Tensor loss(Tape tape, RecurrentStack.Output output) {
    Tensor loss = GradientCheck.weightedSum(tape, output.output(), outputWeights);
    for (int index = 0; index < stateWeights.size(); index++) {
      for (int state = 0; state < options.states(); state++) {
        Tensor last = output.state().layer(index).get(state);
        float[] weights = stateWeights.get(index).get(state);
        loss = GradientCheck.sum(tape, loss, GradientCheck.weightedSum(tape, last, weights));
      }
    }
    return loss;
  }

  /** The loss as an exact sum over what the stack computes in single precision. */
  double loss(@Nullable RandomGenerator random) {
    RecurrentStack.Output output = run(Tape.computing(ThreadTeam.single()), random);
    double sum = dot(outputWeights, GradientCheck.doubles(output.output().data()));
    for (int index = 0; index < stateWeights.size(); index++) {
      for (int state = 0; state < options.states(); state++) {
        Tensor last = output.state().layer(index).get(state);
        sum += dot(stateWeights.get(index).get(state), GradientCheck.doubles(last.data()));
      }
    }
    return sum;
  }

  /** The loss of what the reference computes. */
  double loss(ReferenceStack.Result result) {
    double sum = dot(outputWeights, result.output());
    for (int index = 0; index < stateWeights.size(); index++) {
      for (int state = 0; state < options.states(); state++) {
        sum += dot(stateWeights.get(index).get(state), result.last()[index][state]);
      }
    }
    return sum;
  }

  private static double dot(float[] weights, double[] values) {
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += weights[i] * values[i];
    }
    return sum;
  }

  ReferenceStack reference() {
    return new ReferenceStack(options, cell.reference, steps, batch, lengths);
  }

  /** The parameters for the reference. */
  Map<String, double[]> weights() {
    Map<String, double[]> weights = new LinkedHashMap<>();
    stack
        .parameters()
        .forEach((name, parameter) -> weights.put(name, GradientCheck.doubles(parameter.values())));
    return weights;
  }

  /** The initial states for the reference. */
  double[][][] initial() {
    RecurrentState state = state();
    double[][][] initial = new double[state.layers()][][];
    for (int index = 0; index < initial.length; index++) {
      initial[index] =
          state.layer(index).stream()
              .map(tensor -> GradientCheck.doubles(tensor.data()))
              .toArray(double[][]::new);
    }
    return initial;
  }

  /** The input for the reference, one-hot where it is indices. */
  double[] vectors() {
    if (!options.indexed()) {
      return GradientCheck.doubles(x.data());
    }
    double[] vectors = new double[indices.length * options.input()];
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] >= 0) {
        vectors[i * options.input() + indices[i]] = 1;
      }
    }
    return vectors;
  }

  /** Everything that has a gradient after backward, by name, in PyTorch's order. */
  Map<String, float[]> gradients() {
    Map<String, float[]> gradients = new LinkedHashMap<>();
    stack.parameters().forEach((name, parameter) -> gradients.put(name, parameter.gradient()));
    for (int index = 0; states != null && index < states.size(); index++) {
      for (int state = 0; state < states.get(index).size(); state++) {
        gradients.put(
            "state %d of layer %d".formatted(state, index),
            states.get(index).get(state).gradient().clone());
      }
    }
    if (!options.indexed()) {
      gradients.put("input", x.gradient().clone());
    }
    return gradients;
  }

  /** Output, final states and every gradient of one pass on so many threads, by name. */
  Map<String, float[]> pass(int threads, @Nullable RandomGenerator random) {
    try (ThreadTeam team = new ThreadTeam(threads)) {
      Tape tape = Tape.recording(team);
      RecurrentStack.Output output = run(tape, random);
      tape.backward(loss(tape, output));
      Map<String, float[]> result = gradients();
      result.put("output", output.output().data());
      for (int layer = 0; layer < output.state().layers(); layer++) {
        for (int state = 0; state < output.state().layer(layer).size(); state++) {
          result.put(
              "final state %d of layer %d".formatted(state, layer),
              output.state().layer(layer).get(state).data());
        }
      }
      return result;
    }
  }

  /** Forgets all gradients. */
  void clearGradients() {
    stack.parameters().values().stream().map(Parameter::tensor).forEach(Tensor::clearGradient);
    x.clearGradient();
    if (states != null) {
      states.forEach(tensors -> tensors.forEach(Tensor::clearGradient));
    }
  }

  @Override
  public String toString() {
    return "%s, %d steps of %d sequences of %s, state %s"
        .formatted(
            options,
            steps,
            batch,
            lengths == null ? "one length" : "lengths " + java.util.Arrays.toString(lengths),
            states == null ? "zero" : "given");
  }

  /** A source of the same numbers each time. */
  static RandomGenerator seed(long seed) {
    return new SplittableRandom(seed);
  }
}
