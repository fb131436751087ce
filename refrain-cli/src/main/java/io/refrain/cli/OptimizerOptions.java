package io.refrain.cli;

import static io.refrain.cli.OptionCheck.or;

import io.refrain.optim.Adagrad;
import io.refrain.optim.Adam;
import io.refrain.optim.AveragedSgd;
import io.refrain.optim.OptimizerConfig;
import io.refrain.optim.RmsProp;
import io.refrain.optim.Sgd;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that say how gradients change weights. What is left out is PyTorch's default; of asgd
 * it is AWD-LSTM's.
 */
final class OptimizerOptions {
  @Option(
      names = "--optimizer",
      paramLabel = "NAME",
      description =
          "sgd, adam, adamw, rmsprop, adagrad or asgd, averaged descent (default: ${DEFAULT-VALUE}).")
  private String optimizer;

  @Option(
      names = "--momentum",
      paramLabel = "X",
      description = "Of sgd and rmsprop (default: 0, none).")
  private @Nullable Double momentum;

  @Option(
      names = "--dampening",
      paramLabel = "X",
      description = "Of sgd: share of a gradient that momentum leaves out (default: 0).")
  private @Nullable Double dampening;

  @Option(
      names = "--nesterov",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Of sgd: look ahead along the momentum.")
  private @Nullable Boolean nesterov;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      description =
          "Pull weights towards 0; adamw does so apart from the gradient "
              + "(default: 0; adamw: 0.01).")
  private @Nullable Double weightDecay;

  @Option(
      names = "--beta1",
      paramLabel = "X",
      description = "Of adam and adamw: decay of the mean gradient (default: 0.9).")
  private @Nullable Double beta1;

  @Option(
      names = "--beta2",
      paramLabel = "X",
      description = "Of adam and adamw: decay of the mean square (default: 0.999).")
  private @Nullable Double beta2;

  @Option(
      names = "--epsilon",
      paramLabel = "X",
      description =
          "Added where adam, adamw, rmsprop and adagrad divide "
              + "(default: 1e-8; adagrad: 1e-10).")
  private @Nullable Double epsilon;

  @Option(
      names = "--alpha",
      paramLabel = "X",
      description =
          "Of rmsprop: decay of the mean square (default: 0.99). "
              + "Of asgd: power of the rate's decay (default: 0.75).")
  private @Nullable Double alpha;

