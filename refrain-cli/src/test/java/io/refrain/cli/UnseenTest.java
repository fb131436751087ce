package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.cli.Trial.Metric;
import io.refrain.evaluate.CachingReader;
import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trials that end with a text that was not trained on. */
class UnseenTest extends CommandFixture {
  private final StringWriter err = new StringWriter();
  private Path recipe;

  @BeforeEach
  void recipe() throws IOException {
    recipe = folder.resolve("small.properties");
    Files.writeString(
        recipe,
        "corpus = %s\nhidden = 8\nbatch = 4\nsteps = 8\nepochs = 2\nminutes = 5\nvalidation = 0.2"
            .formatted(corpus));
  }

  private Trial.Means means(@Nullable Path trained) {
    return new Trial.Means(1, trained, folder, new PrintWriter(err, true));
  }

  private Trial.Outcome attempt(Trial trial, @Nullable Path trained) throws IOException {
    return trial.attempt(recipe.toString(), means(trained)).orElseThrow();
  }

  private double evaluated(String key, String... more) throws IOException {
    String[] arguments = {"evaluate", folder.resolve("small").toString(), "--json"};
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of(more));
    String out = refrain(all.toArray(String[]::new)).out();
    return JsonObject.parse("evaluate", out.getBytes(StandardCharsets.UTF_8)).number(key);
  }

  @Test
  void leaveARunAndJudgeItsBestModel() throws IOException {
    Trial.Outcome outcome = attempt(new Unseen(null, Metric.LOSS, 100, 5), null);
    assertThat(outcome.reached().getFirst().value()).isEqualTo(evaluated("nats_per_token"));
    assertThat(outcome.met()).isTrue();
    assertThat(outcome.seconds()).isEqualTo(secondsOfTheLog()).isPositive();
    assertThat(outcome.mostSeconds()).isEqualTo(300);
    assertThat(err.toString()).contains("The run is in " + folder.resolve("small"));

    Path trained = folder.resolve("small");
    assertThat(attempt(new Unseen(null, Metric.PERPLEXITY, 1, 5), trained))
        .satisfies(judged -> {
          assertThat(judged.seconds()).as("by the same clock").isEqualTo(outcome.seconds());
          assertThat(judged.reached().getFirst().value()).isEqualTo(evaluated("perplexity"));
          assertThat(judged.met()).isFalse();
        });
    assertThat(attempt(new Unseen(null, Metric.BITS_PER_CHARACTER, 1, 5), trained).reached())
        .first()
        .satisfies(bits -> assertThat(bits.value()).isEqualTo(evaluated("bits_per_character")));
    Unseen.Cached cached = new Unseen.Cached(new CachingReader.Options(30, 0.5, 0.2), 1);
    assertThat(attempt(new Unseen(null, Metric.LOSS, 100, 5, cached), trained))
        .satisfies(both -> {
          assertThat(both.reached()).extracting(Trial.Reached::met).containsExactly(true, false);
          assertThat(both.reached().getLast().value())
              .isNotEqualTo(both.reached().getFirst().value());
          assertThat(both.met()).isFalse();
        });
    Path test = folder.resolve("test.txt");
    Files.writeString(test, TEXT.substring(3));
    assertThat(attempt(new Unseen(test.toString(), Metric.LOSS, 1, 5), trained).reached())
        .first()
        .satisfies(loss ->
            assertThat(loss.value()).isEqualTo(evaluated("nats_per_token", test.toString())));
  }

  private double secondsOfTheLog() throws IOException {
    RunDirectory trained = new RunDirectory(folder.resolve("small"));
    double last =
        JsonLines.read(trained.metricsFile()).getLast().number("seconds"); // of the last validation
    return Math.max(last, trained.progress().seconds());
  }

  @Test
  void putNgramsBesideTheFigure() throws IOException {
    Trial.Beside ngrams = attempt(new Unseen(null, Metric.LOSS, 100, 5), null).beside().getFirst();
    assertThat(ngrams.label()).startsWith("loss of n-grams of up to ").contains("counted in ");
    assertThat(ngrams.key()).isEqualTo("ngrams");
    assertThat(ngrams.fields())
        .containsOnlyKeys("order", "counted_tokens", "training_tokens", "value")
        .containsEntry("value", ngrams.value());
    Path trained = folder.resolve("small");
    String out = refrain("evaluate", trained.toString(), "--json").out();
    assertThat(JsonObject.parse("out", out.getBytes(StandardCharsets.UTF_8)).object("ngrams"))
        .satisfies(evaluated -> {
          assertThat(ngrams.value()).isEqualTo(evaluated.number("nats_per_token"));
          assertThat(ngrams.fields()).containsEntry("order", (int) evaluated.wholeNumber("order"));
        });
  }

  /** After an hour of training nobody wants to lose its figure for what stands beside it. */
  @Test
  void doWithoutNgramsWhereTheTextIsGone() throws IOException {
    Path test = folder.resolve("test.txt");
    Files.writeString(test, TEXT.substring(3));
    StringWriter losing =
        new StringWriter() {
          @Override
          public void flush() {
            if (toString().contains("The run is in ")) {
              try {
                Files.deleteIfExists(corpus);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            }
          }
        };
    Trial.Means means = new Trial.Means(1, null, folder, new PrintWriter(losing, true));
    Trial.Outcome outcome =
        new Unseen(test.toString(), Metric.LOSS, 100, 5)
            .attempt(recipe.toString(), means)
            .orElseThrow();
    assertThat(corpus).doesNotExist();
    assertThat(outcome.met()).isTrue();
    assertThat(outcome.beside()).isEmpty();
    assertThat(losing.toString()).contains("No n-grams to compare with: ", "not there any more");
  }

  @Test
  void judgeOnlyWhatTheRecipeTrained() throws IOException {
    assertThat(train().code()).isZero();
    Trial trial = new Unseen(null, Metric.LOSS, 100, 5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> attempt(trial, run))
        .withMessageStartingWith(run + " was not trained by the recipe " + recipe);
    assertThatIOException().isThrownBy(() -> attempt(trial, folder.resolve("none")));
  }

  @Test
  void areMetInTimeAlone() {
    Trial.Target target = new Trial.Target("loss", 2);
    List<Trial.Reached> reached = List.of(new Trial.Reached(target, 2));
    assertThat(new Trial.Outcome(reached, 60, 60, List.of()).met()).isTrue();
    assertThat(new Trial.Outcome(reached, 61, 60, List.of()).met()).isFalse();
    List<Trial.Reached> missed = List.of(reached.getFirst(), new Trial.Reached(target, Double.NaN));
    assertThat(new Trial.Outcome(missed, 60, 60, List.of()).met()).isFalse();
  }
}
