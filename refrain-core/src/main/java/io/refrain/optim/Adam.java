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
  private static final String STEP = "step";

  private final Options options;
  private final Map<String, float[]> first = new LinkedHashMap<>();
  private final Map<String, float[]> second = new LinkedHashMap<>();
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
      double beta1, double beta2, double epsilon, double weightDecay, boolean decoupled) {

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
  }

  /** Starts with moments of zero. */
  public Adam(SequencedMap<String, Parameter> parameters, Options options) {
    super(parameters);
    this.options = options;
    parameters.forEach((name, parameter) -> {
      first.put(name, new float[parameter.size()]);
      second.put(name, new float[parameter.size()]);
    });
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
    team.run((part, parts) -> stepPart(step, part, parts));
  }

  private void stepPart(AdamStep step, int part, int parts) {
    for (Map.Entry<String, Parameter> entry : parameters().entrySet()) {
      Parameter parameter = entry.getValue();
      if (parameter.tensor().hasGradient()) {
        int from = ThreadTeam.boundary(parameter.size(), part, parts);
        int length = ThreadTeam.boundary(parameter.size(), part + 1, parts) - from;
        KERNELS.adam(
            step,
            parameter.data(),
            parameter.tensor().gradient(),
            moment(first, entry.getKey()),
            moment(second, entry.getKey()),
            from,
            length);
      }
    }
  }

  @Override
  public SequencedMap<String, float[]> state() {
    SequencedMap<String, float[]> state = new LinkedHashMap<>();
    // Two halves of 24 bits, for a float holds no more.
    state.put(STEP, new float[] {steps >>> 24, steps & 0xFFFFFF});
    parameters()
        .forEach((name, parameter) -> {
          state.put("exp_avg." + name, parameter.inNamedOrder(moment(first, name)));
          state.put("exp_avg_sq." + name, parameter.inNamedOrder(moment(second, name)));
        });
    return state;
  }

  @Override
  public void restore(SequencedMap<String, float[]> state) {
    float[] halves = saved(state, STEP);
    if (halves.length != 2) {
      throw new IllegalArgumentException("the saved number of steps has no two halves");
    }
    Map<String, float[]> savedFirst = new LinkedHashMap<>();
    Map<String, float[]> savedSecond = new LinkedHashMap<>();
    parameters()
        .forEach((name, parameter) -> {
          savedFirst.put(name, parameter.inStoredOrder(saved(state, "exp_avg." + name)));
          savedSecond.put(name, parameter.inStoredOrder(saved(state, "exp_avg_sq." + name)));
        });
    first.putAll(savedFirst);
    second.putAll(savedSecond);
    steps = ((long) halves[0] << 24) + (long) halves[1];
  }

  private static float[] moment(Map<String, float[]> moments, String name) {
    return java.util.Objects.requireNonNull(moments.get(name));
  }

  private static float[] saved(SequencedMap<String, float[]> state, String name) {
    float[] values = state.get(name);
    if (values == null) {
      throw new IllegalArgumentException(
          "the saved state of Adam lacks " + name + "; it belongs to another method or model");
    }
    return values;
  }
}
