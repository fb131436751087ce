package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.train.RunDirectory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskProgressTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private long nanos;

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void drawsABarAndEndsItsLine() {
    try (TaskProgress progress = TaskProgress.bar("Reading", 1000, out, () -> 80)) {
      progress.at(1000, "loss 1.5");
    }
    assertThat(written()).contains("Reading", "100%", "loss 1.5").endsWith("\n");
    assertThat(written().lines()).allMatch(line -> line.length() < 3 * 80);
  }

  @Test
  void writesPlainLinesElsewhere() {
    try (TaskProgress progress = TaskProgress.lines("Reading", 2000, out, () -> nanos)) {
      for (int done = 100; done <= 2000; done += 100) {
        nanos += 1_000_000_000;
        progress.at(done, done > 1500 ? "loss 1.5" : "");
      }
    }
    assertThat(written().lines())
        .containsExactly("Reading: 1,000 of 2,000, 50%", "Reading: 2,000 of 2,000, 100%, loss 1.5");
  }

  @Test
  void showsTheTrainingOfAFigure(@TempDir Path folder) throws IOException {
    Path text = folder.resolve("text.txt");
    Files.writeString(text, "It was the best of times.\n".repeat(40));
    TrainCommand.Job job =
        TrainCommand.job(
            "notebook",
            new RunDirectory(folder.resolve("run")),
            List.of(text.toString(), "--hidden=8", "--batch=4", "--epochs=3", "--max-tokens=800"));
    try (ThreadTeam team = new ThreadTeam(1);
        TaskProgress progress = TaskProgress.bar("notebook", 3, out, () -> 80)) {
      ByHeart.Trained trained = ByHeart.train(job, team, progress);
      assertThat(trained.loss()).isBetween(0.0, 10.0);
    }
    assertThat(written()).contains("notebook", "100%", "loss ");
  }
}
