package io.refrain.evaluate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Learns from what it has read: dynamic evaluation, Krause, Kahembwe, Murray and Renals (2018),
 * "Dynamic evaluation of neural sequence models". Every stretch is predicted first, then a step is
 * taken down its gradient, and back towards the weights of the beginning.
 *
 * <pre>
 *   plain:   p = p - rate · g + decay · (p₀ - p)
 *   scaled:  p = p - rate · g / (r + 0.2 · mean(r)) + min(1, decay · r / mean(r)) · (p₀ - p)
 * </pre>
 *
 * <p>g is the gradient of the stretch's mean loss. r is the root of the mean square of gradients on
 * a text that the model was trained on, as {@link GradientScale} measured them: of batches of as
 * many rows as it was told, so that more rows give smaller r, and the same rate goes further.
 * mean(r) is over all parameters of the model, and its share in the divisor is no mere guard
 * against zeros: it holds back the parameters whose gradients are small.
 *
 * <p>The reader works on a copy of the model.
 */
public final class DynamicReader implements TextReader {
  /** The whole way back through a stretch is kept in memory, so a longer one does nobody good. */
  private static final int MOST_STEPS = 1 << 16;

  private final LanguageModel model;
  private final Options options;
  private final Tape tape;
  private final RecurrentState state;
  private final List<Parameter> parameters;
  private final List<Step> updates = new ArrayList<>();

  /**
   * How to learn.
   *
   * @param steps tokens of a stretch, from 1 to 65,536
   * @param rate learning rate
   * @param decay share of the way back that every step goes
   */
  public record Options(int steps, double rate, double decay) {
    /** Checks the ranges. */
    public Options {
      if (steps < 1 || steps > MOST_STEPS) {
        throw new IllegalArgumentException(
            "steps of dynamic evaluation must be from 1 to %d, but are %d"
                .formatted(MOST_STEPS, steps));
      }
      if (!(rate > 0) || Double.isInfinite(rate)) {
        throw new IllegalArgumentException(
            "rate of dynamic evaluation must be above 0 and finite, but is " + rate);
      }
      if (!(decay >= 0 && decay <= 1)) {
        throw new IllegalArgumentException(
            "decay of dynamic evaluation must be from 0 to 1, but is " + decay);
      }
    }
  }

  /** One parameter's way. */
  @FunctionalInterface
  private interface Step {
    /** Changes the values from one index to another. */
    void take(int from, int to);
  }

  /**
   * Begins a text.
   *
   * @param model which stays as it is
   * @param scale what gradients are divided by; null for plain descent
   * @param team shares the work; changes no bit
   */
  public DynamicReader(
      LanguageModel model, Options options, @Nullable GradientScale scale, ThreadTeam team) {
    this.model = model.copy();
    this.options = options;
    tape = Tape.recording(team);
    state = this.model.initialState(1);
    parameters = List.copyOf(this.model.parameters().values());
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      float[] before = parameter.data().clone();
      updates.add(
          scale == null
              ? plain(parameter, before)
              : scaled(parameter, before, scale.roots().get(i), scale.mean()));
    }
  }

  private Step plain(Parameter parameter, float[] before) {
    float rate = (float) options.rate();
    float decay = (float) options.decay();
    return (from, to) -> {
      float[] p = parameter.data();
      if (parameter.tensor().hasGradient()) {
        float[] g = parameter.tensor().gradient();
        for (int i = from; i < to; i++) {
          p[i] += decay * (before[i] - p[i]) - rate * g[i];
        }
      } else {
        for (int i = from; i < to; i++) {
          p[i] += decay * (before[i] - p[i]);
        }
      }
    };
  }

  private Step scaled(Parameter parameter, float[] before, float[] roots, double mean) {
    float[] rates = new float[roots.length];
    float[] decays = new float[roots.length];
    for (int i = 0; i < roots.length; i++) {
      rates[i] = (float) (options.rate() / (roots[i] + GradientScale.EPSILON * mean));
      decays[i] = (float) Math.min(1, options.decay() * roots[i] / mean);
    }
    return (from, to) -> {
      float[] p = parameter.data();
      if (parameter.tensor().hasGradient()) {
        float[] g = parameter.tensor().gradient();
        for (int i = from; i < to; i++) {
          p[i] += decays[i] * (before[i] - p[i]) - rates[i] * g[i];
        }
      } else {
        for (int i = from; i < to; i++) {
          p[i] += decays[i] * (before[i] - p[i]);
        }
      }
    };
  }

  /** How it learns. */
  Options options() {
    return options;
  }

  @Override
  public LanguageModelConfig config() {
    return model.config();
  }

  @Override
  public int steps() {
    return options.steps();
  }

  @Override
  public Stretch read(int[] tokens, int[] targets) {
    tape.clear();
    float[] losses = new float[targets.length];
    LanguageModel.Reading reading =
        model.read(tape, tokens, targets, tokens.length, 1, state, losses);
    float[] hidden = reading.hidden().data().clone(); // what backward leaves of it is not promised
    tape.backward(reading.loss());
    state.assign(reading.state()); // not before: backward reads what the stretch began with
    tape.team()
        .run((part, parts) -> {
          for (int i = 0; i < updates.size(); i++) {
            int size = parameters.get(i).size();
            updates
                .get(i)
                .take(
                    ThreadTeam.boundary(size, part, parts),
                    ThreadTeam.boundary(size, part + 1, parts));
          }
        });
    parameters.forEach(parameter -> parameter.tensor().clearGradient());
    return new Stretch(hidden, losses);
  }
}
