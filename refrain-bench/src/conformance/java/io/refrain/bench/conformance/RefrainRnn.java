package io.refrain.bench.conformance;

import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.CrossEntropy;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.Sequences;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Optimizer;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Refrain's recurrent network, asked and answering as {@link LibtorchRnn}. */
final class RefrainRnn {
  private final Network network;
  private final RecurrentStack stack;
  private final @Nullable Linear linear;
  private final SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();

  RefrainRnn(Network network, Map<String, Shaped> weights) {
    this.network = network;
    SplittableRandom overwritten = new SplittableRandom(0);
    stack = new RecurrentStack(network.options(), overwritten);
    parameters.putAll(stack.parameters());
    Shaped head = weights.get("linear.weight");
    if (head == null) {
      linear = null;
    } else {
      linear = new Linear(head.shape()[1], head.shape()[0], overwritten);
      parameters.putAll(Module.nested("linear", linear));
    }
    if (!parameters.keySet().equals(weights.keySet())) {
      throw new IllegalArgumentException(
          "Refrain's parameters are %s, but given are %s."
              .formatted(parameters.keySet(), weights.keySet()));
    }
    parameters.forEach((name, parameter) -> parameter.assign(weights.get(name).values()));
  }

  LibtorchRnn.Result run(Input input, List<Shaped> initialState, Objective objective) {
    Tape tape = Tape.recording(ThreadTeam.single());
    Map<String, Tensor> leaves = new LinkedHashMap<>();
    List<List<Tensor>> given = layers(initialState);
    RecurrentState state =
        given.isEmpty() ? stack.initialState(batch(input)) : RecurrentState.of(given);
    RecurrentStack.Output output = stack.forward(tape, sequences(input, leaves), state);
    Tensor logits = logits(tape, output);
    Tensor loss = loss(tape, objective, output, logits);
    tape.backward(loss);

    Map<String, Shaped> gradients = new LinkedHashMap<>();
    parameters.forEach((name, parameter) ->
        gradients.put(name, new Shaped(parameter.gradient(), parameter.shape())));
    leaves.forEach((name, leaf) -> gradients.put(name, new Shaped(leaf.gradient(), leaf.shape())));
    for (int i = 0; i < initialState.size(); i++) {
      gradients.put(i == 0 ? "h_0" : "c_0", stacked(given, i, Tensor::gradient));
    }
    Tensor sequence = output.output();
    return new LibtorchRnn.Result(
        new Shaped(sequence.data(), sequence.shape()),
        finalState(output.state()),
        logits == null ? null : new Shaped(logits.data(), flat(logits)),
        loss.item(),
        gradients);
  }

  private int batch(Input input) {
    boolean batchFirst = network.options().batchFirst();
    return switch (input) {
      case Input.Dense dense -> dense.vectors().shape()[batchFirst ? 0 : 1];
      case Input.Indices indices -> batchFirst ? indices.rows() : indices.columns();
    };
  }

  /** Vectors join the leaves, as {@code input}. */
  private static Sequences sequences(Input input, Map<String, Tensor> leaves) {
    Sequences sequences =
        switch (input) {
          case Input.Dense dense -> {
            Tensor x = Tensor.variable(dense.vectors().values(), dense.vectors().shape());
            leaves.put("input", x);
            yield Sequences.of(x);
          }
          case Input.Indices indices ->
              Sequences.of(indices.indices(), indices.rows(), indices.columns());
        };
    int[] lengths = input.lengths();
    return lengths == null ? sequences : sequences.withLengths(lengths);
  }

  private @Nullable Tensor logits(Tape tape, RecurrentStack.Output output) {
    if (linear == null) {
      return null;
    }
    return switch (network.head()) {
      case NONE -> throw new IllegalArgumentException("weights of an output layer that is not");
      case EVERY_STEP -> linear.forward(tape, output.output());
      case LAST_STATE -> linear.forward(tape, lastLayer(tape, output.state()));
    };
  }

  /** The last layer's hidden states side by side, [batch, directions * width]. */
  private Tensor lastLayer(Tape tape, RecurrentState state) {
    int directions = network.options().directions();
    int first = state.layers() - directions;
    int width = network.outputWidth();
    Tensor result = tape.tensor(true, state.batch(), directions * width);
    for (int direction = 0; direction < directions; direction++) {
      Tensor x = state.layer(first + direction).getFirst();
      int column = direction * width;
      for (int row = 0; row < state.batch(); row++) {
        int at = row * directions * width + column;
        System.arraycopy(x.data(), row * width, result.data(), at, width);
      }
      tape.record(() -> {
        float[] gradient = tape.gradientToAdd(x);
        for (int i = 0; i < gradient.length; i++) {
          int at = i / width * directions * width + column + i % width;
          gradient[i] += result.gradient()[at];
        }
      });
    }
    return result;
  }

