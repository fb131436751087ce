package io.refrain.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GradientScaleTest {
  private static final int STEPS = 4;

  private static GradientScale measure(
      LanguageModel model, int[] tokens, int rows, int batches, ThreadTeam team) {
    return GradientScale.measure(
        model, TokenSource.of(tokens), STEPS, rows, batches, team, done -> {});
  }

  /**
   * The roots by the names of their parameters: rows side by side, each a stretch of the text whose
   * state is carried on, and the mean over all batches of the squares, in doubles.
   */
  static Map<String, double[]> byHand(
      LanguageModel model, int[] tokens, int steps, int rows, int batches) {
    LanguageModel copy = model.copy();
    Tape tape = Tape.recording(ThreadTeam.single());
    RecurrentState state = copy.initialState(rows);
    int column = (tokens.length - 1) / rows;
    Map<String, double[]> roots = new LinkedHashMap<>();
    copy.parameters().forEach((name, parameter) -> roots.put(name, new double[parameter.size()]));
    for (int batch = 0; batch < batches; batch++) {
      int[] inputs = new int[steps * rows];
      int[] targets = new int[steps * rows];
      for (int i = 0; i < inputs.length; i++) {
        int at = i % rows * column + batch * steps + i / rows;
        inputs[i] = tokens[at];
        targets[i] = tokens[at + 1];
      }
      LanguageModel.Reading reading =
          copy.read(tape, inputs, targets, steps, rows, state, new float[inputs.length]);
      tape.backward(reading.loss());
      state.assign(reading.state());
      copy.parameters().forEach((name, parameter) -> addSquares(parameter, roots.get(name)));
      tape.clear();
    }
    roots.values().forEach(values -> Arrays.setAll(values, i -> Math.sqrt(values[i] / batches)));
    return roots;
  }

  private static void addSquares(Parameter parameter, double[] sums) {
    Tensor tensor = parameter.tensor();
    if (tensor.hasGradient()) {
      float[] g = tensor.gradient();
      for (int i = 0; i < sums.length; i++) {
        sums[i] += (double) g[i] * g[i];
      }
      tensor.clearGradient();
    }
  }

  static double mean(Map<String, double[]> roots) {
    return roots.values().stream().flatMapToDouble(Arrays::stream).average().orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("io.refrain.evaluate.SmallReading#models")
  void rootsAreThoseOfTheMeanSquareOfAllBatches(LanguageModel model) {
    int[] tokens = SmallReading.text(100);
    Map<String, double[]> one = byHand(model, tokens, STEPS, 2, 1);
    Map<String, double[]> three = byHand(model, tokens, STEPS, 2, 3);
    assertThat(mean(three)).as("batches differ").isNotCloseTo(mean(one), within(1e-4));

    GradientScale scale = measure(model, tokens, 2, 3, ThreadTeam.single());

    List<String> names = List.copyOf(model.parameters().keySet());
    assertThat(scale.roots()).hasSameSizeAs(names);
    for (int p = 0; p < names.size(); p++) {
      double[] expected = three.get(names.get(p));
      float[] actual = scale.roots().get(p);
      assertThat(actual).as(names.get(p)).hasSameSizeAs(expected);
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) actual[i])
            .as("%s %d", names.get(p), i)
            .isCloseTo(expected[i], within(1e-6));
      }
    }
    assertThat(scale.mean()).isCloseTo(mean(three), within(1e-7)).isPositive();
  }

  /** Of a short text there are not more. */
  @Test
  void soManyBatchesAreMeasuredAtMost() {
    int[] tokens = SmallReading.text(2 * STEPS * 3 + 1);
    List<Integer> told = new ArrayList<>();
    GradientScale.measure(
        SmallReading.model(), TokenSource.of(tokens), STEPS, 2, 9, ThreadTeam.single(), told::add);
    assertThat(told).containsExactly(1, 2, 3);
  }

  @Test
  void threadsChangeNoBit() {
    LanguageModel model = SmallReading.model();
    int[] tokens = SmallReading.text(100);
    GradientScale one = measure(model, tokens, 2, 3, ThreadTeam.single());
    try (ThreadTeam team = new ThreadTeam(3)) {
      GradientScale three = measure(model, tokens, 2, 3, team);
      for (int p = 0; p < one.roots().size(); p++) {
        assertThat(three.roots().get(p)).containsExactly(one.roots().get(p));
      }
      assertThat(three.mean()).isEqualTo(one.mean());
    }
  }

  @Test
  void whatNothingCanBeDividedByIsRefused() {
    LanguageModel sure = SmallReading.model();
    sure.parameters().get("linear.bias").data()[0] = 1000; // nothing else is possible
    assertThatIllegalArgumentException()
        .isThrownBy(() -> measure(sure, new int[30], 2, 3, ThreadTeam.single()))
        .withMessageContainingAll("gradients is 0.0", "learn without their sizes");

    LanguageModel spoiled = SmallReading.model();
    spoiled.parameters().get("linear.bias").data()[0] = Float.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> measure(spoiled, new int[30], 2, 3, ThreadTeam.single()))
        .withMessageContainingAll("gradients is NaN", "earlier checkpoint");
  }
}
