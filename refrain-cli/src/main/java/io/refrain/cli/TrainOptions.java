package io.refrain.cli;

import io.refrain.data.Split;
import io.refrain.optim.Clipping;
import io.refrain.optim.Schedule;
import io.refrain.text.Tokenizer;
import io.refrain.train.Batching;
import io.refrain.train.Limits;
import io.refrain.train.Partition;
import io.refrain.train.RunConfig;
import io.refrain.train.TrainingConfig;
import io.refrain.train.Validation;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that say what is trained and how; a recipe gives those that flags leave out. */
final class TrainOptions {
  @Mixin private TokenizerOptions tokenizer;

  @Mixin private ModelOptions model;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Sequences side by side (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Time steps of a batch (default: ${DEFAULT-VALUE}).")
  private int steps;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Passes over the text, at most (default: the recipe's, else no limit).")
  @Nullable Integer epochs;

  @Option(
      names = "--updates",
      paramLabel = "N",
      description = "Updates, at most (default: the recipe's, else no limit).")
  @Nullable Long updates;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description =
          "Time to train, at most; each resume of a run whose time was up has all of it again"
              + " (default: that of a recipe you name, which stays beside --epochs or --updates; else"
              + " none beside them, and 5 beside the default 2,000 updates, about 90 seconds on two"
              + " cores; of a recipe without a limit 1.5). By itself it keeps the default recipe's"
              + " learning rate constant, at 0.001.")
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

  @Mixin private OptimizerOptions optimizer;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description = "Learning rate (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Mixin private ScheduleOptions schedule;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      description =
          "Batches an update is made of, as if they were one (default: ${DEFAULT-VALUE}).")
  private int accumulate;

  @Option(
      names = "--clip",
      paramLabel = "X",
      description = "Longest gradient; 0: no limit (default: ${DEFAULT-VALUE}).")
  private double clip;

  @Option(
      names = "--clip-value",
      paramLabel = "X",
      description =
          "Largest single value of a gradient, before --clip; 0: no limit (default: ${DEFAULT-VALUE}).")
  private double clipValue;

  @Option(
      names = "--max-tokens",
      paramLabel = "N",
      description = "Use the first N; 0: all (default: ${DEFAULT-VALUE}).")
  private long maximumTokens;

  @Option(
      names = "--validation",
      paramLabel = "SHARE",
      description =
          "Share of the text kept for validation, at its end; of more than 200,000 tokens the first"
              + " are used (default: ${DEFAULT-VALUE}).")
  private double validation;

  @Option(
      names = "--validation-text",
      paramLabel = "CORPUS",
      description =
          "Validate on this text instead, all of it: a file, a folder or the name of a known text.")
  private @Nullable String validationText;

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
  int patience;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "Same seed, same weights after the same number of updates (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Finds the tokenizer, or makes it of the text. */
  Tokenizer tokenizer(TextReading text, int threads) throws IOException {
    return tokenizer.tokenizer(text, threads, model.takesIdsForRanks());
  }

  private OptionCheck check() {
    return new OptionCheck(command);
  }

  /** Demands that every value makes sense by itself; the message names its option. */
  void requireRanges() {
    OptionCheck check = check();
    check.atLeast(1, "--batch", batch);
    check.atLeast(1, "--steps", steps);
    tokenizer.requireRanges(check);
    model.requireRanges(check, steps);
    check.require(
        (long) batch * steps < Integer.MAX_VALUE, "--steps", "few enough for --batch", steps);
    check.atLeast(1, "--accumulate", accumulate);
    requireLimits(check);
    check.require(
        learningRate > 0 && Double.isFinite(learningRate),
        "--learning-rate",
        "above 0 and finite",
        learningRate);
    check.require(clip >= 0, "--clip", "at least 0 (0: no limit)", clip);
    check.require(clipValue >= 0, "--clip-value", "at least 0 (0: no limit)", clipValue);
    check.atLeast(0, "--max-tokens", maximumTokens);
    check.require(
        validation >= 0 && validation < 1, "--validation", "at least 0 and below 1", validation);
    if (validationText != null && check.isGiven("--validation")) {
      throw new IllegalArgumentException(
          "%s is a text to validate on, so leave --validation, a share of the corpus, out"
              .formatted(check.name("--validation-text")));
    }
    check.atLeast(0, "--evaluate-every", evaluateEvery);
    check.atLeast(0, "--patience", patience);
    optimizer.config(check);
    schedule.requireRanges(check, limits());
  }

