package io.refrain.bench.conformance;

import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.CrossEntropy;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.ElmanCell;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.StackOptions;
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
import org.jspecify.annotations.Nullable;

/** Refrain's recurrent network, asked and answering as {@link LibtorchRnn}. */
final class RefrainRnn {
  private final RecurrentStack stack;
  private final @Nullable Linear linear;
  private final SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();

  RefrainRnn(CellKind kind, boolean batchFirst, boolean indexed, Map<String, Shaped> weights) {
    ElmanCell cell =
        switch (kind) {
          case RNN_TANH -> new ElmanCell(ElmanCell.Nonlinearity.TANH);
          case RNN_RELU -> new ElmanCell(ElmanCell.Nonlinearity.RELU);
          case LSTM, GRU -> throw new IllegalArgumentException("Refrain has no " + kind + " yet");
        };
    SplittableRandom overwritten = new SplittableRandom(0);
    int[] shape = weights.get("weight_ih_l0").shape();
    int layers = (int) weights.keySet().stream().filter(n -> n.startsWith("bias_hh_l")).count();
    StackOptions options = StackOptions.of(cell, shape[1], shape[0]).withLayers(layers);
    options = batchFirst ? options.withBatchFirst() : options;
    stack = new RecurrentStack(indexed ? options.withIndexedInput() : options, overwritten);
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

  LibtorchRnn.Result run(Input input, @Nullable Shaped initialState, Objective objective) {
    Tape tape = Tape.recording(ThreadTeam.single());
    Map<String, Tensor> leaves = new LinkedHashMap<>();
    int hidden = stack.options().hidden();
    RecurrentState state = stack.initialState(batch(input));
    List<Tensor> given = new ArrayList<>();
    if (initialState != null) {
      given = layers(initialState, hidden);
      state = RecurrentState.of(given.stream().map(List::of).toList());
    }
    RecurrentStack.Output output =
        switch (input) {
          case Input.Dense(Shaped vectors) -> {
            Tensor x = Tensor.variable(vectors.values(), vectors.shape());
            leaves.put("input", x);
            yield stack.forward(tape, x, state);
          }
          case Input.Indices indices -> forward(tape, indices, state);
        };
    Tensor logits = linear == null ? null : linear.forward(tape, output.output());
    Tensor loss = loss(tape, objective, output, logits);
    tape.backward(loss);

    Map<String, Shaped> gradients = new LinkedHashMap<>();
    parameters.forEach((name, parameter) ->
        gradients.put(name, new Shaped(parameter.gradient(), parameter.shape())));
    leaves.forEach((name, leaf) -> gradients.put(name, new Shaped(leaf.gradient(), leaf.shape())));
    if (!given.isEmpty()) {
      gradients.put("h_0", stacked(given.stream().map(Tensor::gradient).toList(), hidden));
    }
    Tensor sequence = output.output();
    return new LibtorchRnn.Result(
        new Shaped(sequence.data(), sequence.shape()),
        List.of(finalState(output.state(), hidden)),
        logits == null ? null : new Shaped(logits.data(), flat(logits)),
        loss.item(),
        gradients);
  }

  private int batch(Input input) {
    boolean batchFirst = stack.options().batchFirst();
    return switch (input) {
      case Input.Dense(Shaped vectors) -> vectors.shape()[batchFirst ? 0 : 1];
      case Input.Indices indices -> batchFirst ? indices.rows() : indices.columns();
    };
  }

  private RecurrentStack.Output forward(Tape tape, Input.Indices input, RecurrentState state) {
    int batch = batch(input);
    return stack.forward(tape, input.indices(), input.indices().length / batch, batch, state);
  }

  private static Tensor loss(
      Tape tape, Objective objective, RecurrentStack.Output output, @Nullable Tensor logits) {
    return switch (objective) {
      case Objective.CrossEntropy(int[] targets) -> CrossEntropy.mean(tape, logits, targets);
      case Objective.WeightedSum(Shaped weights, Shaped hidden) -> {
        Tensor loss = tape.tensor(true);
        double sum = weigh(tape, output.output(), weights.values());
        if (hidden != null) {
          int layers = output.state().layers();
          int size = hidden.values().length / layers;
          for (int layer = 0; layer < layers; layer++) {
            float[] part = Arrays.copyOfRange(hidden.values(), layer * size, (layer + 1) * size);
            sum += weigh(tape, output.state().layer(layer).getFirst(), part);
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

  private static List<Tensor> layers(Shaped state, int hidden) {
    int layers = state.shape()[0];
    int size = state.values().length / layers;
    List<Tensor> tensors = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      float[] values = Arrays.copyOfRange(state.values(), layer * size, (layer + 1) * size);
      tensors.add(Tensor.variable(values, size / hidden, hidden));
    }
    return tensors;
  }

  private static Shaped finalState(RecurrentState state, int hidden) {
    List<float[]> layers = new ArrayList<>();
    for (int layer = 0; layer < state.layers(); layer++) {
      layers.add(state.layer(layer).getFirst().data());
    }
    return stacked(layers, hidden);
  }

  private static Shaped stacked(List<float[]> layers, int hidden) {
    int size = layers.getFirst().length;
    float[] values = new float[layers.size() * size];
    for (int layer = 0; layer < layers.size(); layer++) {
      System.arraycopy(layers.get(layer), 0, values, layer * size, size);
    }
    return new Shaped(values, layers.size(), size / hidden, hidden);
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
        var output = forward(tape, (Input.Indices) batch.input(), state);
        Tensor logits = linear.forward(tape, output.output());
        Tensor loss = CrossEntropy.mean(tape, logits, batch.targets());
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
