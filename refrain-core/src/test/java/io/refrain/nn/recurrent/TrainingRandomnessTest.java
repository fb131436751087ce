package io.refrain.nn.recurrent;

import static io.refrain.nn.recurrent.StackProblem.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is drawn at random in training: dropout, weight drop and zoneout. */
class TrainingRandomnessTest {
  private static final int HIDDEN = 400;

  private final Tape tape = Tape.recording(ThreadTeam.single());

  private static Regularization everything(TestedCell cell, boolean locked) {
    return new Regularization(
        0.3, locked, cell.hasHiddenWeight() ? 0.4 : 0, 0.25, cell.hasCellState() ? 0.35 : 0);
  }

  private static StackProblem problem(TestedCell cell, boolean locked, Option... options) {
    Set<Option> set = EnumSet.of(Option.STATE_GIVEN, options);
    return new StackProblem(
        cell, new Shape(2, 4, 3, 3, 12), set, everything(cell, locked), new SplittableRandom(3));
  }

  @ParameterizedTest
  @EnumSource
  void theSameSeedGivesTheSameBitsAndAnotherSeedOthers(TestedCell cell) {
    StackProblem problem = problem(cell, true, Option.RAGGED, Option.BOTH_DIRECTIONS);

    Map<String, float[]> gradients = pass(problem, 5);
    Map<String, float[]> again = pass(problem, 5);
    Map<String, float[]> other = pass(problem, 6);

    gradients.forEach((name, values) -> {
      assertThat(again.get(name)).as(name).isEqualTo(values);
      assertThat(other.get(name)).as(name).isNotEqualTo(values);
    });
  }

  private Map<String, float[]> pass(StackProblem problem, int seed) {
    tape.clear();
    problem.clearGradients();
    RecurrentStack.Output output = problem.run(tape, seed(seed));
    tape.backward(problem.loss(tape, output));
    Map<String, float[]> result = problem.gradients();
    result.put("output", output.output().data().clone());
    return result;
  }

  /** The same seed draws the same masks, so the loss is a function that has differences. */
  @ParameterizedTest
  @EnumSource
  void gradientsAreDifferencesOfTheSameSeed(TestedCell cell) {
    for (List<Option> options :
        List.of(
            List.of(Option.RESIDUAL),
            List.of(Option.RAGGED, Option.BOTH_DIRECTIONS),
            List.of(Option.PROJECTED, Option.BATCH_FIRST, Option.RAGGED))) {
      boolean locked = options.contains(Option.RAGGED);
      StackProblem problem = problem(cell, locked, options.toArray(Option[]::new));
      if (cell == TestedCell.ELMAN_RELU) {
        keepFromKinks(problem.stack);
      }
      pass(problem, 9);

      DoubleSupplier loss = () -> problem.loss(seed(9));
      SplittableRandom random = new SplittableRandom(1);
      problem
          .stack
          .parameters()
          .forEach((name, parameter) ->
              GradientCheck.assertRoughSlopes(
                  options + " " + name,
                  parameter.tensor().gradient(),
                  parameter.data(),
                  loss,
                  random));
      problem.states.forEach(tensors ->
          tensors.forEach(tensor ->
              GradientCheck.assertRoughSlopes(
                  options + " state", tensor.gradient(), tensor.data(), loss, random)));
      if (!options.contains(Option.RAGGED)) { // padding is NaN
        GradientCheck.assertRoughSlopes(
            options + " input", problem.x.gradient(), problem.x.data(), loss, random);
      }
    }
  }

