package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where a layer's weights are many and its rows few, threads walk units of the layer instead of
 * rows; every bit stays.
 */
@Timeout(300)
class SharedUnitsTest {
  private static final Regularization DROPPING = new Regularization(0.3, true, 0.2, 0, 0);

  private static List<Set<Option>> combinations() {
    return List.of(
        Set.of(),
        Set.of(Option.INDEXED, Option.RAGGED),
        Set.of(Option.STATE_GIVEN, Option.RAGGED, Option.BOTH_DIRECTIONS),
        Set.of(Option.INDEXED, Option.STATE_GIVEN, Option.BOTH_DIRECTIONS, Option.WITHOUT_BIAS),
        Set.of(Option.BATCH_FIRST, Option.RESIDUAL, Option.RAGGED));
  }

  @ParameterizedTest
  @CsvSource({
    "ELMAN_TANH, 384, 1",
    "ELMAN_TANH, 384, 3",
    "ELMAN_RELU, 384, 3",
    "LSTM, 192, 1",
    "LSTM, 192, 3",
    "GRU, 256, 1", // 192 units are not enough weights
    "GRU, 256, 3"
  })
  void outputsStatesAndGradientsAreTheSameBits(TestedCell cell, int hidden, int batch) {
    assertThat(sharesUnits(cell.cell, hidden, batch)).isTrue();
    for (Set<Option> options : combinations()) {
      Map<String, float[]> expected = null;
      for (int threads = 1; threads <= 3; threads++) {
        StackProblem problem =
            new StackProblem(
                cell,
                new Shape(2, 5, batch, 4, hidden),
                options,
                DROPPING,
                new SplittableRandom(3));
        Map<String, float[]> actual = problem.pass(threads, new SplittableRandom(4));
        expected = expected == null ? actual : expected;
        ThreadCountTest.assertSame(actual, expected, cell + " " + problem, threads);
      }
    }
  }

  /** What {@link TimeWalk} asks for with two and three threads, of a layer without projection. */
  private static boolean sharesUnits(Cell cell, int hidden, int batch) {
    int panelWidth = Kernels.get().layout().width();
    return cell.unitwise()
        && hidden % panelWidth == 0
        && hidden / panelWidth >= 3
        && batch < 2 * TimeWalk.ENOUGH_ROWS
        && cell.gates() * hidden * hidden > TimeWalk.RESIDENT_VALUES;
  }

  /** A thread that fails does not leave the others waiting, and its failure is told. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theFailureOfOneThreadEndsTheWalk(int failing) {
    FailingCell cell = new FailingCell(step -> Float.isNaN(step.previous[0][step.previousAt(0)]));
    assertThat(sharesUnits(cell, 384, 1)).isTrue();
    RecurrentStack stack =
        new RecurrentStack(StackOptions.of(cell, 2, 384), new SplittableRandom(1));
    float[] h = new float[384];
    h[128 * failing] = Float.NaN; // the first unit of a thread's share
    RecurrentState state = RecurrentState.of(List.of(List.of(Tensor.constant(h, 1, 384))));
    Tensor x = Tensor.constant(new float[40], 20, 1, 2);
    try (ThreadTeam team = new ThreadTeam(3)) {
      for (int round = 0; round < 20; round++) {
        assertThatThrownBy(() -> stack.forward(Tape.recording(team), x, state))
            .satisfies(e ->
                assertThat(Stream.iterate(e, Objects::nonNull, Throwable::getCause).toList())
                    .last()
                    .isInstanceOf(ArithmeticException.class));
        stack.forward(Tape.recording(team), x, stack.initialState(1));
      }
    }
  }
}
