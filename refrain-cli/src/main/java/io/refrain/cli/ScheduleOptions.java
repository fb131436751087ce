package io.refrain.cli;

import static io.refrain.cli.OptionCheck.or;

import io.refrain.optim.Plateau;
import io.refrain.optim.Schedule;
import io.refrain.train.Limits;
import io.refrain.train.TrainingConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how the learning rate changes. */
final class ScheduleOptions {
  private static final String CHOICE = "--schedule";

  @Option(
      names = CHOICE,
      paramLabel = "NAME",
      description =
          "How the learning rate changes: constant, step, exponential, cosine, one-cycle or plateau."
              + " cosine and one-cycle end with --updates or --epochs, as they were at the start"
              + " (default: ${DEFAULT-VALUE}).")
  private String schedule;

  @Option(
      names = "--decay-every",
      paramLabel = "N",
      description =
          "Of step and exponential: updates in which the rate falls once (default: an epoch's).")
  private @Nullable Long decayEvery;

  @Option(
      names = "--decay-factor",
      paramLabel = "X",
      description =
          "What the rate is multiplied by when it falls (default: step and plateau 0.1,"
              + " exponential 0.95).")
  private @Nullable Double decayFactor;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description =
          "Of cosine: updates in which the rate rises first"
              + " (default: the recipe's, but at most a tenth of all, else 0).")
  private @Nullable Long warmUp;

  @Option(
      names = "--minimum-rate",
      paramLabel = "X",
      description =
          "Of cosine and plateau: the rate does not fall below it"
              + " (default: the recipe's, but at most a tenth of --learning-rate, else 0).")
  private @Nullable Double minimumRate;

  @Option(
      names = "--rise",
      paramLabel = "SHARE",
      description =
          "Of one-cycle: share of the updates in which the rate rises to --learning-rate"
              + " (default: 0.3).")
  private @Nullable Double rise;

  @Option(
      names = "--plateau-patience",
      paramLabel = "N",
      description =
          "Of plateau: validations without a better one that do not lower the rate (default: 2).")
  private @Nullable Integer plateauPatience;

  @Option(
      names = "--plateau-threshold",
      paramLabel = "SHARE",
      description = "Of plateau: share by which a loss must be below the best (default: 0.0001).")
  private @Nullable Double plateauThreshold;

  /** Demands what can be told before the text is read. */
  void requireRanges(OptionCheck check, Limits limits) {
    if (!Schedule.LABELS.contains(schedule)) {
      throw new IllegalArgumentException(
          "%s: unknown schedule \"%s\"; known are %s"
              .formatted(check.name(CHOICE), schedule, String.join(", ", Schedule.LABELS)));
    }
    requireFitting(check);
    if (decayEvery != null) {
      check.atLeast(1, "--decay-every", decayEvery);
    }
    if (decayFactor != null) {
      boolean plateau = schedule.equals("plateau");
      check.require(
          decayFactor > 0 && decayFactor < (plateau ? 1 : Double.POSITIVE_INFINITY),
          "--decay-factor",
          plateau ? "above 0 and below 1" : "above 0 and finite",
          decayFactor);
    }
    if (warmUp != null) {
      check.atLeast(0, "--warm-up", warmUp);
    }
    if (minimumRate != null) {
      check.require(
          minimumRate >= 0 && Double.isFinite(minimumRate),
          "--minimum-rate",
          "at least 0 and finite",
          minimumRate);
    }
    if (rise != null) {
      check.require(rise >= 0 && rise <= 1, "--rise", "from 0 to 1", rise);
    }
    requirePlateauRanges(check);
    requireEnd(check, limits);
  }

  private void requirePlateauRanges(OptionCheck check) {
    if (plateauPatience != null) {
      check.atLeast(0, "--plateau-patience", plateauPatience);
    }
    if (plateauThreshold != null) {
      check.require(
          plateauThreshold >= 0 && plateauThreshold < 1,
          "--plateau-threshold",
          "at least 0 and below 1",
          plateauThreshold);
    }
  }

  private void requireFitting(OptionCheck check) {
    decayEvery = fitting(check, "--decay-every", decayEvery, "step", "exponential");
    decayFactor = fitting(check, "--decay-factor", decayFactor, "step", "exponential", "plateau");
    warmUp = fitting(check, "--warm-up", warmUp, "cosine");
    if (check.choosesAnew(CHOICE, schedule) && !check.isGiven("--minimum-rate")) {
      minimumRate = null; // the recipe's is that of its own schedule
    }
    minimumRate = fitting(check, "--minimum-rate", minimumRate, "cosine", "plateau");
    rise = fitting(check, "--rise", rise, "one-cycle");
    plateauPatience = fitting(check, "--plateau-patience", plateauPatience, "plateau");
    plateauThreshold = fitting(check, "--plateau-threshold", plateauThreshold, "plateau");
  }

  private <T> @Nullable T fitting(
      OptionCheck check, String option, @Nullable T value, String... uses) {
    return check.fitting(option, value, CHOICE, schedule, List.of(uses));
  }

  /** The clock will not do: the same seed would no longer give the same weights. */
  private void requireEnd(OptionCheck check, Limits limits) {
    boolean ends = schedule.equals("cosine") || schedule.equals("one-cycle");
    if (ends && limits.updates() == Long.MAX_VALUE && limits.epochs() == Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s %s must know how many updates there will be: give --updates or --epochs, not only minutes"
              .formatted(check.name(CHOICE), schedule));
    }
  }

  /**
   * What the options come to.
   *
   * @param training all else about it
   * @param tokens how many are trained on
   */
  Schedule schedule(OptionCheck check, TrainingConfig training, long tokens) {
    long epoch = training.batching().mostUpdatesOfAnEpoch(tokens);
    long every = or(decayEvery, epoch);
    double minimum = minimumRate(check, training.learningRate());
    return switch (schedule) {
      case "step" -> new Schedule.Step(every, or(decayFactor, 0.1));
      case "exponential" -> new Schedule.Exponential(every, or(decayFactor, 0.95));
      case "cosine" -> {
        long updates = updates(training.limits(), epoch);
        yield new Schedule.Cosine(updates, warmUp(check, updates), minimum);
      }
      case "one-cycle" -> Schedule.OneCycle.of(updates(training.limits(), epoch), or(rise, 0.3));
      case "plateau" ->
          new Plateau(
              or(decayFactor, 0.1), or(plateauPatience, 2), or(plateauThreshold, 1e-4), minimum);
      default -> new Schedule.Constant();
    };
  }

  /** A recipe cannot know how short a training it is used for. */
  private long warmUp(OptionCheck check, long updates) {
    long rising = or(warmUp, 0L);
    if (!check.isGiven("--warm-up")) {
      return Math.min(rising, updates / 10);
    }
    check.require(
        rising < updates, "--warm-up", "below the %d updates in all".formatted(updates), rising);
    return rising;
  }

  /** Nor can it know the learning rate that the command line gives. */
  private double minimumRate(OptionCheck check, double learningRate) {
    double minimum = or(minimumRate, 0.0);
    if (!check.isGiven("--minimum-rate") && check.isGiven("--learning-rate")) {
      return Math.min(minimum, learningRate / 10);
    }
    check.require(
        minimum <= learningRate,
        "--minimum-rate",
        "at most the learning rate " + learningRate,
        minimum);
    return minimum;
  }

  /** How many updates there will be at most, with so many in an epoch. */
  static long updates(Limits limits, long epoch) {
    return limits.epochs() == Integer.MAX_VALUE
        ? limits.updates()
        : Math.min(limits.updates(), limits.epochs() * epoch);
  }
}
