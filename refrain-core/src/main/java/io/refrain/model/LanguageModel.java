package io.refrain.model;

import io.refrain.data.Epoch;
import io.refrain.data.SequentialPartition;
import io.refrain.data.TokenBatch;
import io.refrain.data.TokenSource;
import io.refrain.kernel.Kernels;
import io.refrain.loss.ActivationPenalty;
import io.refrain.nn.Dropout;
import io.refrain.nn.Embedding;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.LayerObserver;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.Sequences;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the next token from all before it: recurrent layers and an output layer, the notebook's
 * {@code RNNModel}.
 *
 * <pre>
 *   x  = one-hot(token) or embedding(token)
 *   h' = rnn(x, h)
 *   P(next token) = softmax(linear(h'))
 * </pre>
 *
 * <p>Its parameters are {@code rnn.*} and {@code linear.*}, or {@code softmax.*} where that is an
 * {@linkplain OutputConfig.Adaptive adaptive} one, and {@code embedding.weight} where there is one.
 */
public final class LanguageModel implements Module {
  private final LanguageModelConfig config;
  private final @Nullable Embedding embedding;
  private final RecurrentStack rnn;
  private final OutputLayer output;

  /**
   * What a pass over a batch gives.
   *
   * @param logits unnormalized log P of every token, [steps, batch, vocabulary]
   * @param state what the sequences carry on
   */
  public record Output(Tensor logits, RecurrentState state) {}

  /**
   * What a pass in training gives.
   *
   * @param loss a scalar to descend from: the cross-entropy and what the penalties add
   * @param crossEntropy a scalar, in nats; among a sample of the tokens where the output samples
   * @param state what the sequences carry on
   */
  public record Judgement(Tensor loss, Tensor crossEntropy, RecurrentState state) {}

  /**
   * What a pass that judges every token by itself gives.
   *
   * @param loss mean cross-entropy of all targets, in nats: a scalar to descend from
   * @param hidden what the last recurrent layer writes, [steps, batch, output width]
   * @param state what the sequences carry on
   */
  public record Reading(Tensor loss, Tensor hidden, RecurrentState state) {}

  /**
   * How well a text was predicted.
   *
   * @param nats mean of -log P(token | tokens before), in nats
   * @param tokens how many were predicted
   */
  public record Evaluation(double nats, long tokens) {

    /** exp of the mean: among how many equally likely tokens the model is in doubt. */
    public double perplexity() {
      return Math.exp(nats);
    }
  }

  /**
   * Creates a model with PyTorch's initial distributions.
   *
   * @param random draws the weights
   * @throws IllegalArgumentException when it is too large for this Java's memory
   */
  public LanguageModel(LanguageModelConfig config, RandomGenerator random) {
    config.requireMemory();
    this.config = config;
    boolean indexed = config.embedding() == 0;
    embedding = indexed ? null : new Embedding(config.vocabulary(), config.embedding(), random);
    rnn = new RecurrentStack(config.stack(), random);
    output = OutputLayer.of(config, config.tied() ? embedding : null, random);
  }

  /** A model of the same shape and weights, which goes its own way. */
  public LanguageModel copy() {
    LanguageModel copy = new LanguageModel(config, new SplittableRandom(0)); // drawn over
    Iterator<Parameter> theirs = copy.parameters().values().iterator();
    for (Parameter ours : parameters().values()) {
      System.arraycopy(ours.data(), 0, theirs.next().data(), 0, ours.size());
    }
    return copy;
  }

  /** The shape it was made with. */
  public LanguageModelConfig config() {
    return config;
  }

  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    if (embedding != null) {
      parameters.putAll(Module.nested("embedding", embedding));
    }
    parameters.putAll(Module.nested("rnn", rnn));
    parameters.putAll(Module.nested(output.name(), output));
    return parameters;
  }

  /**
   * The parameters of each layer by its name, from the input on: {@code embedding} where there is
   * one, {@code rnn.l0}, {@code rnn.l1}, …, {@code linear} or {@code softmax}. A tied weight
   * belongs to the embedding.
   */
  public SequencedMap<String, Collection<Parameter>> layers() {
    SequencedMap<String, Collection<Parameter>> layers = new LinkedHashMap<>();
    if (embedding != null) {
      layers.put("embedding", embedding.parameters().values());
    }
    layers.putAll(recurrentLayers());
    layers.put(output.name(), output.parameters().values());
    return layers;
  }

  /** Those of the {@link #layers} that are recurrent. */
  public SequencedMap<String, Collection<Parameter>> recurrentLayers() {
    SequencedMap<String, Collection<Parameter>> layers = new LinkedHashMap<>();
    rnn.layers().forEach((name, parameters) -> layers.put("rnn." + name, parameters));
    return layers;
  }

  /** Zeros: the state before a text begins. */
  public RecurrentState initialState(int batch) {
    return rnn.initialState(batch);
  }

  /**
   * Reads a batch of token sequences, without dropout.
   *
   * @param tokens [steps × batch], time first
   * @param state the state before the first step
   */
  public Output forward(Tape tape, int[] tokens, int steps, int batch, RecurrentState state) {
    RecurrentStack.Output out = rnn.forward(tape, input(tape, tokens, steps, batch), state);
    return new Output(output.logits(tape, out.output()), out.state());
  }

  /**
   * Reads a batch as training does, and judges it.
   *
   * @param tokens [steps × batch], time first
   * @param targets the token after each
   * @param state the state before the first step
   * @param total how many targets the loss is a mean over, these among them
   * @param random draws what the configuration's regularization leaves out and its output samples
   */
  public Judgement train(
      Tape tape,
      int[] tokens,
      int[] targets,
      int steps,
      int batch,
      RecurrentState state,
      int total,
      RandomGenerator random) {
    LanguageModelRegularization rates = config.regularization();
    Sequences input =
        embedding == null
            ? Sequences.of(tokens, steps, batch)
            : Sequences.of(embed(tape, embedding, tokens, steps, batch, random));
    RecurrentStack.Output out = rnn.forward(tape, input, state, random);
    Tensor dropped = drop(tape, out.output(), rates.output(), random);
    Tensor crossEntropy = output.trainingLoss(tape, dropped, targets, total, random);
    long values = (long) total * config.outputWidth();
    Tensor loss =
        ActivationPenalty.activation(
            tape, crossEntropy, dropped, rates.activationPenalty(), values);
    loss =
        ActivationPenalty.temporal(
            tape, loss, out.output(), rates.temporalPenalty(), values / steps * (steps - 1));
    return new Judgement(loss, crossEntropy, out.state());
  }

  /**
   * Reads a batch without dropout, and tells how likely each token is. The logits of a large
   * vocabulary never exist at once.
   *
   * @param tokens [steps × batch], time first
   * @param targets the token after each
   * @param state the state before the first step
   * @param losses becomes -log P(target | all before it) of each target, in nats; [steps × batch]
   */
  public Reading read(
      Tape tape,
      int[] tokens,
      int[] targets,
      int steps,
      int batch,
      RecurrentState state,
      float[] losses) {
    RecurrentStack.Output out = rnn.forward(tape, input(tape, tokens, steps, batch), state);
    Tensor loss = output.loss(tape, out.output(), targets, targets.length, losses);
    return new Reading(loss, out.output(), out.state());
  }

  /**
   * Reads a batch without dropout and judges the last step alone, so that what flows back to a step
   * before it has come all the way through time.
   *
   * @param state the state before the first step
   * @param observer looks at the recurrent layers
   * @return the mean cross-entropy of what follows the last step, in nats
   */
  public Tensor judgeLastStep(
      Tape tape, TokenBatch batch, RecurrentState state, LayerObserver observer) {
    int rows = batch.batch();
    Sequences input = input(tape, batch.inputs(), batch.steps(), rows);
    Tensor written = rnn.observe(tape, input, state, observer).output();
    int[] targets = batch.targets();
    return output.loss(
        tape,
        lastRows(tape, written, rows),
        Arrays.copyOfRange(targets, targets.length - rows, targets.length),
        rows);
  }

  private Sequences input(Tape tape, int[] tokens, int steps, int batch) {
    return embedding == null
        ? Sequences.of(tokens, steps, batch)
        : Sequences.of(embedding.forward(tape, tokens, steps, batch));
  }

  /** [..., width] → the last [rows, width]. */
  private static Tensor lastRows(Tape tape, Tensor x, int rows) {
    Tensor y = tape.tensor(true, rows, x.length(x.rank() - 1));
    int from = x.size() - y.size();
    System.arraycopy(x.data(), from, y.data(), 0, y.size());
    tape.record(() -> {
      if (y.hasGradient()) {
        Kernels.get().add(y.gradient(), 0, tape.gradientToAdd(x), from, y.size());
      }
    });
    return y;
  }

  private Tensor embed(
      Tape tape, Embedding table, int[] tokens, int steps, int batch, RandomGenerator random) {
    LanguageModelRegularization rates = config.regularization();
    Tensor x = table.forward(tape, tokens, rates.embedding(), random, steps, batch);
    return drop(tape, x, rates.input(), random);
  }

  private Tensor drop(Tape tape, Tensor x, double rate, RandomGenerator random) {
    return config.regularization().layers().locked()
        ? Dropout.locked(tape, x, rate, random)
        : Dropout.forward(tape, x, rate, random);
  }

  /**
   * Measures how well a text is predicted, in rows side by side whose state is carried from batch
   * to batch. The first tokens of a row lack context, so many short rows look a little worse than
   * one.
   *
   * @param tape one that computes
   * @param partition how the text is cut
   */
  public Evaluation evaluate(Tape tape, TokenSource tokens, SequentialPartition partition) {
    Epoch epoch = partition.from(tokens, 0);
    TokenBatch batch = new TokenBatch(partition.steps(), partition.batch());
    RecurrentState state = initialState(partition.batch());
    double nats = 0;
    for (int i = 0; i < epoch.batches(); i++) {
      epoch.fill(i, batch);
      Sequences input = input(tape, batch.inputs(), batch.steps(), batch.batch());
      RecurrentStack.Output out = rnn.forward(tape, input, state);
      int[] targets = batch.targets();
      nats += output.loss(tape, out.output(), targets, targets.length).item();
      state.assign(out.state());
      tape.clear();
    }
    return new Evaluation(
        nats / epoch.batches(), (long) epoch.batches() * batch.steps() * batch.batch());
  }

  /** The weights as they are now, for texts that advance token by token. */
  public FrozenLanguageModel freeze() {
    return new FrozenLanguageModel(config, embedding, rnn.freeze(), output.freeze());
  }
}
