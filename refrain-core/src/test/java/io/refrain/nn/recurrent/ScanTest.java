package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import io.refrain.tensor.Tape;
import java.util.EnumSet;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sequences so long, of so few values, that time itself is cut in blocks. */
class ScanTest {
  private static StackProblem problem(TestedCell cell, int steps, boolean ragged) {
    EnumSet<Option> options = EnumSet.of(Option.BOTH_DIRECTIONS, Option.STATE_GIVEN);
    if (ragged) {
      options.add(Option.RAGGED);
    }
    StackProblem problem =
        new StackProblem(cell, new Shape(1, steps, 2, 2, 3), options, new SplittableRandom(steps));
    // Decay near 1, so that blocks matter to those after them.
    problem
        .stack
        .parameters()
        .forEach((name, parameter) -> {
          if (name.startsWith("bias_ih")) {
            float[] values = parameter.values();
            for (int i = 0; i < 3; i++) {
              values[i] = cell == TestedCell.MIN_GRU ? -7 : 7;
            }
            parameter.assign(values);
          }
        });
    return problem;
  }

  @ParameterizedTest
  @CsvSource({
    "MIN_GRU, 1023, false", // the last that is not cut
    "MIN_GRU, 1024, false",
    "MIN_GRU, 1025, false",
    "MIN_GRU, 1500, false",
    "MIN_GRU, 1500, true", // never cut
    "MIN_LSTM, 1024, false",
    "MIN_LSTM, 1279, false",
    "MIN_LSTM, 1300, true"
  })
  void agreesWithTheReferenceAndWithItselfOnAnyNumberOfThreads(
      TestedCell cell, int steps, boolean ragged) {
    assertThat(steps / Scan.BLOCK).isGreaterThanOrEqualTo(3);
    StackProblem problem = problem(cell, steps, ragged);
    ReferenceStack.Result expected =
        problem.reference().run(problem.vectors(), problem.weights(), problem.initial());
    Map<String, float[]> first = null;
    for (int threads = 1; threads <= 3; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        Tape tape = Tape.recording(team);
        problem.clearGradients();
        RecurrentStack.Output output = problem.run(tape, null);
        assertClose("output", output.output().data(), expected.output());
        for (int index = 0; index < 2; index++) {
          assertClose(
              "last state",
              output.state().layer(index).getFirst().data(),
              expected.last()[index][0]);
        }
        float[] values = output.output().data().clone();
        tape.backward(problem.loss(tape, output));
        Map<String, float[]> actual = problem.gradients();
        actual.put("output", values);
        if (first == null) {
          first = actual;
        } else {
          assertThat(actual).containsExactlyEntriesOf(first);
        }
      }
    }
    assertGradients(problem, first);
  }

  private static void assertClose(String name, float[] actual, double[] expected) {
    GradientCheck.assertClose(name, actual, expected, 1e-5);
  }

  private static void assertGradients(StackProblem problem, Map<String, float[]> gradients) {
    double[][][] initial = problem.initial();
    double[] x = problem.vectors();
    Map<String, double[]> weights = problem.weights();
    SplittableRandom random = new SplittableRandom(1);
    ReferenceStack reference = problem.reference();
    for (int index = 0; index < 2; index++) {
      GradientCheck.assertSlopes(
          "state",
          gradients.get("state 0 of layer " + index),
          initial[index][0],
          () -> problem.loss(reference.run(x, weights, initial)),
          random,
          1e-4);
    }
    for (String name : new String[] {"weight_ih_l0", "bias_ih_l0_reverse"}) {
      GradientCheck.assertSlopes(
          name,
          gradients.get(name),
          weights.get(name),
          () -> problem.loss(reference.run(x, weights, initial)),
          random,
          1e-4);
    }
  }
}
