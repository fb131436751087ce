package io.refrain.optim;

import io.refrain.kernel.AveragedStep;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky 1992), as {@code torch.optim.ASGD}, and
 * its non-monotone form (Merity et al. 2018), which is plain descent until validation tells that it
 * gets nowhere any more ({@link NonMonotoneTrigger}). One step is at {@link AveragedStep}; after
 * step t, the next one's numbers are
 *
 * <pre>
 *   rate  = learning rate / (1 + lambda · learning rate · t)^alpha
 *   share = 1 / max(1, t - averageAfter)
 * </pre>
 *
 * <p>As in PyTorch, the rate of a step is thus the learning rate given at the step before, and both
 * numbers are kept in single precision.
 */
public final class AveragedSgd extends Optimizer {
  private static final Kernels KERNELS = Kernels.get();
  private static final String RATE = "eta";
  private static final String SHARE = "mu";

  private final Options options;
  private final Sgd plain;

  /** Null before averaging has begun. */
  private @Nullable Moments averages;

  private long steps;

  /** Of the next step; NaN before the first, which takes the learning rate it is given. */
  private float rate = Float.NaN;

  private float share = 1;

  /**
   * The constants of the method.
   *
   * @param lambda how fast weights shrink and the rate decays, at least 0
   * @param alpha power of the rate's decay, at least 0
   * @param averageAfter steps before weights are averaged (PyTorch's t0), at least 0
   * @param weightDecay factor of an L2 penalty, at least 0
   * @param nonMonotone 0: the method runs from the first step on; else it begins, and with it the
   *     count of steps, when a validation is worse than the best of all but the last so many; until
   *     then it is plain descent
   */
  public record Options(
      double lambda, double alpha, long averageAfter, double weightDecay, int nonMonotone)
      implements OptimizerConfig {

    /** Checks the ranges. */
    public Options {
      atLeastZero("lambda", lambda);
      atLeastZero("alpha", alpha);
      atLeastZero("weight decay", weightDecay);
      if (averageAfter < 0 || nonMonotone < 0) {
        throw new IllegalArgumentException(
            "averaging after %d steps, non-monotone over %d validations: both must be at least 0"
                .formatted(averageAfter, nonMonotone));
      }
    }

    /** PyTorch's: 1e-4, 0.75, a million steps, no decay, no validations. */
    public static Options torch() {
      return new Options(1e-4, 0.75, 1_000_000, 0, 0);
    }

    /**
     * AWD-LSTM's: lambda 0, and averaging as soon as it begins.
     *
     * @param validations 5 in the paper
     */
    public static Options nonMonotone(int validations) {
      return new Options(0, 0.75, 0, 0, validations);
    }

    @Override
    public String label() {
      return "asgd";
    }

    @Override
    public Map<String, Object> constants() {
      Map<String, Object> constants = new LinkedHashMap<>();
      constants.put("lambda", lambda);
      constants.put("alpha", alpha);
      constants.put("average_after", averageAfter);
      constants.put("weight_decay", weightDecay);
      constants.put("non_monotone", nonMonotone);
      return constants;
    }

    @Override
    public int moments() {
      return 1;
    }

    @Override
    public AveragedSgd create(SequencedMap<String, Parameter> parameters) {
      return new AveragedSgd(parameters, this);
    }
  }

  /** Starts at step 0, or with plain descent where the options are non-monotone. */
  public AveragedSgd(SequencedMap<String, Parameter> parameters, Options options) {
    super(parameters);
    this.options = options;
    plain = new Sgd(parameters, new Sgd.Options(0, 0, false, options.weightDecay()));
    if (options.nonMonotone() == 0) {
      startAveraging();
    }
  }

  @Override
  public boolean startAveraging() {
    if (averages != null) {
      return false;
    }
    Moments begun = new Moments("ax", parameters());
    parameters()
        .forEach((name, parameter) ->
            System.arraycopy(parameter.data(), 0, begun.of(name), 0, parameter.size()));
    averages = begun;
    return true;
  }

  @Override
  public boolean exchangeAverages() {
    if (averages == null) {
      return false;
    }
    for (Map.Entry<String, Parameter> entry : parameters().entrySet()) {
      float[] weights = entry.getValue().data();
      float[] average = averages.of(entry.getKey());
      for (int i = 0; i < weights.length; i++) {
        float weight = weights[i];
        weights[i] = average[i];
        average[i] = weight;
      }
    }
    return true;
  }

  @Override
  public void step(ThreadTeam team, double learningRate, float scale) {
    Moments running = averages;
    if (running == null) {
      plain.step(team, learningRate, scale);
      return;
    }
    float now = Float.isNaN(rate) ? (float) learningRate : rate;
    AveragedStep step =
        new AveragedStep(
            now, scale, (float) options.weightDecay(), (float) (1 - options.lambda() * now), share);
    forEach(
        team,
        (name, parameter, from, length) ->
            KERNELS.averaged(
                step,
                parameter.data(),
                parameter.tensor().gradient(),
                running.of(name),
                from,
                length));
    steps++;
    rate =
        (float)
            (learningRate / Math.pow(1 + options.lambda() * learningRate * steps, options.alpha()));
    share = (float) (1.0 / Math.max(1, steps - options.averageAfter()));
  }

  @Override
  public SequencedMap<String, float[]> state() {
    SequencedMap<String, float[]> state = new LinkedHashMap<>();
    if (averages != null) {
      SavedState.putSteps(steps, state);
      if (steps > 0) {
        state.put(RATE, new float[] {rate});
        state.put(SHARE, new float[] {share});
      }
      averages.save(state);
    }
    return state;
  }

  @Override
  public void restore(SequencedMap<String, float[]> state) {
    SavedState saved = new SavedState("averaged SGD", state);
    if (saved.isEmpty() && options.nonMonotone() > 0) {
      averages = null;
      steps = 0;
      rate = Float.NaN;
      share = 1;
      return;
    }
    long savedSteps = saved.steps();
    float savedRate = savedSteps > 0 ? saved.number(RATE) : Float.NaN;
    float savedShare = savedSteps > 0 ? saved.number(SHARE) : 1;
    Moments read = new Moments("ax", parameters());
    read.assign(read.read(saved));
    saved.requireNothingElse();
    averages = read;
    steps = savedSteps;
    rate = savedRate;
    share = savedShare;
  }
}
