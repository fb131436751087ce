package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.ngram.Baseline;
import io.refrain.store.JsonObject;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code train}, {@code evaluate} and {@code info} say and write of n-grams. */
class NgramReportTest extends CommandFixture {
  /** What is left of the text of the fixture when a fifth is held out. */
  private static final int TRAINING = 1696;

  private static JsonObject json(String line) throws IOException {
    return JsonObject.parse("line", line.strip().getBytes(StandardCharsets.UTF_8));
  }

  private Baseline written() throws IOException {
    return new RunDirectory(run).baseline().orElseThrow();
  }

  @Test
  void trainingTellsAndKeepsThem() throws IOException {
    Outcome outcome = train();
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(written().counted()).isEqualTo(TRAINING);
    NgramBaseline ngrams = new NgramBaseline(written(), TRAINING);
    assertThat(outcome.err())
        .contains("Beside it: " + ngrams.line() + ".")
        .contains("So the network does not earn its keep yet"); // of a text that repeats itself
  }

  @Test
  void trainingTellsPrograms() throws IOException {
    Outcome outcome = train("--json");
    List<String> events =
        outcome.out().lines().filter(line -> line.contains("\"baseline\"")).toList();
    assertThat(events).hasSize(1);
    JsonObject event = json(events.getFirst());
    assertThat(event.string("event")).isEqualTo("baseline");
    assertThat(event.wholeNumber("order")).isEqualTo(written().order());
    assertThat(event.wholeNumber("counted_tokens")).isEqualTo(TRAINING);
    assertThat(event.wholeNumber("training_tokens")).isEqualTo(TRAINING);
    assertThat(event.number("perplexity")).isEqualTo(written().perplexity());
    assertThat(outcome.err()).doesNotContain("Beside it");
  }

  @Test
  void nobodyIsTroubledWithThemWhoDoesNotWantThem() {
    Outcome outcome = train("--no-baseline");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).doesNotContain("Beside it", "n-grams");
    assertThat(run.resolve("baseline.json")).doesNotExist();
    assertThat(refrain("info", run.toString()).out()).doesNotContain("n-grams");
    assertThat(refrain("info", run.toString(), "--json").out()).doesNotContain("ngrams");
    assertThat(refrain("evaluate", run.toString(), "--no-baseline").out())
        .contains("perplexity")
        .doesNotContain("n-grams");
  }

  @Test
  void evaluationCountsTheSame() throws IOException {
    train();
    JsonObject evaluated = json(refrain("evaluate", run.toString(), "--json").out());
    JsonObject ngrams = evaluated.object("ngrams");
    assertThat(ngrams.asMap())
        .containsOnlyKeys(
            "order",
            "counted_tokens",
            "training_tokens",
            "nats_per_token",
            "perplexity",
            "bits_per_character");
    assertThat(ngrams.wholeNumber("order")).isEqualTo(written().order());
    assertThat(ngrams.wholeNumber("counted_tokens")).isEqualTo(TRAINING);
    assertThat(ngrams.wholeNumber("training_tokens")).isEqualTo(TRAINING);
    assertThat(ngrams.number("nats_per_token")).isEqualTo(written().natsPerToken());
    assertThat(ngrams.number("perplexity")).isEqualTo(written().perplexity());
    assertThat(evaluated.wholeNumber("tokens")).isEqualTo(written().tokens());

    String out = refrain("evaluate", run.toString()).out();
    assertThat(out)
        .contains(
            "n-grams of up to %d tokens (Kneser-Ney), counted in 1,696 tokens%n"
                .formatted(written().order()))
        .contains("  perplexity           %10.4f%n".formatted(written().perplexity()))
        .contains("So the network does not earn its keep yet");
  }

  /** A token of words is several characters. */
  @Test
  void charactersAreThoseOfTheText() throws IOException {
    train("--tokenizer", "word");
    JsonObject evaluated = json(refrain("evaluate", run.toString(), "--json").out());
    JsonObject ngrams = evaluated.object("ngrams");
    double charactersOfAToken =
        evaluated.number("nats_per_token") / evaluated.number("bits_per_character") / Math.log(2);
    assertThat(charactersOfAToken).isGreaterThan(2);
    assertThat(ngrams.number("nats_per_token") / ngrams.number("bits_per_character") / Math.log(2))
        .isCloseTo(charactersOfAToken, within(1e-9));
  }

  @Test
  void evaluationSaysWhyThereAreNone() throws IOException {
    train();
    Path other = Files.writeString(folder.resolve("other.txt"), TEXT.repeat(3));
    Files.delete(corpus);
    Outcome gone = refrain("evaluate", run.toString(), other.toString());
    assertThat(gone.code()).isZero();
    assertThat(gone.out()).contains("perplexity").doesNotContain("n-grams");
    assertThat(gone.err())
        .contains("No n-grams to compare with: ", corpus + ", which is not there any more");

    Files.writeString(corpus, TEXT.repeat(50));
    Outcome changed = refrain("evaluate", run.toString(), other.toString(), "--json");
    assertThat(changed.code()).isZero();
    assertThat(changed.out()).doesNotContain("ngrams");
    assertThat(changed.err()).contains("No n-grams to compare with: ", "has changed");
  }

  @Test
  void aRunIsToldWithThem() throws IOException {
    train();
    assertThat(refrain("info", run.toString()).out())
        .contains("  n-grams     " + NgramBaseline.line(written()) + System.lineSeparator());
    JsonObject ngrams = json(refrain("info", run.toString(), "--json").out()).object("ngrams");
    assertThat(ngrams.asMap())
        .isEqualTo(json(Files.readString(new RunDirectory(run).baselineFile())).asMap());
    Files.writeString(run.resolve("baseline.json"), "{");
    assertThat(refrain("info", run.toString()).code()).isZero();
  }
}
