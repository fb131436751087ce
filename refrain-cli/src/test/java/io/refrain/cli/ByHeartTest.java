package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.cli.Trial.Metric;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Trials of the text that is trained on. */
class ByHeartTest extends CommandFixture {
  private Path recipe;

  @BeforeEach
  void recipe() throws IOException {
    Files.writeString(
        corpus, TEXT.repeat(250)); // 800 characters, and 10,000 to see what is learned
    recipe = folder.resolve("small.properties");
    Files.writeString(
        recipe,
        "corpus = %s\nhidden = 8\nbatch = 4\nsteps = 8\nepochs = 3\nmax-tokens = 800\nvalidation = 0"
            .formatted(corpus));
  }

  private Trial.Outcome attempt(ByHeart trial) throws IOException {
    PrintWriter err = new PrintWriter(new StringWriter(), true);
    return trial.attempt(recipe.toString(), new Trial.Means(1, null, folder, err)).orElseThrow();
  }

  @Test
  void areJudgedByTheLossOfTheLastEpoch() throws IOException {
    Trial.Outcome loss = attempt(new ByHeart(Metric.LOSS, 100));
    Trial.Outcome perplexity = attempt(new ByHeart(Metric.PERPLEXITY, 1));
    double nats = loss.reached().getFirst().value();
    assertThat(nats).isBetween(0.1, 4.0);
    assertThat(perplexity.reached().getFirst().value()).isEqualTo(Math.exp(nats));
    assertThat(loss.met()).isTrue();
    assertThat(perplexity.met()).isFalse();
    assertThat(loss.inTime()).isTrue();
    assertThat(loss.seconds()).isPositive();
    assertThat(loss.reached().getFirst().target().what())
        .isEqualTo("training loss at the last epoch");
  }

  @Test
  void leaveNoRun() throws IOException {
    ByHeart trial = new ByHeart(Metric.LOSS, 100);
    attempt(trial);
    assertThat(trial.judgesRuns()).isFalse();
    assertThat(folder.resolve("small")).doesNotExist();
  }

  @Test
  void sayWhatFollowsTheTextToo() throws IOException {
    Trial.Beside beside = attempt(new ByHeart(Metric.LOSS, 100)).beside().getFirst();
    assertThat(beside.label()).isEqualTo("perplexity on the 10,000 characters after those");
    assertThat(beside.value()).isBetween(1.0, 40.0);
    assertThat(beside.key()).isEqualTo("held_out");
    assertThat(beside.fields())
        .containsOnlyKeys("characters", "perplexity")
        .containsEntry("characters", 10_000)
        .containsEntry("perplexity", beside.value());
  }
}
