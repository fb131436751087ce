package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.evaluate.Score;
import io.refrain.ngram.Baseline;
import io.refrain.ngram.KneserNey;
import io.refrain.ngram.NgramCounts;
import io.refrain.text.CorpusSource;
import io.refrain.text.VerbatimTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What counting comes to, and how it is told. */
class NgramBaselineTest {
  /** Two nats a token. */
  private static NgramBaseline ngrams(long counted, long training) {
    return new NgramBaseline(new Baseline(5, counted, -200, 100), training);
  }

  /** Or the same text would have another figure when there is more garbage. */
  @Test
  void theMemoryToCountInIsThatOfTheHeapWhateverIsInUse() {
    long before = NgramBaseline.memory();
    byte[] used = new byte[1 << 25];
    assertThat(NgramBaseline.memory()).isEqualTo(before);
    assertThat(before).isBetween(1L << 20, Runtime.getRuntime().maxMemory());
    assertThat(used).hasSize(1 << 25); // in use until here
  }

  @Test
  void itIsSaidHowMuchWasCounted() {
    assertThat(ngrams(1000, 1000).line())
        .isEqualTo(
            "n-grams of up to 5 tokens (Kneser-Ney), counted in 1,000 tokens, give perplexity 7.39");
    assertThat(ngrams(1000, 25_000).line())
        .isEqualTo(
            "n-grams of up to 5 tokens (Kneser-Ney), counted in the last 1,000 of 25,000 tokens,"
                + " give perplexity 7.39");
    assertThat(NgramBaseline.line(ngrams(1000, 25_000).baseline()))
        .isEqualTo("of up to 5 tokens (Kneser-Ney), counted in 1,000 tokens, give perplexity 7.39");
    assertThat(ngrams(1000, 25_000).toJson())
        .containsEntry("order", 5)
        .containsEntry("counted_tokens", 1000L)
        .containsEntry("training_tokens", 25_000L);
    assertThat(ngrams(1000, 25_000).event())
        .containsEntry("event", "baseline")
        .containsEntry("training_tokens", 25_000L)
        .containsEntry("perplexity", Math.exp(2));
  }

  @Test
  void aNetworkIsComparedWithNgramsOfAllItWasTrainedOn() {
    assertThat(ngrams(1000, 1000).verdict(1.9)).isEmpty();
    assertThat(ngrams(1000, 1000).verdict(2).orElseThrow()).contains("does not earn its keep");
    assertThat(ngrams(1000, 25_000).verdict(1.9).orElseThrow())
        .contains("N-grams of all tokens may predict better", "more memory");
    assertThat(ngrams(1000, 25_000).verdict(2.1).orElseThrow()).contains("does not earn its keep");
  }

  @Test
  void whereMemoryIsShortTheEndOfTheTextIsCounted() {
    int[] tokens = new SplittableRandom(1).ints(60_000, 0, 5000).toArray();
    Split split = Split.byPosition(TokenSource.of(tokens), 0.1);
    NgramBaseline few = NgramBaseline.of(split, 5000, 1 << 20);
    assertThat(few.training()).isEqualTo(54_000);
    assertThat(few.baseline().counted()).isLessThan(54_000);
    assertThat(few.extent()).contains("counted in the last ", " of 54,000 tokens");
    NgramBaseline all = NgramBaseline.of(split, 5000, 1 << 28);
    assertThat(all.baseline().counted()).isEqualTo(54_000);
    assertThat(all.extent()).endsWith("counted in 54,000 tokens");
  }

  /** The text is two pieces, and counting must go on where the first ends. */
  @Test
  void aTextOfSeveralPiecesHasTheSumOfTheModel() throws IOException {
    String text = "It was \u2014 \u00e9 \u2014 the worst of times.\n".repeat(140_000);
    VerbatimTokenizer tokenizer = VerbatimTokenizer.train(text);
    int[] tokens = tokenizer.encode(text);
    EvaluatedText evaluated =
        EvaluatedText.of(CorpusSource.of("text", text.getBytes(StandardCharsets.UTF_8)), tokenizer);
    assertThat(evaluated.pieces().size()).isGreaterThan(1);
    KneserNey model =
        new KneserNey(
            NgramCounts.of(TokenSource.of(tokens).part(0, 5000), tokenizer.size(), 2, _ -> {}), 2);
    Baseline predicted = NgramBaseline.predicting(evaluated, model);
    assertThat(predicted).isEqualTo(Baseline.of(model, TokenSource.of(tokens)));
  }

  @Test
  void itsScoreIsOfTheSameCharacters() {
    Score score = ngrams(1000, 1000).score(new Score(-300, 100, 400));
    assertThat(score.natsPerToken()).isEqualTo(2);
    assertThat(score.bitsPerCharacter()).isCloseTo(0.5 / Math.log(2), within(1e-12));
  }
}
