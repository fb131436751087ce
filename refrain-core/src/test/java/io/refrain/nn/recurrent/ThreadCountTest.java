package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    "5, 130, 1, 4, 3, true", // three panels: one for each of three threads
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

  private static Trained train(TrainedNetwork network) {
    float[] losses = new float[20];
    for (int step = 0; step < losses.length; step++) {
      losses[step] = network.step();
    }
    return new Trained(losses, network.copies(true), network.copies(false));
  }

  private static void assertSame(
      Map<String, float[]> actual, Map<String, float[]> expected, String what, int threads) {
    expected.forEach((name, values) ->
        assertThat(Arrays.equals(actual.get(name), values))
            .as("%s of %s with %d threads is the same bits as with one", what, name, threads)
            .isTrue());
  }
}