  @Option(
      names = "--centered",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Of rmsprop: divide by the deviation of gradients, not their size.")
  private @Nullable Boolean centered;

  @Option(
      names = "--rate-decay",
      paramLabel = "X",
      description = "Of adagrad: update t has the rate divided by 1 + (t - 1) X (default: 0).")
  private @Nullable Double rateDecay;

  @Option(
      names = "--initial-accumulator",
      paramLabel = "X",
      description = "Of adagrad: what sums of squares begin with (default: 0).")
  private @Nullable Double initialAccumulator;

  @Option(
      names = "--non-monotone",
      paramLabel = "N",
      description =
          "Of asgd: begin when a validation is worse than the best of all but the last N; "
              + "plain descent until then. 0: begin at once (default: 5).")
  private @Nullable Integer nonMonotone;

  @Option(
      names = "--average-after",
      paramLabel = "N",
      description =
          "Of asgd: updates from its beginning to the first that is averaged " + "(default: 0).")
  private @Nullable Long averageAfter;

  @Option(
      names = "--lambda",
      paramLabel = "X",
      description = "Of asgd: how fast weights shrink and the rate decays (default: 0).")
  private @Nullable Double lambda;

  private static final String CHOICE = "--optimizer";

  /** What the options come to; each that is wrong or out of place is named. */
  OptimizerConfig config(OptionCheck check) {
    OptimizerConfig known = check.named(CHOICE, OptimizerConfig::of, optimizer);
    requireFitting(check);
    requireRanges(check);
    try {
      return with(known);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(check.name(CHOICE) + ": " + e.getMessage(), e);
    }
  }

  private void requireFitting(OptionCheck check) {
    momentum = fitting(check, "--momentum", momentum, "sgd", "rmsprop");
    dampening = fitting(check, "--dampening", dampening, "sgd");
    nesterov = fitting(check, "--nesterov", nesterov, "sgd");
    beta1 = fitting(check, "--beta1", beta1, "adam", "adamw");
    beta2 = fitting(check, "--beta2", beta2, "adam", "adamw");
    epsilon = fitting(check, "--epsilon", epsilon, "adam", "adamw", "rmsprop", "adagrad");
    alpha = fitting(check, "--alpha", alpha, "rmsprop", "asgd");
    centered = fitting(check, "--centered", centered, "rmsprop");
    rateDecay = fitting(check, "--rate-decay", rateDecay, "adagrad");
    initialAccumulator = fitting(check, "--initial-accumulator", initialAccumulator, "adagrad");
    nonMonotone = fitting(check, "--non-monotone", nonMonotone, "asgd");
    averageAfter = fitting(check, "--average-after", averageAfter, "asgd");
    lambda = fitting(check, "--lambda", lambda, "asgd");
  }

  private <T> @Nullable T fitting(
      OptionCheck check, String option, @Nullable T value, String... uses) {
    return check.fitting(option, value, CHOICE, optimizer, List.of(uses));
  }

  private void requireRanges(OptionCheck check) {
    atLeastZero(check, "--momentum", momentum);
    require(check, "--dampening", dampening, "from 0 to 1", 1.0);
    atLeastZero(check, "--weight-decay", weightDecay);
    require(check, "--beta1", beta1, "at least 0 and below 1", Math.nextDown(1.0));
    require(check, "--beta2", beta2, "at least 0 and below 1", Math.nextDown(1.0));
    atLeastZero(check, "--epsilon", epsilon);
    boolean share = optimizer.equals("rmsprop");
    require(
        check,
        "--alpha",
        alpha,
        share ? "at least 0 and below 1" : "at least 0 and finite",
        share ? Math.nextDown(1.0) : Double.MAX_VALUE);
    atLeastZero(check, "--rate-decay", rateDecay);
    atLeastZero(check, "--initial-accumulator", initialAccumulator);
    atLeastZero(check, "--lambda", lambda);
    check.atLeast(0, "--non-monotone", or(nonMonotone, 0));
    check.atLeast(0, "--average-after", or(averageAfter, 0L));
  }

  private static void atLeastZero(OptionCheck check, String option, @Nullable Double value) {
    require(check, option, value, "at least 0 and finite", Double.MAX_VALUE);
  }

  private static void require(
      OptionCheck check, String option, @Nullable Double value, String what, double most) {
    if (value != null) {
      check.require(value >= 0 && value <= most, option, what, value);
    }
  }

  private OptimizerConfig with(OptimizerConfig known) {
    return switch (known) {
      case Sgd.Options sgd ->
          new Sgd.Options(
              or(momentum, sgd.momentum()),
              or(dampening, sgd.dampening()),
              or(nesterov, sgd.nesterov()),
              or(weightDecay, sgd.weightDecay()));
      case Adam.Options adam ->
          new Adam.Options(
              or(beta1, adam.beta1()),
              or(beta2, adam.beta2()),
              or(epsilon, adam.epsilon()),
              or(weightDecay, adam.weightDecay()),
              adam.decoupled());
      case RmsProp.Options rmsProp ->
          new RmsProp.Options(
              or(alpha, rmsProp.alpha()),
              or(epsilon, rmsProp.epsilon()),
              or(centered, rmsProp.centered()),
              or(momentum, rmsProp.momentum()),
              or(weightDecay, rmsProp.weightDecay()));
      case Adagrad.Options adagrad ->
          new Adagrad.Options(
              or(rateDecay, adagrad.rateDecay()),
              or(epsilon, adagrad.epsilon()),
              or(initialAccumulator, adagrad.initialAccumulator()),
              or(weightDecay, adagrad.weightDecay()));
      case AveragedSgd.Options asgd ->
          new AveragedSgd.Options(
              or(lambda, asgd.lambda()),
              or(alpha, asgd.alpha()),
              or(averageAfter, asgd.averageAfter()),
              or(weightDecay, asgd.weightDecay()),
              or(nonMonotone, asgd.nonMonotone()));
    };
  }
}
