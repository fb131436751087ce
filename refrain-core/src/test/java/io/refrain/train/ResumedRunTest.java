package io.refrain.train;

import static io.refrain.train.SmallRun.EPOCHS;
import static io.refrain.train.SmallRun.SILENT;
import static io.refrain.train.SmallRun.assertSameRun;
import static io.refrain.train.SmallRun.averaged;
import static io.refrain.train.SmallRun.log;
import static io.refrain.train.SmallRun.resume;
import static io.refrain.train.SmallRun.toItsEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.refrain.model.LanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that was stopped or killed goes on as if it had not been. */
class ResumedRunTest {
  @TempDir Path folder;

  static Stream<SmallTraining> trainings() {
    return Stream.of(
        SmallTraining.sgd().withEpochs(EPOCHS),
        SmallTraining.adam().withEpochs(EPOCHS).evaluatedEvery(7, 0),
        SmallTraining.adam().withEpochs(EPOCHS).withValidation(0),
        averaged());
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void stoppedAgainAndAgainItEndsTheSame(SmallTraining training) throws IOException {
    Path expected = toItsEnd(folder, training);
    Path path = folder.resolve("stopped");
    long stop = 1;
    try (TrainingRun run = SmallRun.create(path, training)) {
      assertThat(run.run(new Stopper(run, stop, false))).isEqualTo(Trainer.End.STOPPED);
    }
    for (Trainer.End end = Trainer.End.STOPPED; end == Trainer.End.STOPPED; ) {
      stop += 23;
      try (TrainingRun run = resume(path)) {
        end = run.run(new Stopper(run, stop, false));
      }
    }
    assertSameRun(path, expected);
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void whatWasWrittenAfterTheLastCheckpointIsWrittenAgain(SmallTraining training)
      throws IOException {
    Path expected = toItsEnd(folder, training);
    Path path = folder.resolve("killed");
    try (TrainingRun run = SmallRun.create(path, training)) {
      run.run(new Stopper(run, 52, false));
    }
    for (int update : new int[] {54, 56, 70, 100, 101, 115}) {
      try (TrainingRun run = resume(path)) {
        Stopper stopper = new Stopper(run, update, true);
        assertThatIOException().isThrownBy(() -> run.run(stopper)).withMessage("killed");
        assertThat(run.trainer().progress().update()).isEqualTo(update);
      }
    }
    Files.writeString(
        new RunDirectory(path).metricsFile(), "{\"update\":1", StandardOpenOption.APPEND);
    try (TrainingRun run = resume(path)) {
      assertThat(run.trainer().progress().update()).isEqualTo(52);
      run.run(SILENT);
    }
    assertSameRun(path, expected);
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void killedAfterAnyCheckpointItEndsTheSame(SmallTraining training) throws IOException {
    Path expected = toItsEnd(folder, training);
    Path path = folder.resolve("killed");
    SmallRun.create(path, training).close();
    for (int update : new int[] {1, 5, 49, 50, 56, 115}) {
      try (TrainingRun run = resume(path)) {
        Stopper stopper = new Stopper(run, update, true).withCheckpoint();
        assertThatIOException().isThrownBy(() -> run.run(stopper)).withMessage("killed");
      }
    }
    try (TrainingRun run = resume(path)) {
      assertThat(run.trainer().progress().update()).isEqualTo(115);
      run.run(SILENT);
    }
    assertSameRun(path, expected);
  }

  @Test
  void aRunMayGoOnUnderOtherLimitsAsIfTheyHadBeenItsOwn() throws IOException {
    SmallTraining training = SmallTraining.adam().withRate(0.05, 1).evaluatedEvery(4, 3);
    Path expected = folder.resolve("expected");
    Trainer.End end;
    try (TrainingRun run = SmallRun.create(expected, training.withEpochs(EPOCHS))) {
      end = run.run(SILENT);
    }
    Path path = folder.resolve("longer");
    try (TrainingRun run = SmallRun.create(path, training.withEpochs(1))) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    try (TrainingRun run = resume(path, training.withEpochs(EPOCHS).run())) {
      assertThat(run.run(SILENT)).isEqualTo(end);
    }
    assertSameRun(path, expected);
    assertThat(new RunDirectory(path).config()).isEqualTo(training.withEpochs(EPOCHS).run());
  }

  @Test
  void aRunThatHasEndedIsLeftAsItIs() throws IOException {
    Path path = toItsEnd(folder, SmallTraining.adam().withEpochs(4).evaluatedEvery(3, 0));
    SmallTraining.Snapshot snapshot =
        SmallTraining.Snapshot.of(new RunDirectory(path).resumeFile());
    byte[] model = Files.readAllBytes(new RunDirectory(path).modelFile());
    List<String> log = log(path);
    try (TrainingRun run = resume(path)) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    assertThat(SmallTraining.Snapshot.of(new RunDirectory(path).resumeFile())).isEqualTo(snapshot);
    assertThat(new RunDirectory(path).modelFile()).hasBinaryContent(model);
    assertThat(log(path)).isEqualTo(log);
  }

  @Test
  void anEndedRunThatTrainsOnKeepsABetterModel() throws IOException {
    SmallTraining brief = SmallTraining.adam().evaluatedEvery(2, 0).withEpochs(1);
    RunConfig longer = brief.withEpochs(EPOCHS).run();
    Path path = folder.resolve("run");
    RunDirectory directory = new RunDirectory(path);
    try (TrainingRun run = SmallRun.create(path, brief)) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    Progress end = directory.progress();
    // as if the validation out of its turn had been the best of all
    Progress best = end.withoutBest().afterEvaluation(0.001);
    directory.writeModel(directory.model(), best);
    byte[] model = Files.readAllBytes(directory.modelFile());
    try (TrainingRun run = resume(path, longer)) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    assertThat(directory.modelFile()).hasBinaryContent(model);
    Path straight = folder.resolve("straight");
    try (TrainingRun run = SmallRun.create(straight, brief.withEpochs(EPOCHS))) {
      run.run(SILENT);
    }
    assertThat(SmallTraining.Snapshot.of(directory.resumeFile()))
        .isEqualTo(SmallTraining.Snapshot.of(new RunDirectory(straight).resumeFile()));
  }

  @Test
  void whoResumesAnEndedRunIsNotToldItsLastValidationAgain() throws IOException {
    Path path = toItsEnd(folder, SmallTraining.adam().evaluatedEvery(4, 0));
    List<Long> validations = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void evaluated(
              Progress progress,
              LanguageModel.Evaluation evaluation,
              boolean better,
              LanguageModel model) {
            validations.add(progress.update());
          }
        };
    try (TrainingRun run = resume(path)) {
      run.run(listener);
    }
    assertThat(validations).isEmpty();
  }
}
