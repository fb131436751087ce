package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The number of threads changes no bit of a loss, a gradient or a trained weight. */
class ThreadCountTest {
  /** What twenty steps leave behind. */
  private record Trained(
      float[] losses, Map<String, float[]> gradients, Map<String, float[]> weights) {}

  @ParameterizedTest
  @CsvSource({
    // vocabulary, hidden, layers, batch, steps, adam
    "28, 40, 1, 5, 7, false",
    "28, 40, 2, 1, 4, true", // threads without a row of the batch
    "5, 130, 1, 4, 3, true", // panels of units that three threads share
    "65, 257, 2, 7, 2, false",
    "28, 64, 3, 32, 18, true"
  })
  void oneTwoAndThreeThreadsGiveTheSameBits(
      int vocabulary, int hidden, int layers, int batch, int steps, boolean adam) {
    Trained expected = null;
    for (int threads = 1; threads <= 3; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        TrainedNetwork network =
            new TrainedNetwork(team, vocabulary, hidden, layers, batch, steps, adam);
        Trained actual = train(network);
        if (expected == null) {
          expected = actual;
        } else {
          assertThat(actual.losses).isEqualTo(expected.losses);
          assertSame(actual.gradients, expected.gradients, "gradient", threads);
          assertSame(actual.weights, expected.weights, "weights", threads);
        }
      }
    }
    assertThat(expected.losses[19]).isLessThan(expected.losses[0]);
  }

  /** Every cell with all that is drawn at random, even and ragged, in both directions. */
  @ParameterizedTest
  @EnumSource
  void everyCellGivesTheSameBitsOnAnyNumberOfThreads(TestedCell cell) {
    for (Shape shape : List.of(new Shape(2, 6, 7, 5, 19), new Shape(1, 3, 4, 3, 133))) {
      for (boolean ragged : new boolean[] {false, true}) {
        Map<String, float[]> expected = null;
        for (int threads : new int[] {1, 2, 3, 5}) {
          Map<String, float[]> actual = pass(cell, shape, ragged, threads);
          expected = expected == null ? actual : expected;
          assertSame(actual, expected, cell + " " + shape + " ragged " + ragged, threads);
        }
      }
    }
  }

  /** Output, final states and every gradient of one pass. */
  private static Map<String, float[]> pass(
      TestedCell cell, Shape shape, boolean ragged, int threads) {
    EnumSet<Option> options =
        EnumSet.of(Option.BOTH_DIRECTIONS, Option.STATE_GIVEN, Option.PROJECTED);
    if (ragged) {
      options.add(Option.RAGGED);
    }
    double weightDrop = cell.hasHiddenWeight() ? 0.2 : 0;
    StackProblem problem =
        new StackProblem(
            cell,
            shape,
            options,
            new Regularization(0.3, ragged, weightDrop, 0.1, cell.hasCellState() ? 0.2 : 0),
            new SplittableRandom(3));
    return problem.pass(threads, new SplittableRandom(4));
  }

  private static Trained train(TrainedNetwork network) {
    float[] losses = new float[20];
    for (int step = 0; step < losses.length; step++) {
      losses[step] = network.step();
    }
    return new Trained(losses, network.copies(true), network.copies(false));
  }

  /** Demands the same bits of everything that has a name. */
  static void assertSame(
      Map<String, float[]> actual, Map<String, float[]> expected, String what, int threads) {
    expected.forEach((name, values) ->
        assertThat(Arrays.equals(actual.get(name), values))
            .as("%s of %s with %d threads is the same bits as with one", what, name, threads)
            .isTrue());
  }
}
