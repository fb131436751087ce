package io.refrain.evaluate;

import static io.refrain.evaluate.SmallReading.assertClose;
import static io.refrain.evaluate.SmallReading.distance;
import static io.refrain.evaluate.SmallReading.read;
import static io.refrain.evaluate.SmallReading.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.optim.Sgd;
import io.refrain.tensor.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DynamicReaderTest {
  private static final ThreadTeam ONE = ThreadTeam.single();
  private static final int STEPS = 6;

  /** What a step of one weight comes to. */
  @FunctionalInterface
  private interface Rule {
    /**
     * The weight after a step.
     *
     * @param name of the parameter
     * @param i which of its weights
     * @param p the weight
     * @param before as it was at the beginning
     * @param g its gradient
     */
    double step(String name, int i, double p, double before, double g);
  }

  private static Rule plain(double rate, double decay) {
    return (name, i, p, before, g) -> p - rate * g + decay * (before - p);
  }

  private static Rule scaled(Map<String, double[]> roots, double rate, double decay) {
    double mean = GradientScaleTest.mean(roots);
    return (name, i, p, before, g) -> {
      double r = roots.get(name)[i];
      return p - rate * g / (r + 0.2 * mean) + Math.min(1, decay * r / mean) * (before - p);
    };
  }

  /** log P of each token, stretch after stretch, with weights in doubles that follow a rule. */
  private static List<Double> byHand(LanguageModel model, int[] tokens, Rule rule) {
    LanguageModel copy = model.copy();
    Map<String, double[]> weights = new LinkedHashMap<>();
    copy.parameters().forEach((name, parameter) -> weights.put(name, doubles(parameter.data())));
    Tape tape = Tape.recording(ONE);
    RecurrentState state = copy.initialState(1);
    List<Double> each = new ArrayList<>();
    for (int at = 0; at + 1 < tokens.length; at += STEPS) {
      int end = Math.min(at + STEPS, tokens.length - 1);
      float[] losses = new float[end - at];
      LanguageModel.Reading reading =
          copy.read(
              tape,
              Arrays.copyOfRange(tokens, at, end),
              Arrays.copyOfRange(tokens, at + 1, end + 1),
              end - at,
              1,
              state,
              losses);
      for (float loss : losses) {
        each.add((double) -loss);
      }
      tape.backward(reading.loss());
      state.assign(reading.state());
      copy.parameters()
          .forEach((name, parameter) -> {
            float[] before = model.parameters().get(name).data();
            step(
                parameter,
                weights.get(name),
                (i, g) -> rule.step(name, i, weights.get(name)[i], before[i], g));
          });
      tape.clear();
    }
    return each;
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    Arrays.setAll(result, i -> values[i]);
    return result;
  }

  /** A weight's value after a step. */
  @FunctionalInterface
  private interface Next {
    double of(int i, double g);
  }

  private static void step(Parameter parameter, double[] weights, Next next) {
    boolean met = parameter.tensor().hasGradient();
    double[] g = met ? doubles(parameter.tensor().gradient()) : new double[weights.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = next.of(i, g[i]);
      parameter.data()[i] = (float) weights[i];
    }
    parameter.tensor().clearGradient();
  }

  private static List<Double> learned(
      LanguageModel model, int[] tokens, double rate, double decay, boolean scaled) {
    DynamicReader.Options options = new DynamicReader.Options(STEPS, rate, decay);
    GradientScale scale =
        scaled
            ? GradientScale.measure(model, TokenSource.of(text(200)), STEPS, 3, 4, ONE, done -> {})
            : null;
    return read(new DynamicReader(model, options, scale, ONE), tokens);
  }

  @ParameterizedTest
  @MethodSource("io.refrain.evaluate.SmallReading#models")
  void plainDescentWithoutDecayIsSgd(LanguageModel model) {
    int[] tokens = text(STEPS * 5 + 1);
    LanguageModel trained = model.copy();
    Sgd sgd = new Sgd(trained.parameters());
    Tape tape = Tape.recording(ONE);
    RecurrentState state = trained.initialState(1);
    List<Double> expected = new ArrayList<>();
    float[] losses = new float[STEPS];
    for (int at = 0; at + STEPS < tokens.length; at += STEPS) {
      int[] inputs = Arrays.copyOfRange(tokens, at, at + STEPS);
      int[] targets = Arrays.copyOfRange(tokens, at + 1, at + STEPS + 1);
      LanguageModel.Reading reading = trained.read(tape, inputs, targets, STEPS, 1, state, losses);
      for (float loss : losses) {
        expected.add((double) -loss);
      }
      tape.backward(reading.loss());
      state.assign(reading.state());
      sgd.step(ONE, 0.7, 1);
      sgd.clearGradients();
      tape.clear();
    }

    assertClose(learned(model, tokens, 0.7, 0, false), expected, 1e-5);
  }

  @ParameterizedTest
  @MethodSource("io.refrain.evaluate.SmallReading#models")
  void decayLeadsBackToTheFirstWeights(LanguageModel model) {
    int[] tokens = text(STEPS * 4 + 3);
    List<Double> expected = byHand(model, tokens, plain(0.7, 0.3));
    assertThat(distance(expected, byHand(model, tokens, plain(0.7, 0)))).isGreaterThan(1e-3);
    assertThat(distance(expected, byHand(model, tokens, plain(0.7, -0.3)))).isGreaterThan(1e-3);

    assertClose(learned(model, tokens, 0.7, 0.3, false), expected, 1e-4);
  }

  /** The way back is that of the stretches before, so one step is all that is ever left. */
  @Test
  void fullDecayLeavesTheLastStepAlone() {
    LanguageModel model = SmallReading.model();
    int[] tokens = text(STEPS * 4 + 3);
    List<Double> expected = byHand(model, tokens, (name, i, p, before, g) -> before - 0.7 * g);

    assertClose(learned(model, tokens, 0.7, 1, false), expected, 1e-4);
  }

  @ParameterizedTest
  @MethodSource("io.refrain.evaluate.SmallReading#models")
  void aScaledStepIsThatOfTheFormula(LanguageModel model) {
    int[] tokens = text(STEPS * 4 + 3);
    Map<String, double[]> roots = GradientScaleTest.byHand(model, text(200), STEPS, 3, 4);
    double mean = GradientScaleTest.mean(roots);
    double decay = 0.4;
    List<Double> expected = byHand(model, tokens, scaled(roots, 0.02, decay));
    assertThat(roots.values().stream().flatMapToDouble(Arrays::stream))
        .as("some go all the way back")
        .anyMatch(r -> decay * r > mean)
        .anyMatch(r -> r > 0 && decay * r < mean / 2);
    assertThat(distance(expected, byHand(model, tokens, scaled(roots, 0.02, 0))))
        .isGreaterThan(1e-3);
    assertThat(distance(expected, byHand(model, tokens, scaled(roots, 0.022, decay))))
        .isGreaterThan(1e-3);

    assertClose(learned(model, tokens, 0.02, decay, true), expected, 2e-4);
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DynamicReader.Options(0, 1, 0))
        .withMessage("steps of dynamic evaluation must be from 1 to 65536, but are 0");
    assertThat(new DynamicReader.Options(1 << 16, 1, 0).steps()).isEqualTo(65_536);
    for (int many : new int[] {(1 << 16) + 1, Integer.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new DynamicReader.Options(many, 1, 0))
          .withMessage("steps of dynamic evaluation must be from 1 to 65536, but are " + many);
    }
    for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new DynamicReader.Options(1, rate, 0))
          .withMessageStartingWith("rate of dynamic evaluation must be");
    }
    for (double decay : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new DynamicReader.Options(1, 1, decay))
          .withMessageStartingWith("decay of dynamic evaluation must be");
    }
  }
}
