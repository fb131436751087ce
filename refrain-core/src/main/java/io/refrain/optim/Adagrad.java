package io.refrain.optim;

import io.refrain.kernel.AdagradStep;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Adagrad (Duchi et al. 2011), as {@code torch.optim.Adagrad}; the formula stands at {@link
 * AdagradStep}.
 */
public final class Adagrad extends Optimizer {
  private static final Kernels KERNELS = Kernels.get();

  private final Options options;
  private final Moments sums;
  private long steps;

  /**
   * The constants of the method.
   *
   * @param rateDecay step t takes the learning rate divided by 1 + (t - 1) · rateDecay; at least 0
   * @param epsilon added to the denominator, at least 0
   * @param initialAccumulator what sums of squares begin with, at least 0
   * @param weightDecay factor of an L2 penalty, at least 0
   */
  public record Options(
      double rateDecay, double epsilon, double initialAccumulator, double weightDecay)
      implements OptimizerConfig {

    /** Checks the ranges. */
    public Options {
      atLeastZero("rate decay", rateDecay);
      atLeastZero("epsilon", epsilon);
      atLeastZero("initial accumulator", initialAccumulator);
      atLeastZero("weight decay", weightDecay);
    }

    /** PyTorch's: no decay of the rate, 1e-10, 0, no decay of weights. */
    public static Options defaults() {
      return new Options(0, 1e-10, 0, 0);
    }

    @Override
    public String label() {
      return "adagrad";
    }

    @Override
    public Map<String, Object> constants() {
      Map<String, Object> constants = new LinkedHashMap<>();
      constants.put("rate_decay", rateDecay);
      constants.put("epsilon", epsilon);
      constants.put("initial_accumulator", initialAccumulator);
      constants.put("weight_decay", weightDecay);
      return constants;
    }

    @Override
    public int moments() {
      return 1;
    }

    @Override
    public Adagrad create(SequencedMap<String, Parameter> parameters) {
      return new Adagrad(parameters, this);
    }
  }

  /** Starts with the initial accumulator. */
  public Adagrad(SequencedMap<String, Parameter> parameters, Options options) {
    super(parameters);
    this.options = options;
    sums = new Moments("sum", parameters);
    float initial = (float) options.initialAccumulator();
    parameters.keySet().forEach(name -> Arrays.fill(sums.of(name), initial));
  }

  @Override
  public void step(ThreadTeam team, double learningRate, float scale) {
    double rate = learningRate / (1 + steps * options.rateDecay());
    steps++;
    AdagradStep step =
        new AdagradStep(
            (float) rate, scale, (float) options.weightDecay(), (float) options.epsilon());
    forEach(
        team,
        (name, parameter, from, length) ->
            KERNELS.adagrad(
                step,
                parameter.data(),
                parameter.tensor().gradient(),
                sums.of(name),
                from,
                length));
  }

  @Override
  public SequencedMap<String, float[]> state() {
    SequencedMap<String, float[]> state = new LinkedHashMap<>();
    SavedState.putSteps(steps, state);
    sums.save(state);
    return state;
  }

  @Override
  public void restore(SequencedMap<String, float[]> state) {
    SavedState saved = new SavedState("Adagrad", state);
    long savedSteps = saved.steps();
    Map<String, float[]> savedSums = sums.read(saved);
    saved.requireNothingElse();
    steps = savedSteps;
    sums.assign(savedSums);
  }
}
