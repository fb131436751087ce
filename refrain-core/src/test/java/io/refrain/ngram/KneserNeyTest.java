package io.refrain.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.TokenSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KneserNeyTest {
  /** Tokens as frequent as words are, so that some sequences come often. */
  static int[] text(long seed, int length, int vocabulary) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      int fresh = (int) (vocabulary * Math.pow(random.nextDouble(), 3));
      tokens[i] = i > 3 && random.nextInt(3) > 0 ? tokens[i - 1 - random.nextInt(3)] : fresh;
    }
    return tokens;
  }

  private static KneserNey model(int[] tokens, int vocabulary, int most, int order) {
    return new KneserNey(
        NgramCounts.of(TokenSource.of(tokens), vocabulary, most, done -> {}), order);
  }

  private static double probability(KneserNey model, int[] context, int token) {
    KneserNey.Walk walk = model.walk();
    Arrays.stream(context).forEach(walk::read);
    return walk.probability(token);
  }

  /** The formulas as they stand in the paper, over maps from sequences to counts. */
  private static final class Naive {
    private final List<Integer> text;
    private final int vocabulary;
    private final int order;

    Naive(int[] text, int vocabulary, int order) {
      this.text = Arrays.stream(text).boxed().toList();
      this.vocabulary = vocabulary;
      this.order = order;
    }

    private Map<List<Integer>, Integer> counts(int length) {
      Map<List<Integer>, Integer> counts = new HashMap<>();
      if (length == order) {
        for (int i = 0; i + length <= text.size(); i++) {
          counts.merge(text.subList(i, i + length), 1, Integer::sum);
        }
        return counts;
      }
      Set<List<Integer>> longer = new HashSet<>();
      for (int i = 0; i + length < text.size(); i++) {
        longer.add(text.subList(i, i + length + 1));
      }
      longer.forEach(one -> counts.merge(one.subList(1, length + 1), 1, Integer::sum));
      return counts;
    }

    double probability(List<Integer> context, int token) {
      double p = 1.0 / vocabulary;
      for (int length = 1; length <= order && length - 1 <= context.size(); length++) {
        p = interpolate(context.subList(context.size() - length + 1, context.size()), token, p);
      }
      return p;
    }

    private double interpolate(List<Integer> context, int token, double shorter) {
      Map<List<Integer>, Integer> counts = counts(context.size() + 1);
      double[] n = new double[5];
      counts.values().forEach(count -> n[Math.min(count, 4)] += count <= 4 ? 1 : 0);
      double y = n[1] / (n[1] + 2 * n[2]);
      double[] d = new double[4];
      for (int i = 1; i < 4; i++) {
        d[i] = i - (i + 1) * y * n[i + 1] / n[i];
        d[i] = d[i] > 0 && d[i] < i ? d[i] : i / 2.0;
      }
      double total = 0;
      double left = 0;
      double mine = 0;
      for (Map.Entry<List<Integer>, Integer> entry : counts.entrySet()) {
        if (entry.getKey().subList(0, context.size()).equals(context)) {
          int count = entry.getValue();
          double discount = d[Math.min(count, 3)];
          total += count;
          left += discount;
          mine += entry.getKey().getLast() == token ? count - discount : 0;
        }
      }
      return total == 0 ? shorter : (mine + left * shorter) / total;
    }
  }

  @Property(tries = 60)
  void isThatOfTheFormulas(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 120) int length,
      @ForAll @IntRange(min = 1, max = 9) int vocabulary,
      @ForAll @IntRange(min = 1, max = 5) int order,
      @ForAll @IntRange(max = 2) int longer) {
    int[] tokens = text(seed, length, vocabulary);
    KneserNey model = model(tokens, vocabulary, order + longer, order);
    Naive naive = new Naive(tokens, vocabulary, order);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 12; i++) {
      int[] context = random.ints(random.nextInt(6), 0, vocabulary).toArray();
      int token = random.nextInt(vocabulary);
      assertThat(probability(model, context, token))
          .isCloseTo(
              naive.probability(Arrays.stream(context).boxed().toList(), token), within(1e-12));
    }
  }

  @Property(tries = 100)
  void everyDistributionAddsUpToOne(
      @ForAll long seed,
      @ForAll @IntRange(max = 400) int length,
      @ForAll @IntRange(min = 1, max = 40) int vocabulary,
      @ForAll @IntRange(min = 1, max = 8) int order) {
    int[] tokens = text(seed, length, vocabulary);
    KneserNey model = model(tokens, vocabulary, order, order);
    KneserNey.Walk walk = model.walk();
    for (int read : text(seed + 1, 20, vocabulary)) {
      double sum = 0;
      for (int token = 0; token < vocabulary; token++) {
        assertThat(walk.probability(token)).isPositive();
        sum += walk.probability(token);
      }
      assertThat(sum).isCloseTo(1, within(1e-9));
      walk.read(read);
    }
  }

  /** By hand: a b a c, order 2; no count is 2, so a discount is half of its count. */
  @Test
  void aWorkedExample() {
    KneserNey model = model(new int[] {0, 1, 0, 2}, 3, 2, 2);
    // of the pairs ab, ba, ac: after different tokens are a 1, b 1, c 1, and 3 in all
    double single = (1 - 0.5) / 3 + 1.5 / 3 / 3;
    assertThat(probability(model, new int[0], 0)).isCloseTo(single, within(1e-12));
    // after a came b once and c once
    assertThat(probability(model, new int[] {0}, 1))
        .isCloseTo((1 - 0.5) / 2 + 1.0 / 2 * single, within(1e-12));
    assertThat(probability(model, new int[] {0}, 0)).isCloseTo(0.5 * single, within(1e-12));
    // after c came nothing
    assertThat(probability(model, new int[] {2}, 1)).isCloseTo(single, within(1e-12));
  }

  @Test
  void aTextIsScoredInItsOrder() {
    int[] tokens = text(3, 9000, 20);
    KneserNey model = model(text(4, 5000, 20), 20, 4, 4);
    KneserNey.Walk walk = model.walk();
    double expected = 0;
    for (int i = 0; i < tokens.length; i++) {
      expected -= i == 0 ? 0 : Math.log(walk.probability(tokens[i]));
      walk.read(tokens[i]);
    }
    assertThat(model.nats(TokenSource.of(tokens))).isCloseTo(expected, within(1e-9));
  }

  @Test
  void whatCannotBeCountedIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model(new int[] {0, 3}, 3, 2, 2))
        .withMessage("token 3 is outside 0 to 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model(new int[] {0}, 3, 0, 1))
        .withMessage("order must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model(new int[] {0}, 3, 2, 3))
        .withMessage("order must be from 1 to 2, but is 3");
  }

  /** To the bit, for both do the same sums in the same order. */
  @Test
  void theNextOrderOverTheSameCountsIsTheModelOfThatOrder() {
    TokenSource held = TokenSource.of(text(8, 500, 20));
    NgramCounts counts = NgramCounts.of(TokenSource.of(text(7, 5000, 20)), 20, 6, done -> {});
    KneserNey longer = new KneserNey(counts, 1);
    for (int order = 2; order <= 6; order++) {
      KneserNey before = longer;
      double shorterNats = before.nats(held);
      longer = before.longer();
      assertThat(longer.order()).isEqualTo(order);
      assertThat(longer.nats(held)).isEqualTo(new KneserNey(counts, order).nats(held));
      assertThat(before.nats(held)).as("it stays").isEqualTo(shorterNats);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(longer::longer)
        .withMessage("order must be from 1 to 6, but is 7");
  }
}
