package io.refrain.optim;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.RmsPropStep;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * RMSprop (Hinton 2012; centered: Graves 2013), as {@code torch.optim.RMSprop}; the formula stands
 * at {@link RmsPropStep}.
 */
public final class RmsProp extends Optimizer {
  private static final Kernels KERNELS = Kernels.get();
  private static final float[] UNUSED = {};

  private final Options options;
  private final Moments squares;
  private final Moments means;
  private final Moments buffers;

  /** The three of them; one that the options do not use is of no parameter. */
  private final List<Moments> all;

  /**
   * The constants of the method.
   *
   * @param alpha decay of the mean of squares, at least 0 and below 1
   * @param epsilon added to the denominator, at least 0
   * @param centered whether a gradient is divided by its deviation rather than its size
   * @param momentum at least 0; 0 for none
   * @param weightDecay factor of an L2 penalty, at least 0
   */
  public record Options(
      double alpha, double epsilon, boolean centered, double momentum, double weightDecay)
      implements OptimizerConfig {

    /** Checks the ranges. */
    public Options {
      share("alpha", alpha);
      atLeastZero("epsilon", epsilon);
      atLeastZero("momentum", momentum);
      atLeastZero("weight decay", weightDecay);
    }

    /** PyTorch's: 0.99, 1e-8, neither centered nor with momentum, no decay. */
    public static Options defaults() {
      return new Options(0.99, 1e-8, false, 0, 0);
    }

    @Override
    public String label() {
      return "rmsprop";
    }

    @Override
    public Map<String, Object> constants() {
      Map<String, Object> constants = new LinkedHashMap<>();
      constants.put("alpha", alpha);
      constants.put("epsilon", epsilon);
      constants.put("centered", centered);
      constants.put("momentum", momentum);
      constants.put("weight_decay", weightDecay);
      return constants;
    }

    @Override
    public int moments() {
      return 1 + (centered ? 1 : 0) + (momentum == 0 ? 0 : 1);
    }

    @Override
    public RmsProp create(SequencedMap<String, Parameter> parameters) {
      return new RmsProp(parameters, this);
    }
  }

  /** Starts with moments of zero. */
  public RmsProp(SequencedMap<String, Parameter> parameters, Options options) {
    super(parameters);
    this.options = options;
    SequencedMap<String, Parameter> none = new LinkedHashMap<>();
    squares = new Moments("square_avg", parameters);
    means = new Moments("grad_avg", options.centered() ? parameters : none);
    buffers = new Moments("momentum_buffer", options.momentum() == 0 ? none : parameters);
    all = List.of(squares, means, buffers);
  }

  @Override
  public void step(ThreadTeam team, double learningRate, float scale) {
    boolean centered = options.centered();
    boolean momentum = options.momentum() != 0;
    RmsPropStep step =
        new RmsPropStep(
            (float) learningRate,
            scale,
            (float) options.weightDecay(),
            (float) options.alpha(),
            (float) (1 - options.alpha()),
            (float) options.epsilon(),
            (float) options.momentum(),
            centered);
    forEach(
        team,
        (name, parameter, from, length) ->
            KERNELS.rmsProp(
                step,
                parameter.data(),
                parameter.tensor().gradient(),
                squares.of(name),
                centered ? means.of(name) : UNUSED,
                momentum ? buffers.of(name) : UNUSED,
                from,
                length));
  }

  @Override
  public SequencedMap<String, float[]> state() {
    SequencedMap<String, float[]> state = new LinkedHashMap<>();
    all.forEach(moments -> moments.save(state));
    return state;
  }

  @Override
  public void restore(SequencedMap<String, float[]> state) {
    SavedState saved = new SavedState("RMSprop", state);
    List<Map<String, float[]>> read = all.stream().map(moments -> moments.read(saved)).toList();
    saved.requireNothingElse();
    for (int i = 0; i < read.size(); i++) {
      all.get(i).assign(read.get(i));
    }
  }
}