  /** Steps of single precision are wide, so every gate has to be well above zero. */
  private static void keepFromKinks(RecurrentStack stack) {
    for (Map.Entry<String, Parameter> entry : stack.parameters().entrySet()) {
      float[] values = entry.getValue().values();
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.abs(values[i]) / 6 + (entry.getKey().startsWith("bias_ih") ? 1 : 0);
      }
      entry.getValue().assign(values);
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutAGeneratorNothingIsDropped(TestedCell cell) {
    StackOptions plain = StackOptions.of(cell.cell, 3, 7).withLayers(2);
    double weightDrop = cell.hasHiddenWeight() ? 0.5 : 0;
    StackOptions dropping = plain.with(new Regularization(0.5, true, weightDrop, 0, 0));
    Tensor x = Tensor.constant(GradientCheck.values(seed(1), 4 * 2 * 3), 4, 2, 3);

    float[] expected = output(plain, x, null);

    assertThat(output(dropping, x, null)).isEqualTo(expected);
    assertThat(output(dropping, x, 8L)).isNotEqualTo(expected);
    assertThat(output(plain, x, 8L)).as("nothing to draw").isEqualTo(expected);
  }

  private float[] output(StackOptions options, Tensor x, Long seed) {
    RecurrentStack stack = new RecurrentStack(options, new SplittableRandom(4));
    RecurrentState state = stack.initialState(x.length(1));
    Tensor output =
        seed == null
            ? stack.forward(tape, x, state).output()
            : stack.forward(tape, Sequences.of(x), state, seed(seed)).output();
    return output.data();
  }

  /**
   * What zoneout keeps is the state before, and what it does not is what the cell makes of it: for
   * one step from a given state, both are known.
   */
  @ParameterizedTest
  @EnumSource
  void zoneoutKeepsAsManyValuesAsAskedFor(TestedCell cell) {
    double[] rates = {0.25, cell.hasCellState() ? 0.6 : 0};
    StackOptions options = StackOptions.of(cell.cell, 3, HIDDEN);
    RecurrentStack plain = new RecurrentStack(options, new SplittableRandom(4));
    RecurrentStack zoned =
        new RecurrentStack(
            options.with(new Regularization(0, false, 0, rates[0], rates[1])),
            new SplittableRandom(4));
    Tensor x = Tensor.constant(GradientCheck.values(seed(1), 5 * 3), 1, 5, 3);
    List<Tensor> before =
        java.util.stream.IntStream.range(0, options.states())
            .mapToObj(
                i -> Tensor.constant(GradientCheck.values(seed(i + 2), 5 * HIDDEN), 5, HIDDEN))
            .toList();
    RecurrentState state = RecurrentState.of(List.of(before));
    List<Tensor> fresh = plain.forward(tape, x, state).state().layer(0);

    List<Tensor> after = zoned.forward(tape, Sequences.of(x), state, seed(3)).state().layer(0);

    for (int i = 0; i < options.states(); i++) {
      int kept = 0;
      for (int j = 0; j < 5 * HIDDEN; j++) {
        boolean keeps = near(after.get(i).data()[j], before.get(i).data()[j]);
        assertThat(keeps || near(after.get(i).data()[j], fresh.get(i).data()[j]))
            .as("state %d, value %d is old or new", i, j)
            .isTrue();
        kept += keeps ? 1 : 0;
      }
      assertThat(kept / (5.0 * HIDDEN))
          .as("state %d", i)
          .isBetween(rates[i] - 0.05, rates[i] + 0.05);
    }
  }

  private static boolean near(float x, float y) {
    return Math.abs(x - y) <= 2e-6f * (1 + Math.abs(y));
  }

  @ParameterizedTest
  @EnumSource
  void zoneoutOfOneKeepsTheStateForever(TestedCell cell) {
    StackOptions options =
        StackOptions.of(cell.cell, 3, 6)
            .with(new Regularization(0, false, 0, 1, cell.hasCellState() ? 1 : 0));
    RecurrentStack stack = new RecurrentStack(options, new SplittableRandom(4));
    Tensor x = Tensor.constant(GradientCheck.values(seed(1), 4 * 2 * 3), 4, 2, 3);

    for (Long seed : Arrays.asList(null, 5L)) {
      RecurrentState state = stack.initialState(2);
      var output =
          seed == null
              ? stack.forward(tape, x, state)
              : stack.forward(tape, Sequences.of(x), state, seed(seed));
      assertThat(output.output().data()).containsOnly(0f);
      output.state().layer(0).forEach(tensor -> assertThat(tensor.data()).containsOnly(0f));
    }
  }

  @ParameterizedTest
  @EnumSource
  void anObserverSeesTheShareOfAGradientThatZoneoutLeaves(TestedCell cell) {
    StackOptions options =
        StackOptions.of(cell.cell, 3, 6).with(new Regularization(0, false, 0, 0.25, 0));
    RecurrentStack stack = new RecurrentStack(options, new SplittableRandom(4));
    Tensor x = Tensor.constant(GradientCheck.values(seed(1), 2 * 3), 1, 2, 3);
    float[] weights = GradientCheck.values(seed(2), 2 * 6);
    Tensor[] seen = new Tensor[1];

    Tensor output =
        stack
            .observe(
                tape,
                Sequences.of(x),
                stack.initialState(2),
                (layer, values, gates) -> seen[layer] = values)
            .output();
    tape.backward(GradientCheck.weightedSum(tape, output, weights));

    for (int i = 0; i < weights.length; i++) {
      assertThat(seen[0].gradient()[i]).isCloseTo(0.75f * weights[i], within(1e-6f));
    }
  }

  /** Drawn anew at each step: over the steps, every value moves at some time. */
  @Test
  void zoneoutIsDrawnAnewAtEachStep() {
    StackOptions options =
        StackOptions.of(new MinGruCell(), 1, HIDDEN).with(new Regularization(0, false, 0, 0.5, 0));
    RecurrentStack stack = new RecurrentStack(options, new SplittableRandom(4));
    Tensor x = Tensor.constant(new float[] {1, 1, 1, 1, 1, 1}, 6, 1, 1);

    float[] h =
        stack.forward(tape, Sequences.of(x), stack.initialState(1), seed(3)).output().data();

    int[] steps = new int[6];
    int moved = 0;
    for (int i = 0; i < HIDDEN; i++) {
      boolean moves = false;
      for (int t = 0; t < 6; t++) {
        boolean kept = h[t * HIDDEN + i] == (t == 0 ? 0 : h[(t - 1) * HIDDEN + i]);
        steps[t] += kept ? 1 : 0;
        moves |= !kept;
      }
      moved += moves ? 1 : 0;
    }
    assertThat(moved).isGreaterThan(HIDDEN * 9 / 10); // 63 of 64
    for (int kept : steps) {
      assertThat(kept).isBetween(HIDDEN / 2 - 50, HIDDEN / 2 + 50);
    }
  }

  /** A weight that is dropped has no gradient; the others are scaled up for the whole pass. */
  @ParameterizedTest
  @CsvSource({"LSTM, false", "GRU, true", "ELMAN_TANH, true", "LAYER_NORM_GRU, false"})
  void weightDropLeavesWeightsOutForAWholePass(TestedCell cell, boolean bothDirections) {
    StackOptions options = StackOptions.of(cell.cell, 3, 20).withLayers(2);
    options = bothDirections ? options.withBothDirections() : options;
    RecurrentStack stack =
        new RecurrentStack(
            options.with(new Regularization(0, false, 0.4, 0, 0)), new SplittableRandom(4));
    RecurrentStack plain = new RecurrentStack(options, new SplittableRandom(4));
    Tensor x = Tensor.constant(GradientCheck.values(seed(1), 5 * 4 * 3), 5, 4, 3);

    Tensor output = stack.forward(tape, Sequences.of(x), stack.initialState(4), seed(6)).output();
    float[] actual = output.data().clone();
    tape.backward(
        GradientCheck.weightedSum(tape, output, GradientCheck.values(seed(7), output.size())));

    stack
        .parameters()
        .forEach((name, parameter) -> {
          if (name.startsWith("weight_hh")) {
            float[] gradient = parameter.gradient();
            float[] left = parameter.values();
            int dropped = 0;
            for (int i = 0; i < left.length; i++) {
              dropped += gradient[i] == 0 ? 1 : 0;
              left[i] = gradient[i] == 0 ? 0 : left[i] * (float) (1 / 0.6);
            }
            assertThat(dropped / (double) left.length).as(name).isBetween(0.33, 0.47);
            plain.parameters().get(name).assign(left);
          }
        });
    assertThat(plain.forward(tape, x, plain.initialState(4)).output().data()).isEqualTo(actual);
  }

  @Test
  void weightDropOfOneLeavesNoMemory() {
    StackOptions options =
        StackOptions.of(new ElmanCell(ElmanCell.Nonlinearity.TANH), 3, 6)
            .with(new Regularization(0, false, 1, 0, 0));
    RecurrentStack stack = new RecurrentStack(options, new SplittableRandom(4));
    float[] x = {0.1f, 0.2f, 0.3f, 0.1f, 0.2f, 0.3f, 0.1f, 0.2f, 0.3f};

    float[] h =
        stack
            .forward(
                tape, Sequences.of(Tensor.constant(x, 3, 1, 3)), stack.initialState(1), seed(1))
            .output()
            .data();

    assertThat(Arrays.copyOfRange(h, 6, 12)).isEqualTo(Arrays.copyOf(h, 6));
    assertThat(Arrays.copyOfRange(h, 12, 18)).isEqualTo(Arrays.copyOf(h, 6));
  }
}
