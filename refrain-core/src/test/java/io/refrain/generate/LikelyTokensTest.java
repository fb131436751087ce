package io.refrain.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.generate.Sampler.Options;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class LikelyTokensTest {
  private static final int[] SIZES = {1, 2, LikelyTokens.FEW, LikelyTokens.FEW + 1, 700, 3000};
  private static final double[] SHARES = {1e-9, 0.1, 0.5, 0.9, 0.999_999, Math.nextDown(1.0), 1};
  private static final double[] LEAST = {0, 0.05, 0.5, 1};

  /** The definition: all tokens are sorted. */
  private static int drawOfSorted(float[] probabilities, Options options, double at) {
    List<Integer> order =
        IntStream.range(0, probabilities.length)
            .boxed()
            .sorted(Comparator.comparingDouble(token -> -probabilities[token]))
            .toList();
    int most = options.topK() == 0 ? order.size() : Math.min(options.topK(), order.size());
    double whole = sum(probabilities, order.subList(0, most));
    int kept = 0;
    double sum = 0;
    while (kept < most && (kept == 0 || sum < options.topP() * whole)) {
      sum += probabilities[order.get(kept)];
      kept++;
    }
    double least = options.minP() * probabilities[order.getFirst()];
    while (kept > 1 && probabilities[order.get(kept - 1)] < least) {
      kept--;
    }
    double target = at * sum(probabilities, order.subList(0, kept));
    for (int token : order.subList(0, kept)) {
      target -= probabilities[token];
      if (target < 0) {
        return token;
      }
    }
    return order.getFirst();
  }

  private static double sum(float[] probabilities, List<Integer> tokens) {
    double sum = 0;
    for (int token : tokens) {
      sum += probabilities[token];
    }
    return sum;
  }

  /** Flat or steep, with ties and zeros or without, or so even that sums meet their limits. */
  private static float[] probabilities(int count, SplittableRandom random) {
    double steepness = 12 * random.nextDouble();
    double grid = random.nextBoolean() ? 0 : 0.25;
    boolean even = random.nextInt(4) == 0;
    double[] weights = new double[count];
    double sum = 0;
    for (int i = 0; i < count; i++) {
      double logit = steepness * random.nextGaussian();
      double weight = Math.exp(grid == 0 ? logit : grid * Math.rint(logit / grid));
      weights[i] = random.nextInt(5) == 0 ? 0 : even ? 1 : weight;
      sum += weights[i];
    }
    float[] probabilities = new float[count];
    double whole = even ? Integer.highestOneBit(count) : Math.max(sum, Double.MIN_NORMAL);
    for (int i = 0; i < count; i++) {
      probabilities[i] = (float) (weights[i] / whole);
    }
    probabilities[random.nextInt(count)] = 0.5f; // one at least is not 0
    return probabilities;
  }

  @Property(tries = 400)
  void theChoiceIsThatOfSortingAllTokens(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    LikelyTokens likely = new LikelyTokens();
    for (int size : SIZES) {
      float[] probabilities = probabilities(size, random);
      int[] counts = {0, 1, 3, size / 2, size - 1, size, size + 5};
      Options options =
          Options.temperature(1)
              .withTopK(counts[random.nextInt(counts.length)])
              .withTopP(SHARES[random.nextInt(SHARES.length)])
              .withMinP(LEAST[random.nextInt(LEAST.length)]);
      for (double at : new double[] {0, random.nextDouble(), 0.99, Math.nextDown(1.0)}) {
        assertThat(likely.draw(probabilities, options, at))
            .as("%s of %d at %s", options, size, at)
            .isEqualTo(drawOfSorted(probabilities, options, at));
      }
    }
  }

  /** Two quarters are a half: a sum that only rounding could put on one side or the other. */
  @Test
  void aSumThatMeetsTheShareIsEnough() {
    float[] probabilities = new float[1000];
    for (int token : new int[] {20, 300, 470, 999}) {
      probabilities[token] = 0.25f;
    }
    Options half = Options.temperature(1).withTopP(0.5);
    Options more = Options.temperature(1).withTopP(Math.nextUp(0.5));
    LikelyTokens likely = new LikelyTokens();
    assertThat(likely.draw(probabilities, half, Math.nextDown(1.0))).isEqualTo(300);
    assertThat(likely.draw(probabilities, more, Math.nextDown(1.0))).isEqualTo(470);
  }
}
