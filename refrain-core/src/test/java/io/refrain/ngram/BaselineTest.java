package io.refrain.ngram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.data.TokenSource;
import io.refrain.store.Json;
import io.refrain.store.JsonObject;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineTest {
  private static final int VOCABULARY = 20;
  private static final long PLENTY = 1L << 30;

  /**
   * A phrase again and again, in which what comes next depends on three tokens before, and some
   * noise, so that longer memory is of no more use.
   */
  private static int[] phrases(int length) {
    int[] phrase = {1, 1, 2, 1, 1, 1, 3};
    SplittableRandom random = new SplittableRandom(3);
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      tokens[i] = random.nextInt(6) == 0 ? random.nextInt(4) : phrase[i % phrase.length];
    }
    return tokens;
  }

  private static KneserNey model(TokenSource train, int order) {
    return new KneserNey(NgramCounts.of(train, VOCABULARY, order, done -> {}), order);
  }

  private static Baseline baseline(TokenSource train, TokenSource test, long bytes) {
    List<Long> told = new ArrayList<>();
    Baseline baseline = Baseline.of(Baseline.model(train, VOCABULARY, bytes, told::add), test);
    assertThat(told).isSorted();
    assertThat(told.getLast()).isLessThanOrEqualTo(Baseline.work(train.size()));
    return baseline;
  }

  @Test
  void theOrderIsTheOneThatPredictsTheEndBest() {
    TokenSource train = TokenSource.of(phrases(8000));
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    List<Double> nats = new ArrayList<>();
    for (int order = 2; order <= 10; order++) {
      nats.add(model(train.part(0, 7600), order).nats(train.part(7600, 8000)));
      if (nats.getLast() < least) {
        least = nats.getLast();
        best = order;
      }
    }
    assertThat(best).as("of %s", nats).isBetween(3, 9);

    assertThat(Baseline.model(train, VOCABULARY, PLENTY, done -> {}).order()).isEqualTo(best);

    int[] noise = new SplittableRandom(1).ints(8000, 0, VOCABULARY).toArray();
    KneserNey ofNoise = Baseline.model(TokenSource.of(noise), VOCABULARY, PLENTY, done -> {});
    assertThat(ofNoise.order()).isEqualTo(2);
  }

  /** Where it is chosen, nothing is counted, so a bar would stand. */
  @Test
  void everyOrderThatIsTriedIsTold() {
    List<Long> told = new ArrayList<>();
    TokenSource train = TokenSource.of(phrases(8000));
    Baseline.model(train, VOCABULARY, PLENTY, told::add);
    assertThat(told.stream().filter(done -> done > 7600 && done <= 8000)).hasSize(9);
    assertThat(told.getLast()).isEqualTo(Baseline.work(8000)).isEqualTo(16_000);
  }

  @Test
  void theBaselineKnowsItsOrderAndWhatWasCounted() {
    TokenSource text = TokenSource.of(KneserNeyTest.text(5, 30_000, VOCABULARY));
    TokenSource train = text.part(0, 28_000);
    TokenSource test = text.part(28_000, 30_000);
    Baseline all = baseline(train, test, PLENTY);
    assertThat(all.counted()).isEqualTo(28_000);
    assertThat(all.tokens()).isEqualTo(1999);
    assertThat(all.logProbability()).isEqualTo(-model(train, all.order()).nats(test));
    assertThat(all.perplexity()).isBetween(1.0, 20.0);

    Baseline few = baseline(train.part(0, 1), test, 1 << 20);
    assertThat(few.perplexity()).isBetween(15.0, 40.0);
  }

  @Test
  void whereMemoryIsShortTheEndIsCounted() {
    TokenSource text = TokenSource.of(phrases(30_000));
    TokenSource train = text.part(0, 28_000);
    TokenSource test = text.part(28_000, 30_000);
    Baseline some = baseline(train, test, 1_200_000);
    long counted = some.counted();
    assertThat(counted).isBetween(1000L, 27_000L);
    assertThat(some.logProbability())
        .isEqualTo(-model(train.part(28_000 - counted, 28_000), some.order()).nats(test))
        .isNotEqualTo(-model(train.part(0, counted), some.order()).nats(test));
  }

  @Test
  void comesBackFromItsFile() throws IOException {
    Baseline written = new Baseline(5, 123_456_789_012L, -1234.5678901234567, 890);
    byte[] json = Json.pretty(written.toJson()).getBytes(StandardCharsets.UTF_8);
    assertThat(Baseline.fromJson(JsonObject.parse("baseline.json", json))).isEqualTo(written);
  }

  @Test
  void aTextOfWhichNothingIsPredictedIsRefused() {
    KneserNey model = model(TokenSource.of(phrases(100)), 2);
    for (int size = 0; size < 2; size++) {
      TokenSource test = TokenSource.of(new int[size]);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Baseline.of(model, test))
          .withMessageContaining("at least 2 tokens")
          .withMessageEndingWith("it has " + size);
    }
    assertThat(Baseline.of(model(TokenSource.of(new int[100]), 2), TokenSource.of(0, 0)).tokens())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0 | 5  | -1   | 3  | order
          2 | -1 | -1   | 3  | counted tokens must be at least 0, but are -1
          2 | 5  | -1   | 0  | predicted tokens must be at least 1, but are 0
          2 | 5  | -1   | -7 | predicted tokens must be at least 1, but are -7
          2 | 5  | 0.5  | 3  | log P must be finite and at most 0, but is 0.5
          """)
  void figuresThatCannotBeAreRefusedAlsoInAFile(
      int order,
      long counted,
      double logProbability,
      long tokens,
      String message,
      @TempDir Path run)
      throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Baseline(order, counted, logProbability, tokens))
        .withMessageContaining(message);
    RunDirectory directory = new RunDirectory(run);
    Files.writeString(
        directory.baselineFile(),
        "{\"order\": %d, \"counted_tokens\": %d, \"log_probability\": %s, \"tokens\": %d}"
            .formatted(order, counted, logProbability, tokens));
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(directory::baseline)
        .withMessageStartingWith(directory.baselineFile().toString())
        .withMessageContaining(message);
  }
}
