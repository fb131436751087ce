package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.refrain.train.RunDirectory;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A training in a process of its own, which is told to end while it goes on. */
@Timeout(120)
class StoppedTrainingTest extends CommandFixture {
  /** 128 and the number of the signal. */
  private static final int EXIT_TERMINATED = 143;

  private Path said;

  @BeforeEach
  void needsSignals() {
    assumeTrue(File.separatorChar == '/', "skipped: needs signals");
    said = folder.resolve("said.txt");
  }

  /** Begins a training of many minutes without a validation on the way, and waits for its log. */
  private Process begin() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("train", corpus.toString(), "--out", run.toString(), "--hidden", "8"));
    command.addAll(List.of("--batch", "4", "--steps", "8", "--threads", "1", "--minutes", "10"));
    command.addAll(List.of("--validation", "0.2", "--evaluate-every", "100000000"));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(said.toFile())
            .start();
    Path log = run.resolve("metrics.jsonl");
    while (!Files.exists(log) || !Files.readString(log).contains("train_loss")) {
      assertThat(process.isAlive()).as(Files.readString(said)).isTrue();
      TimeUnit.MILLISECONDS.sleep(20);
    }
    return process;
  }

  @Test
  void savesAtOnceAndSaysHowToGoOn() throws Exception {
    Process process = begin();
    try {
      process.destroy();
      assertThat(process.waitFor()).isEqualTo(EXIT_TERMINATED);
    } finally {
      process.destroyForcibly().waitFor();
    }
    String text = Files.readString(said);
    Matcher summary = Pattern.compile("stopped: ([\\d,]+) updates in [\\d:]+\\R").matcher(text);
    assertThat(summary.find()).as(text).isTrue();
    assertThat(text)
        .contains("The run is in " + run, "train --out " + run + " --resume")
        .doesNotContain("refrain: ");
    long updates = new RunDirectory(run).progress().update();
    assertThat(summary.group(1)).isEqualTo(Figures.count(updates));
    assertThat(Files.readString(run.resolve("metrics.jsonl"))).doesNotContain("validation_loss");

    String more = Long.toString(updates + 5);
    Outcome resumed = refrain("train", "--out", run.toString(), "--resume", "--updates", more);
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(new RunDirectory(run).progress().update()).isEqualTo(updates + 5);
    Assumptions.assumeThat(text).doesNotContain("cannot draw here");
    assertThat(text).contains("its loss in loss.png");
  }

  @Test
  void leavesARunAloneThatTookThePlaceOfItsOwn() throws Exception {
    Process process = begin();
    try {
      Files.move(run, folder.resolve("removed"));
      assertThat(train().code()).isZero();
      Map<String, Integer> files = contents(run);

      process.destroy();
      process.waitFor();

      assertThat(contents(run)).isEqualTo(files);
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(Files.readString(said))
        .contains("refrain: " + run + ", or run.lock in it, was removed or moved")
        .doesNotContain("The run is in");
  }

  private static Map<String, Integer> contents(Path folder) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        contents.put(file.toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }
}
