package io.refrain.optim;

import io.refrain.kernel.AdamStep;
import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), as {@code torch.optim.Adam} and
 * {@code torch.optim.AdamW}; the formula stands at {@link AdamStep}.
 */
public final class Adam extends Optimizer {
  private static final Kernels KERNELS = Kernels.get();

  private final Options options;
  private final Moments first;
  private final Moments second;
  private long steps;

  /**
   * The constants of the method.
   *
   * @param beta1 decay of the mean of gradients
   * @param beta2 decay of the mean of their squares
   * @param epsilon added to the denominator
   * @param weightDecay at least 0
   * @param decoupled whether decay shrinks the weights directly (AdamW) or joins the gradient
   *     (Adam)
   */
  public record Options(
      double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled)
      implements OptimizerConfig {

    /** Checks the ranges. */
    public Options {
      if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
        throw new IllegalArgumentException(
            "betas must be at least 0 and below 1, but are " + beta1 + " and " + beta2);
      }
      atLeastZero("epsilon", epsilon);
      atLeastZero("weight decay", weightDecay);
    }

    /** PyTorch's defaults of Adam: 0.9, 0.999, 1e-8, no decay. */
    public static Options adam() {
      return new Options(0.9, 0.999, 1e-8, 0, false);
    }

    /** PyTorch's defaults of AdamW: as Adam, with a weight decay of 0.01. */
    public static Options adamW() {
      return new Options(0.9, 0.999, 1e-8, 0.01, true);
    }

    @Override
    public String label() {
      return decoupled ? "adamw" : "adam";
    }

    @Override
    public Map<String, Object> constants() {
      Map<String, Object> constants = new LinkedHashMap<>();
      constants.put("beta1", beta1);
      constants.put("beta2", beta2);
      constants.put("epsilon", epsilon);
      constants.put("weight_decay", weightDecay);
      return constants;
    }

    @Override
    public int moments() {
      return 2;
    }

    @Override
    public Adam create(SequencedMap<String, Parameter> parameters) {
      return new Adam(parameters, this);
    }
  }

  /** Starts with moments of zero. */
  public Adam(SequencedMap<String, Parameter> parameters, Options options) {
    super(parameters);
    this.options = options;
    first = new Moments("exp_avg", parameters);
    second = new Moments("exp_avg_sq", parameters);
  }

  @Override
  public void step(ThreadTeam team, double learningRate, float scale) {
    steps++;
    double decay = options.weightDecay();
    boolean decoupled = options.decoupled();
    AdamStep step =
        new AdamStep(
            (float) (learningRate / (1 - Math.pow(options.beta1(), (double) steps))),
            (float) (1 - options.beta1()),
            (float) options.beta2(),
            (float) (1 - options.beta2()),
            (float) options.epsilon(),
            (float) Math.sqrt(1 - Math.pow(options.beta2(), (double) steps)),
            decoupled ? 0f : (float) decay,
            decoupled ? (float) (1 - learningRate * decay) : 1f,
            scale);
    forEach(
        team,
        (name, parameter, from, length) ->
            KERNELS.adam(
                step,
                parameter.data(),
                parameter.tensor().gradient(),
                first.of(name),
                second.of(name),
                from,
                length));
  }

  @Override
  public SequencedMap<String, float[]> state() {
    SequencedMap<String, float[]> state = new LinkedHashMap<>();
    SavedState.putSteps(steps, state);
    first.save(state);
    second.save(state);
    return state;
  }

  @Override
  public void restore(SequencedMap<String, float[]> state) {
    SavedState saved = new SavedState("Adam", state);
    long savedSteps = saved.steps();
    Map<String, float[]> savedFirst = first.read(saved);
    Map<String, float[]> savedSecond = second.read(saved);
    saved.requireNothingElse();
    steps = savedSteps;
    first.assign(savedFirst);
    second.assign(savedSecond);
  }
}
