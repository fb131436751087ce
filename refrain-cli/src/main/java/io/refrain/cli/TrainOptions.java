package io.refrain.cli;

import io.refrain.model.CellKind;
import io.refrain.model.LanguageModelConfig;
import io.refrain.text.TokenizerKind;
import io.refrain.train.OptimizerKind;
import io.refrain.train.RunConfig;
import io.refrain.train.TrainingConfig;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say what is trained and how; a recipe gives those that flags leave out. */
final class TrainOptions {
  @Option(
      names = "--tokens",
      paramLabel = "KIND",
      description = "verbatim, char or word (default: ${DEFAULT-VALUE}).")
  private String tokens;

  @Option(
      names = "--cell",
      paramLabel = "NAME",
      description = "The recurrent cell: rnn (default: ${DEFAULT-VALUE}).")
  private String cell;

  @Option(
      names = "--nonlinearity",
      paramLabel = "NAME",
      description = "Of the cell: tanh or relu (default: ${DEFAULT-VALUE}).")
  private String nonlinearity;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      description = "Size of the hidden state (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Recurrent layers (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--embedding",
      paramLabel = "N",
      description = "Size of a token's embedding; 0: one-hot vectors (default: ${DEFAULT-VALUE}).")
  private int embedding;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Sequences side by side (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Time steps between updates (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the text, at most (default: the recipe's, else no limit).")
  @Nullable Integer epochs;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = {
        "Time to train, at most (default: the recipe's, else 1.5 without --epochs); each",
        "resume of a run whose time was up has all of it again."
      })
  @Nullable Double minutes;

  @Option(
      names = "--partition",
      paramLabel = "KIND",
      description = "How sequences are taken: sequential or random (default: ${DEFAULT-VALUE}).")
  private String partition;

  @Option(
      names = "--state",
      paramLabel = "KIND",
      description = "carry the state from batch to batch, or reset it (default: ${DEFAULT-VALUE}).")
  private String state;

  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description = "sgd, adam or adamw (default: ${DEFAULT-VALUE}).")
  private String optimizer;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--clip",
      paramLabel = "X",
      description = "Longest gradient; 0: no limit (default: ${DEFAULT-VALUE}).")
  private double clip;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Use the first N; 0: all (default: ${DEFAULT-VALUE}).")
  private int maximumTokens;

  @Option(
      names = "--validation",
      paramLabel = "SHARE",
      description =
          "Share of the text kept for validation, at its end (default: ${DEFAULT-VALUE}).")
  private double validation;

  @Option(
      names = "--evaluate-every",
      paramLabel = "N",
      description = "Updates between validations; 0: once an epoch (default: ${DEFAULT-VALUE}).")
  private int evaluateEvery;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "Stop after N validations without a better one; 0: never (default: ${DEFAULT-VALUE}).")
  private int patience;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Same seed, same weights after the same number of updates (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  TokenizerKind tokenizer() {
    return named("--tokens", TokenizerKind::of, tokens);
  }

  /** Demands that every value makes sense by itself; the message names its option. */
  void requireRanges() {
    atLeast(1, "--hidden", hidden);
    atLeast(1, "--layers", layers);
    atLeast(0, "--embedding", embedding);
    atLeast(1, "--batch", batch);
    atLeast(1, "--steps", steps);
    require((long) batch * steps < Integer.MAX_VALUE, "--steps", "few enough for --batch", steps);
    requireLimits();
    require(learningRate > 0, "--learning-rate", "above 0", learningRate);
    require(clip >= 0, "--clip", "at least 0 (0: no limit)", clip);
    atLeast(0, "--max-tokens", maximumTokens);
    require(
        validation >= 0 && validation < 1, "--validation", "at least 0 and below 1", validation);
    atLeast(0, "--evaluate-every", evaluateEvery);
    atLeast(0, "--patience", patience);
  }

  private void requireLimits() {
    if (epochs != null) {
      atLeast(1, "--epochs", epochs);
    }
    if (minutes != null) {
      require(minutes > 0, "--minutes", "above 0", minutes);
    }
  }

  private void atLeast(int least, String option, int value) {
    require(value >= least, option, "at least " + least, value);
  }

  private void require(boolean met, String option, String what, Number value) {
    if (!met) {
      throw new IllegalArgumentException(
          "%s must be %s, but is %s".formatted(name(option), what, value));
    }
  }

  /** An option as messages name it: with the recipe that its value comes from, if there is one. */
  private String name(String option) {
    CommandLine parsed = command.commandLine();
    return parsed.getDefaultValueProvider() instanceof Recipes recipes
            && !parsed.getParseResult().hasMatchedOption(option)
        ? recipes.nameOf(option)
        : option;
  }

  private <T> T named(String option, Function<String, T> kinds, String value) {
    try {
      return kinds.apply(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name(option) + ": " + e.getMessage(), e);
    }
  }

  RunConfig config(String corpus, String sha1, int vocabulary) {
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
      throw new IllegalArgumentException(
          "%s must be rnn, but is \"%s\"".formatted(name("--cell"), cell));
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
        named("--optimizer", OptimizerKind::of, optimizer),
        learningRate,
        clip == 0 ? Double.POSITIVE_INFINITY : clip,
        evaluateEvery,
        patience,
        seed);
  }

  /** The run's own configuration, but with the limits that the command line gives. */
  RunConfig withLimits(RunConfig config, boolean epochsGiven, boolean minutesGiven) {
    requireLimits();
    TrainingConfig own = config.training();
    return config.withTraining(
        own.withLimits(
            epochsGiven && epochs != null ? epochs : own.epochs(),
            minutesGiven && minutes != null ? minutes : own.minutes()));
  }

  private boolean choose(String option, String value, String first, String second) {
    if (value.equals(first) || value.equals(second)) {
      return value.equals(first);
    }
    throw new IllegalArgumentException(
        "%s must be %s or %s, but is \"%s\"".formatted(name(option), first, second, value));
  }
}
