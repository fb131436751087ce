package io.refrain.optim;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.MomentumStep;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Stochastic gradient descent, as {@code torch.optim.SGD}. Without momentum:
 *
 * <pre>
 *   p = p - rate · (g + decay · p)
 * </pre>
 *
 * <p>The formula with momentum stands at {@link MomentumStep}.
 */
public final class Sgd extends Optimizer {
  private static final Kernels KERNELS = Kernels.get();

  private final Options options;

  /** Null without momentum, which needs no state. */
  private final @Nullable Moments buffers;

  /** The parameters whose buffer has been filled: PyTorch's first one is the gradient itself. */
  private final Set<String> begun = new HashSet<>();

  /**
   * The constants of the method.
   *
   * @param momentum at least 0; 0 for none
   * @param dampening share of a new gradient that the momentum leaves out, from 0 to 1
   * @param nesterov whether the step looks ahead; needs momentum and no dampening
   * @param weightDecay factor of an L2 penalty, at least 0
   */
  public record Options(double momentum, double dampening, boolean nesterov, double weightDecay)
      implements OptimizerConfig {

    /** Checks the ranges. */
    public Options {
      atLeastZero("momentum", momentum);
      if (!(dampening >= 0 && dampening <= 1)) {
        throw new IllegalArgumentException("dampening must be from 0 to 1, but is " + dampening);
      }
      if (dampening > 0 && momentum == 0) {
        throw new IllegalArgumentException(
            "dampening is of momentum, but momentum is 0: set momentum, or dampening to 0");
      }
      if (nesterov && (momentum == 0 || dampening > 0)) {
        throw new IllegalArgumentException(
            "Nesterov's momentum needs a momentum above 0 and no dampening, but they are %s and %s"
                .formatted(momentum, dampening));
      }
      atLeastZero("weight decay", weightDecay);
    }

    /** The gradient alone. */
    public static Options plain() {
      return new Options(0, 0, false, 0);
    }

    @Override
    public String label() {
      return "sgd";
    }

    @Override
    public Map<String, Object> constants() {
      Map<String, Object> constants = new LinkedHashMap<>();
      constants.put("momentum", momentum);
      constants.put("dampening", dampening);
      constants.put("nesterov", nesterov);
      constants.put("weight_decay", weightDecay);
      return constants;
    }

    @Override
    public int moments() {
      return momentum == 0 ? 0 : 1;
    }

    @Override
    public Sgd create(SequencedMap<String, Parameter> parameters) {
      return new Sgd(parameters, this);
    }
  }

  /** Descends along the gradient alone. */
  public Sgd(SequencedMap<String, Parameter> parameters) {
    this(parameters, Options.plain());
  }

  /** Starts without a direction. */
  public Sgd(SequencedMap<String, Parameter> parameters, Options options) {
    super(parameters);
    this.options = options;
    buffers = options.momentum() == 0 ? null : new Moments("momentum_buffer", parameters);
  }

  @Override
  public void step(ThreadTeam team, double learningRate, float scale) {
    float rate = (float) learningRate;
    float decay = (float) options.weightDecay();
    if (buffers != null) {
      stepWithMomentum(team, buffers, rate, scale, decay);
    } else if (decay == 0) {
      team.run((part, parts) -> {
        for (Parameter parameter : parameters().values()) {
          stepSparsely(parameter.tensor(), rate, scale, part, parts);
        }
      });
    } else {
      forEach(
          team,
          (name, parameter, from, length) ->
              KERNELS.sgd(
                  parameter.data(),
                  parameter.tensor().gradient(),
                  from,
                  length,
                  rate,
                  scale,
                  decay));
    }
  }

  /** Where the gradient is zero, nothing changes. */
  private static void stepSparsely(Tensor tensor, float rate, float scale, int part, int parts) {
    if (tensor.hasGradient()) {
      int pieces = tensor.gradientPieces();
      tensor.forGradient(
          ThreadTeam.boundary(pieces, part, parts),
          ThreadTeam.boundary(pieces, part + 1, parts),
          (from, length) ->
              KERNELS.sgd(tensor.data(), tensor.gradient(), from, length, rate, scale, 0));
    }
  }

  private void stepWithMomentum(
      ThreadTeam team, Moments buffers, float rate, float scale, float decay) {
    MomentumStep later = momentumStep(rate, scale, decay, false);
    MomentumStep first = momentumStep(rate, scale, decay, true);
    forEach(
        team,
        (name, parameter, from, length) ->
            KERNELS.momentum(
                begun.contains(name) ? later : first,
                parameter.data(),
                parameter.tensor().gradient(),
                buffers.of(name),
                from,
                length));
    parameters()
        .forEach((name, parameter) -> {
          if (parameter.tensor().hasGradient()) {
            begun.add(name);
          }
        });
  }

  private MomentumStep momentumStep(float rate, float scale, float decay, boolean first) {
    return new MomentumStep(
        rate,
        scale,
        decay,
        (float) options.momentum(),
        (float) (1 - options.dampening()),
        options.nesterov(),
        first);
  }

  @Override
  public SequencedMap<String, float[]> state() {
    SequencedMap<String, float[]> state = new LinkedHashMap<>();
    if (buffers != null) {
      parameters().keySet().stream()
          .filter(begun::contains)
          .forEach(name -> buffers.save(name, state));
    }
    return state;
  }

  @Override
  public void restore(SequencedMap<String, float[]> state) {
    if (buffers == null) {
      if (!state.isEmpty()) {
        throw new IllegalArgumentException(
            "SGD has no state, but the saved state has " + state.firstEntry().getKey());
      }
      return;
    }
    SavedState saved = new SavedState("SGD", state);
    Map<String, float[]> read = new HashMap<>();
    for (String name : parameters().keySet()) {
      if (buffers.isIn(saved, name)) {
        read.put(name, buffers.read(saved, name));
      }
    }
    saved.requireNothingElse();
    buffers.assign(read);
    begun.clear();
    begun.addAll(read.keySet());
  }
}
