package io.refrain.nn.recurrent;

import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.CrossEntropy;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.optim.Adam;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Optimizer;
import io.refrain.optim.Sgd;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A character model as tests train it: indices, recurrent layers, an output layer, a loss. */
final class TrainedNetwork {
  private static final int SEED = 11;

  final RecurrentStack stack;
  final Linear linear;
  final SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
  private final Optimizer optimizer;
  private final ThreadTeam team;
  private final double rate;
  private final Tape tape;
  private final RecurrentState state;
  private final int[] indices;
  private final int[] targets;
  private final int steps;
  private final int batch;
  private final int @Nullable [] lengths;

  /** Elman's cell, over sequences of one length. */
  TrainedNetwork(
      ThreadTeam team, int vocabulary, int hidden, int layers, int batch, int steps, boolean adam) {
    this(
        team,
        StackOptions.of(new ElmanCell(ElmanCell.Nonlinearity.TANH), vocabulary, hidden)
            .withLayers(layers)
            .withIndexedInput(),
        batch,
        steps,
        null,
        adam);
  }

  /**
   * A network of any stack that reads indices.
   *
   * @param lengths of the sequences; null where each has {@code steps} steps
   */
  TrainedNetwork(
      ThreadTeam team,
      StackOptions options,
      int batch,
      int steps,
      int @Nullable [] lengths,
      boolean adam) {
    SplittableRandom random = new SplittableRandom(SEED);
    int vocabulary = options.input();
    stack = new RecurrentStack(options, random);
    linear = new Linear(options.outputWidth(options.layers() - 1), vocabulary, random);
    parameters.putAll(Module.nested("rnn", stack));
    parameters.putAll(Module.nested("linear", linear));
    optimizer = adam ? new Adam(parameters, Adam.Options.adamW()) : new Sgd(parameters);
    rate = adam ? 0.001 : 0.1;
    this.team = team;
    tape = Tape.recording(team);
    state = stack.initialState(batch);
    this.steps = steps;
    this.batch = batch;
    this.lengths = lengths;
    indices = random.ints((long) steps * batch, 0, vocabulary).toArray();
    targets = random.ints((long) steps * batch, 0, vocabulary).toArray();
  }

  /** One step on the one batch, from the state that the step before left. */
  float step() {
    Sequences sequences = Sequences.of(indices, steps, batch);
    RecurrentStack.Output output =
        stack.forward(tape, lengths == null ? sequences : sequences.withLengths(lengths), state);
    Tensor loss = CrossEntropy.mean(tape, linear.forward(tape, output.output()), targets);
    optimizer.clearGradients();
    tape.backward(loss);
    float scale = GradientNorm.clip(GradientNorm.of(team, parameters.values()), 1);
    optimizer.step(team, rate, scale);
    state.assign(output.state());
    float value = loss.item();
    tape.clear();
    return value;
  }

  /** The bits of every weight, or of every gradient, by name. */
  Map<String, float[]> copies(boolean gradients) {
    Map<String, float[]> copies = new LinkedHashMap<>();
    parameters.forEach((name, parameter) ->
        copies.put(name, gradients ? parameter.gradient() : parameter.values()));
    return copies;
  }
}
