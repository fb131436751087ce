package io.refrain.model;

import io.refrain.data.Epoch;
import io.refrain.data.SequentialPartition;
import io.refrain.data.TokenBatch;
import io.refrain.loss.CrossEntropy;
import io.refrain.nn.Embedding;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.nn.recurrent.StackOptions;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Predicts the next token from all before it: recurrent layers and a linear output, the notebook's
 * {@code RNNModel}.
 *
 * <pre>
 *   x  = one-hot(token) or embedding(token)
 *   h' = rnn(x, h)
 *   P(next token) = softmax(linear(h'))
 * </pre>
 *
 * <p>Its parameters are {@code rnn.*} and {@code linear.*}, and {@code embedding.weight} where
 * there is one.
 */
public final class LanguageModel implements Module {
  private final LanguageModelConfig config;
  private final @Nullable Embedding embedding;
  private final RecurrentStack rnn;
  private final Linear linear;

  /**
   * What a pass over a batch gives.
   *
   * @param logits [steps, batch, vocabulary]
   * @param state what the sequences carry on
   */
  public record Output(Tensor logits, RecurrentState state) {}

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
    StackOptions options =
        StackOptions.of(
                config.cell().cell(),
                indexed ? config.vocabulary() : config.embedding(),
                config.hidden())
            .withLayers(config.layers());
    rnn = new RecurrentStack(indexed ? options.withIndexedInput() : options, random);
    linear = new Linear(config.hidden(), config.vocabulary(), random);
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
    parameters.putAll(Module.nested("linear", linear));
    return parameters;
  }

  /** Zeros: the state before a text begins. */
  public RecurrentState initialState(int batch) {
    return rnn.initialState(batch);
  }

  /**
   * Reads a batch of token sequences.
   *
   * @param tokens [steps × batch], time first
   * @param state the state before the first step
   */
  public Output forward(Tape tape, int[] tokens, int steps, int batch, RecurrentState state) {
    RecurrentStack.Output out =
        embedding == null
            ? rnn.forward(tape, tokens, steps, batch, state)
            : rnn.forward(tape, embedding.forward(tape, tokens, steps, batch), state);
    return new Output(linear.forward(tape, out.output()), out.state());
  }

  /**
   * Measures how well a text is predicted, in rows side by side whose state is carried from batch
   * to batch. The first tokens of a row lack context, so many short rows look a little worse than
   * one.
   *
   * @param tape one that computes
   * @param partition how the text is cut
   */
  public Evaluation evaluate(Tape tape, int[] tokens, SequentialPartition partition) {
    Epoch epoch = partition.from(tokens, 0);
    TokenBatch batch = new TokenBatch(partition.steps(), partition.batch());
    RecurrentState state = initialState(partition.batch());
    double nats = 0;
    for (int i = 0; i < epoch.batches(); i++) {
      epoch.fill(i, batch);
      Output out = forward(tape, batch.inputs(), batch.steps(), batch.batch(), state);
      nats += CrossEntropy.mean(tape, out.logits(), batch.targets()).item();
      state.assign(out.state());
      tape.clear();
    }
    return new Evaluation(
        nats / epoch.batches(), (long) epoch.batches() * batch.steps() * batch.batch());
  }

  /** The weights as they are now, for texts that advance token by token. */
  public FrozenLanguageModel freeze() {
    return new FrozenLanguageModel(config, embedding, rnn.freeze(), linear);
  }
}
