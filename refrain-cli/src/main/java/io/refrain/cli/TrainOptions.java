package io.refrain.cli;

import io.refrain.model.CellKind;
import io.refrain.model.LanguageModelConfig;
import io.refrain.text.TokenizerKind;
import io.refrain.train.OptimizerKind;
import io.refrain.train.RunConfig;
import io.refrain.train.TrainingConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is trained and how; a recipe gives those that flags leave out. */
final class TrainOptions {
  @Option(names = "--tokens", paramLabel = "KIND", description = "verbatim, char or word.")
  private String tokens;

  @Option(names = "--cell", paramLabel = "NAME", description = "The recurrent cell: rnn.")
  private String cell;

  @Option(names = "--nonlinearity", paramLabel = "NAME", description = "Of the cell: tanh or relu.")
  private String nonlinearity;

  @Option(names = "--hidden", paramLabel = "N", description = "Size of the hidden state.")
  private int hidden;

  @Option(names = "--layers", paramLabel = "N", description = "Recurrent layers.")
  private int layers;

  @Option(
      names = "--embedding",
      paramLabel = "N",
      description = "Size of a token's embedding; 0: one-hot vectors.")
  private int embedding;

  @Option(names = "--batch", paramLabel = "N", description = "Sequences side by side.")
  private int batch;

  @Option(names = "--steps", paramLabel = "N", description = "Time steps between updates.")
  private int steps;

  @Option(names = "--epochs", paramLabel = "N", description = "Passes over the text, at most.")
  @Nullable Integer epochs;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = {
        "Time to train, at most; each resume of a run",
        "whose time was up has all of it again."
      })
  @Nullable Double minutes;

  @Option(
      names = "--partition",
      paramLabel = "KIND",
      description = "How sequences are taken: sequential or random.")
  private String partition;

  @Option(
      names = "--state",
      paramLabel = "KIND",
      description = "carry the state from batch to batch, or reset it.")
  private String state;

  @Option(names = "--optimizer", paramLabel = "NAME", description = "sgd, adam or adamw.")
  private String optimizer;

  @Option(names = "--learning-rate", paramLabel = "X", description = "Learning rate.")
  private double learningRate;

  @Option(names = "--clip", paramLabel = "X", description = "Longest gradient; 0: no limit.")
  private double clip;

  @Option(names = "--max-tokens", paramLabel = "N", description = "Use the first N; 0: all.")
  private int maximumTokens;

  @Option(
      names = "--validation",
      paramLabel = "SHARE",
      description = "Share of the text kept for validation, at its end.")
  private double validation;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      description = "Updates between validations; 0: once an epoch.")
  private int evaluateEvery;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description = "Stop after N validations without a better one; 0: never.")
  private int patience;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Same seed, same weights after the same number of updates.")
  private long seed;

  TokenizerKind tokenizer() {
    return TokenizerKind.of(tokens);
  }

  RunConfig config(String corpus, String sha1, int vocabulary) {
    if (maximumTokens < 0) {
      throw new IllegalArgumentException(
          "--max-tokens must be at least 0, but is " + maximumTokens);
    }
    if (!(validation >= 0 && validation < 1)) {
      throw new IllegalArgumentException(
          "--validation must be at least 0 and below 1, but is " + validation);
    }
    return new RunConfig(
        corpus,
        sha1,
        tokenizer(),
        maximumTokens,
        validation,
        new LanguageModelConfig(vocabulary, embedding, cellKind(), hidden, layers),
        training());
  }

  private CellKind cellKind() {
    if (!cell.equals("rnn")) {
      throw new IllegalArgumentException("--cell must be rnn, but is \"%s\"".formatted(cell));
    }
    return choose("--nonlinearity", nonlinearity, "tanh", "relu")
        ? CellKind.RNN_TANH
        : CellKind.RNN_RELU;
  }

  private TrainingConfig training() {
    return new TrainingConfig(
        batch,
        steps,
        choose("--partition", partition, "sequential", "random")
            ? TrainingConfig.Partition.SEQUENTIAL
            : TrainingConfig.Partition.RANDOM,
        choose("--state", state, "carry", "reset"),
        epochs == null ? Integer.MAX_VALUE : epochs,
        minutes == null ? Double.POSITIVE_INFINITY : minutes,
        OptimizerKind.of(optimizer),
        learningRate,
        clip == 0 ? Double.POSITIVE_INFINITY : clip,
        evaluateEvery,
        patience,
        seed);
  }

  /** The run's own configuration, but with the limits that the command line gives. */
  RunConfig withLimits(RunConfig config, boolean epochsGiven, boolean minutesGiven) {
    TrainingConfig own = config.training();
    return config.withTraining(
        own.withLimits(
            epochsGiven && epochs != null ? epochs : own.epochs(),
            minutesGiven && minutes != null ? minutes : own.minutes()));
  }

  private static boolean choose(String option, String value, String first, String second) {
    if (value.equals(first) || value.equals(second)) {
      return value.equals(first);
    }
    throw new IllegalArgumentException(
        "%s must be %s or %s, but is \"%s\"".formatted(option, first, second, value));
  }
}
