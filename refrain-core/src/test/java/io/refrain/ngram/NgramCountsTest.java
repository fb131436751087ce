package io.refrain.ngram;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.data.TokenSource;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NgramCountsTest {
  private static final int ORDER = 4;

  /** Tokens that hardly ever follow one another twice. */
  private static int[] noise(int length) {
    return new SplittableRandom(length).ints(length, 0, 5000).toArray();
  }

  private static NgramCounts ofEnd(int[] tokens, long bytes) {
    List<Long> told = new ArrayList<>();
    NgramCounts counts = NgramCounts.ofEnd(TokenSource.of(tokens), 5000, ORDER, bytes, told::add);
    assertThat(told).isSorted();
    assertThat(told.getLast()).isBetween(tokens.length - 1L, (long) tokens.length);
    return counts;
  }

  /** What all n-grams need where none comes twice is far from what they need here. */
  @Test
  void aTextThatRepeatsItselfIsCountedAsAWhole() {
    int[] tokens = new int[300_000];
    int[] noise = noise(20_000);
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = noise[i % noise.length];
    }
    long bytes = 16L << 20;
    assertThat(NgramCounts.mostTokens(bytes, ORDER)).isLessThan(50_000);
    assertThat(ofEnd(tokens, bytes).tokens()).isEqualTo(300_000);
  }

  @Test
  void ofATextThatIsTooLongTheEndIsCounted() {
    int[] tokens = noise(300_000);
    long bytes = 16L << 20;
    NgramCounts counts = ofEnd(tokens, bytes);
    long counted = counts.tokens();
    assertThat(counted)
        .isGreaterThanOrEqualTo(NgramCounts.mostTokens(bytes, ORDER))
        .isLessThan(200_000);
    assertThat(ofEnd(tokens, bytes).tokens()).as("the same again").isEqualTo(counted);
    assertThat(ofEnd(tokens, 2 * bytes).tokens()).isGreaterThan(counted);

    TokenSource text = TokenSource.of(tokens);
    KneserNey end =
        new KneserNey(
            NgramCounts.of(text.part(300_000 - counted, 300_000), 5000, ORDER, done -> {}), ORDER);
    TokenSource sample = text.part(295_000, 300_000);
    assertThat(new KneserNey(counts, ORDER).nats(sample)).isEqualTo(end.nats(sample));
  }

  /** The worst that can be, which needs no trying. */
  @Test
  void soManyTokensFitWhateverTheText() {
    long bytes = 1L << 20;
    assertThat(NgramCounts.mostTokens(bytes, 5)).isEqualTo(bytes / (92 * 5));
    assertThat(NgramCounts.mostTokens(Long.MAX_VALUE, 3))
        .as("what a table holds")
        .isEqualTo(1 << 28);
    assertThat(ofEnd(noise(5000), bytes).tokens())
        .isBetween(NgramCounts.mostTokens(bytes, ORDER), 5000L);
  }

  /** From its size before it grows to that after, the old arrays among them. */
  @Test
  void aTableKnowsWhatItNeeds() {
    NgramTable table = new NgramTable();
    assertThat(table.bytes(1)).isEqualTo(1024 * 12 + 512 * 8);
    for (int token = 0; token < 512; token++) {
      table.count(0, token);
    }
    assertThat(table.bytes(0)).isEqualTo(1024 * 12 + 512 * 8);
    assertThat(table.bytes(1)).isEqualTo(2048 * 12 + 1024 * 8 + 1024 * 12 + 512 * 4);
    table.count(0, 512);
    assertThat(table.bytes(0)).isEqualTo(2048 * 12 + 1024 * 8);
    assertThat(table.size()).isEqualTo(513);
  }
}
