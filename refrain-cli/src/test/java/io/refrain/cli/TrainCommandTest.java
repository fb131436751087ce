package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.RunLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What a training says of a text, a run or a folder that is not as usual. */
class TrainCommandTest extends CommandFixture {
  @Test
  void drawsARunOfAFewUpdates() {
    Outcome outcome = train("--updates", "9", "--validation", "0");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).doesNotContain("no losses yet");
    Assumptions.assumeThat(outcome.err()).doesNotContain("cannot draw here");
    assertThat(run.resolve("loss.png")).exists();
  }

  @Test
  void saysThatALogIsLost() throws IOException {
    train();
    String[] words = {"train", "--out", run.toString(), "--resume"};
    assertThat(refrain(words).err()).doesNotContain("metrics.jsonl");
    Files.delete(run.resolve("metrics.jsonl"));
    assertThat(refrain(words).err())
        .contains(
            run.resolve("metrics.jsonl")
                + " was missing or cut short: the losses before update 104 are lost in part.");
  }

  @Test
  void saysThatAShareIsTooShortToValidateWith() {
    String message = "6 tokens are too few to validate with, so there will be no validation";
    assertThat(train("--validation", "0.003").err())
        .contains(message + ": it takes 9 at least, one more than --steps.");
    run = folder.resolve("other");
    assertThat(train().err()).doesNotContain("too few");
  }

  @Test
  void takesMoreTokensThanAnIntCounts() {
    assertThat(train("--max-tokens", "3000000000").code()).isZero();
    assertThat(refrain("info", run.toString(), "--json").out())
        .contains("\"max_tokens\":3000000000");
  }

  /** What fails before training begins must not keep the run's lock. */
  @Test
  void aRunThatCannotBeAnnouncedIsLetGo() throws IOException {
    StringWriter broken =
        new StringWriter() {
          @Override
          public void write(String text, int from, int length) {
            if (text.contains("tokens to train on")) {
              throw new IllegalStateException("nobody listens");
            }
            super.write(text, from, length);
          }
        };
    String[] words = {
      "train", corpus.toString(), "--out", run.toString(), "--hidden", "8", "--updates", "9"
    };
    CommandLine commandLine = Main.commandLine(words);
    commandLine.setErr(new PrintWriter(broken, true));
    assertThat(Main.execute(commandLine, words)).isEqualTo(1);
    assertThat(broken.toString()).contains("refrain: nobody listens");
    RunLock.acquire(run).close();
  }
}