  private static Tensor loss(
      Tape tape, Objective objective, RecurrentStack.Output output, @Nullable Tensor logits) {
    return switch (objective) {
      case Objective.CrossEntropy(int[] targets) -> CrossEntropy.mean(tape, logits, targets);
      case Objective.WeightedSum weighted -> {
        Tensor loss = tape.tensor(true);
        double sum = weigh(tape, output.output(), weighted.output().values());
        for (int i = 0; i < weighted.state().size(); i++) {
          float[] weights = weighted.state().get(i).values();
          int size = weights.length / output.state().layers();
          for (int layer = 0; layer < output.state().layers(); layer++) {
            float[] part = Arrays.copyOfRange(weights, layer * size, (layer + 1) * size);
            sum += weigh(tape, output.state().layer(layer).get(i), part);
          }
        }
        loss.data()[0] = (float) sum;
        yield loss;
      }
    };
  }

  /** Sends weights backwards as the gradient of a tensor, and gives the sum they belong to. */
  private static double weigh(Tape tape, Tensor x, float[] weights) {
    tape.record(() -> tape.giveGradient(x, weights.clone()));
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += (double) weights[i] * x.data()[i];
    }
    return sum;
  }

  /** PyTorch's h, or h and c, [layers * directions, batch, width], layer by layer. */
  private static List<List<Tensor>> layers(List<Shaped> states) {
    List<List<Tensor>> layers = new ArrayList<>();
    for (Shaped state : states) {
      int[] shape = state.shape();
      int size = shape[1] * shape[2];
      for (int layer = 0; layer < shape[0]; layer++) {
        float[] values = Arrays.copyOfRange(state.values(), layer * size, (layer + 1) * size);
        if (layers.size() == layer) {
          layers.add(new ArrayList<>());
        }
        layers.get(layer).add(Tensor.variable(values, shape[1], shape[2]));
      }
    }
    return layers;
  }

  private static List<Shaped> finalState(RecurrentState state) {
    List<List<Tensor>> layers = IntStream.range(0, state.layers()).mapToObj(state::layer).toList();
    return IntStream.range(0, layers.getFirst().size())
        .mapToObj(i -> stacked(layers, i, Tensor::data))
        .toList();
  }

  /** The opposite of {@link #layers}, of one of the cell's states. */
  private static Shaped stacked(
      List<List<Tensor>> layers, int state, Function<Tensor, float[]> values) {
    Tensor first = layers.getFirst().get(state);
    float[] result = new float[layers.size() * first.size()];
    for (int layer = 0; layer < layers.size(); layer++) {
      float[] part = values.apply(layers.get(layer).get(state));
      System.arraycopy(part, 0, result, layer * first.size(), first.size());
    }
    return new Shaped(result, layers.size(), first.length(0), first.length(1));
  }

  private static int[] flat(Tensor logits) {
    int classes = logits.length(logits.rank() - 1);
    return new int[] {logits.size() / classes, classes};
  }

  LibtorchRnn.Curve trainingCurve(
      List<LibtorchRnn.Batch> batches,
      int steps,
      OptimizerChoice choice,
      double clipNorm,
      boolean carryState) {
    double[] losses = new double[steps];
    double[] norms = new double[steps];
    try (ThreadTeam team = new ThreadTeam(2)) {
      Tape tape = Tape.recording(team);
      Optimizer optimizer = choice.config().create(parameters);
      RecurrentState state = stack.initialState(batch(batches.getFirst().input()));
      for (int step = 0; step < steps; step++) {
        LibtorchRnn.Batch batch = batches.get(step % batches.size());
        if (!carryState) {
          state.reset();
        }
        Sequences sequences = sequences(batch.input(), new LinkedHashMap<>());
        RecurrentStack.Output output = stack.forward(tape, sequences, state);
        Tensor loss = CrossEntropy.mean(tape, logits(tape, output), batch.targets());
        optimizer.clearGradients();
        tape.backward(loss);
        norms[step] = GradientNorm.of(team, parameters.values());
        optimizer.step(team, choice.learningRate(), GradientNorm.clip(norms[step], clipNorm));
        losses[step] = loss.item();
        state.assign(output.state());
        tape.clear();
      }
    }
    Map<String, Shaped> trained = new LinkedHashMap<>();
    parameters.forEach(
        (name, parameter) -> trained.put(name, new Shaped(parameter.values(), parameter.shape())));
    return new LibtorchRnn.Curve(losses, norms, trained);
  }
}
