package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.optim.AveragedSgd;
import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Runs of a {@link SmallTraining}, and what is expected of them. */
final class SmallRun {
  static final TrainingListener SILENT = new TrainingListener() {};

  /** More than the 50 updates between two lines of the log. */
  static final int EPOCHS = 23;

  private SmallRun() {}

  static TrainingRun create(Path path, SmallTraining training) throws IOException {
    return TrainingRun.create(
        new RunDirectory(path),
        training.run(),
        SmallTraining.TOKENIZER,
        SmallTraining.split(training.run()),
        ThreadTeam.single());
  }

  static TrainingRun resume(Path path, RunConfig config) throws IOException {
    return TrainingRun.resume(
        new RunDirectory(path), config, SmallTraining.split(config), ThreadTeam.single());
  }

  static TrainingRun resume(Path path) throws IOException {
    return resume(path, new RunDirectory(path).config());
  }

  /** A run of the training below a folder, to its end. */
  static Path toItsEnd(Path folder, SmallTraining training) throws IOException {
    Path path = folder.resolve("undisturbed");
    try (TrainingRun run = create(path, training)) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    return path;
  }

  /** The log without the times. */
  static List<String> log(Path path) throws IOException {
    return JsonLines.read(new RunDirectory(path).metricsFile()).stream()
        .map(JsonObject::toString)
        .map(line -> line.replaceAll("\"seconds\":[^,]+,", ""))
        .toList();
  }

  static void assertSameRun(Path path, Path expected) throws IOException {
    assertThat(SmallTraining.Snapshot.of(new RunDirectory(path).resumeFile()))
        .as(path.toString())
        .isEqualTo(SmallTraining.Snapshot.of(new RunDirectory(expected).resumeFile()));
    assertThat(new RunDirectory(path).modelFile())
        .hasSameBinaryContentAs(new RunDirectory(expected).modelFile());
    assertThat(log(path)).as(path.toString()).isEqualTo(log(expected)).doesNotHaveDuplicates();
  }

  static SmallTraining averaged() {
    return SmallTraining.sgd()
        .withOptimizer(AveragedSgd.Options.nonMonotone(2), 3)
        .withEpochs(EPOCHS)
        .evaluatedEvery(3, 0);
  }
}