  private void requireLimits(OptionCheck check) {
    if (epochs != null) {
      check.atLeast(1, "--epochs", epochs);
    }
    if (updates != null) {
      check.atLeast(1, "--updates", updates);
    }
    if (minutes != null) {
      check.require(minutes > 0, "--minutes", "above 0", minutes);
    }
  }

  /** {@return the text of its own to validate on, as the user calls it; null for a share} */
  @Nullable String validationText() {
    return validationText;
  }

  /**
   * What the options come to.
   *
   * @param corpus what the run calls it
   * @param text its tokens, which decide how long an epoch is
   */
  RunConfig config(String corpus, EncodedCorpora text) {
    OptionCheck check = check();
    TrainingConfig training = training(check);
    EncodedCorpus held = text.validation();
    RunConfig config =
        new RunConfig(
            corpus,
            text.corpus().textSha1(),
            text.tokenizer().kind(),
            maximumTokens,
            validationText == null || held == null
                ? new Validation.Share(validation)
                : new Validation.Text(Texts.lasting(validationText), held.textSha1()),
            model.config(check, text.tokenizer().size()),
            training);
    Split split = text.split(config);
    requireValidations(check, split.validation().size());
    return config.withTraining(
        training.withSchedule(schedule.schedule(check, training, split.train().size())));
  }

  /**
   * Who names a text to validate on, or waits for validations, is not to get none without a word.
   */
  private void requireValidations(OptionCheck check, long held) {
    if (held > steps) {
      return;
    }
    if (validationText != null) {
      throw new IllegalArgumentException(
          "%s must have more than the %,d tokens of %s, but has %,d: give a longer one, or fewer steps"
              .formatted(check.name("--validation-text"), steps, check.name("--steps"), held));
    }
    if (patience > 0) {
      throw new IllegalArgumentException(
          "%s waits for validations, which take more than the %,d tokens of %s, but %,d are held out:"
                  .formatted(check.name("--patience"), steps, check.name("--steps"), held)
              + " hold out more, or give --patience 0");
    }
  }

  private TrainingConfig training(OptionCheck check) {
    boolean sequential = check.choose("--partition", partition, "sequential", "random");
    boolean carry = check.choose("--state", state, "carry", "reset");
    return new TrainingConfig(
        new Batching(
            batch, steps, sequential ? Partition.SEQUENTIAL : Partition.RANDOM, carry, accumulate),
        limits(),
        optimizer.config(check),
        learningRate,
        new Schedule.Constant(),
        new Clipping(orInfinity(clip), orInfinity(clipValue)),
        evaluateEvery,
        seed);
  }

  private static double orInfinity(double value) {
    return value == 0 ? Double.POSITIVE_INFINITY : value;
  }

  private Limits limits() {
    return new Limits(
        epochs == null ? Integer.MAX_VALUE : epochs,
        updates == null ? Long.MAX_VALUE : updates,
        minutes == null ? Double.POSITIVE_INFINITY : minutes,
        patience);
  }

  /**
   * The run's own configuration, but with the limits that the command line gives. Who asks for more
   * updates or epochs is not stopped by the time that was set for fewer.
   */
  RunConfig withLimits(RunConfig config) {
    OptionCheck check = check();
    requireLimits(check);
    check.atLeast(0, "--patience", patience);
    Limits limits = config.training().limits();
    if (epochs != null && check.isGiven("--epochs")) {
      limits = limits.withEpochs(epochs);
    }
    if (updates != null && check.isGiven("--updates")) {
      limits = limits.withUpdates(updates);
    }
    if (minutes != null && check.isGiven("--minutes")) {
      limits = limits.withMinutes(minutes);
    } else if (check.isGiven("--epochs") || check.isGiven("--updates")) {
      limits = limits.withMinutes(Double.POSITIVE_INFINITY);
    }
    if (check.isGiven("--patience")) {
      limits = limits.withPatience(patience);
    }
    return config.withTraining(config.training().withLimits(limits));
  }
}
