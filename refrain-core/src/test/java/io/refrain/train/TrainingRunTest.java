package io.refrain.train;

import static io.refrain.train.SmallRun.EPOCHS;
import static io.refrain.train.SmallRun.SILENT;
import static io.refrain.train.SmallRun.resume;
import static io.refrain.train.SmallRun.toItsEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModelConfig;
import io.refrain.ngram.Baseline;
import io.refrain.nn.Parameter;
import io.refrain.store.RunLock;
import io.refrain.store.RunLockedException;
import io.refrain.store.SafetensorsFile;
import io.refrain.text.VerbatimTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files of a run: made, locked, never overwritten, and good whatever fails. */
class TrainingRunTest {
  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(CellKind.class)
  void divergenceLeavesTheLastGoodFiles(CellKind cell) throws IOException {
    SmallTraining training =
        SmallTraining.sgd()
            .withCell(cell)
            .withRate(1e30, Double.POSITIVE_INFINITY)
            .withEpochs(50)
            .evaluatedEvery(1, 0);
    try (TrainingRun run = SmallRun.create(folder.resolve("run"), training)) {
      run.checkpointEvery(0);
      assertThatExceptionOfType(TrainingDivergedException.class)
          .isThrownBy(() -> run.run(SILENT))
          .withMessageEndingWith(" or a smaller clip. The last checkpoint is kept.");
    }
    RunDirectory directory = new RunDirectory(folder.resolve("run"));
    directory.model();
    for (Path file : List.of(directory.modelFile(), directory.resumeFile())) {
      try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
        for (String name : tensors.names()) {
          for (float value : tensors.tensor(name).data()) {
            assertThat(value).as(name).isFinite();
          }
        }
      }
    }
  }

  @Test
  void aModelIsThereFromTheBeginning() throws IOException {
    SmallRun.create(folder.resolve("run"), SmallTraining.sgd()).close();
    RunDirectory directory = new RunDirectory(folder.resolve("run"));
    assertThat(directory.config()).isEqualTo(SmallTraining.sgd().run());
    assertThat(directory.tokenizer())
        .isInstanceOfSatisfying(
            VerbatimTokenizer.class,
            tokenizer ->
                assertThat(tokenizer.vocabulary()).isEqualTo(SmallTraining.TOKENIZER.vocabulary()));
    assertThat(directory.model().parameters().keySet())
        .isEqualTo(SmallTraining.sgd().trainer(1).model().parameters().keySet());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void beforeTheFirstValidationTheLastWeightsAreTheModel(boolean abruptly) throws IOException {
    Path path = folder.resolve("run");
    try (TrainingRun run = SmallRun.create(path, SmallTraining.adam().evaluatedEvery(1000, 0))) {
      Stopper stopper = new Stopper(run, 3, abruptly).withCheckpoint();
      if (abruptly) {
        assertThatIOException().isThrownBy(() -> run.run(stopper)).withMessage("killed");
      } else {
        assertThat(run.run(stopper)).isEqualTo(Trainer.End.STOPPED);
      }
      assertThat(run.trainer().progress().evaluated()).as("no validation").isZero();
      Map<String, Parameter> saved = new RunDirectory(path).model().parameters();
      run.trainer()
          .model()
          .parameters()
          .forEach((name, parameter) ->
              assertThat(saved.get(name).values()).as(name).isEqualTo(parameter.values()));
    }
  }

  @Test
  void aRunIsNeverOverwritten() throws IOException {
    Path path = toItsEnd(folder, SmallTraining.sgd());
    byte[] model = Files.readAllBytes(new RunDirectory(path).modelFile());
    assertThatIOException()
        .isThrownBy(() -> SmallRun.create(path, SmallTraining.sgd()))
        .withMessage(
            "%s already holds a run: add --resume to go on with it, or choose another --out", path);
    assertThat(new RunDirectory(path).modelFile()).hasBinaryContent(model);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tokenizer.json",
        "model.safetensors",
        "metrics.jsonl",
        "resume.safetensors",
        "baseline.json",
        "loss.png",
        "loss.svg"
      })
  void noFileOfSomebodyElseIsOverwritten(String name) throws IOException {
    Path path = Files.createDirectory(folder.resolve("mine"));
    Path file = Files.writeString(path.resolve(name), "mine");
    assertThatIOException()
        .isThrownBy(() -> SmallRun.create(path, SmallTraining.sgd()))
        .withMessage(
            "%s is there already: move it away, or choose another --out for the run", file);
    assertThat(path).isDirectoryNotContaining(other -> !other.equals(file));
    assertThat(file).hasContent("mine");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 500})
  void aLostModelIsReplacedByThePresentWeights(int bytesLeft) throws IOException {
    SmallTraining training = SmallTraining.adam().evaluatedEvery(2, 0);
    Path path = toItsEnd(folder, training);
    RunDirectory directory = new RunDirectory(path);
    byte[] whole = Files.readAllBytes(directory.modelFile());
    if (bytesLeft < 0) {
      Files.delete(directory.modelFile());
    } else {
      Files.write(directory.modelFile(), Arrays.copyOf(whole, bytesLeft));
    }
    try (TrainingRun run = resume(path)) {
      assertThat(run.modelWasLost()).isTrue();
      assertThat(directory.model()).isNotNull();
      run.run(SILENT);
    }
    assertThat(directory.model()).isNotNull();
    try (TrainingRun run = resume(path, training.withEpochs(EPOCHS).run())) {
      assertThat(run.modelWasLost()).isFalse();
      run.run(SILENT);
      assertThat(run.trainer().progress().best()).isFinite();
    }
  }

  @Test
  void whatCannotBeTrainedLeavesNoFolder() {
    Path path = folder.resolve("run");
    RunConfig config = SmallTraining.sgd().run();
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            TrainingRun.create(
                new RunDirectory(path),
                config,
                SmallTraining.TOKENIZER,
                Split.byPosition(TokenSource.of(new int[20]), 0),
                ThreadTeam.single()))
        .withMessageStartingWith("text too short for one batch of 4 rows of 5 steps");
    assertThat(path).doesNotExist();
  }

  @Test
  void aTrainingThatMemoryCannotHoldIsRefusedBeforeItIsAllocated() {
    Path path = folder.resolve("run");
    RunConfig small = SmallTraining.adam().run();
    LanguageModelConfig large = new LanguageModelConfig(28, 0, CellKind.RNN_TANH, 1 << 20, 1);
    RunConfig config =
        new RunConfig(
            "test",
            "0".repeat(40),
            small.tokenizer(),
            0,
            small.validation(),
            large,
            small.training());
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            TrainingRun.create(
                new RunDirectory(path),
                config,
                SmallTraining.TOKENIZER,
                SmallTraining.split(config),
                ThreadTeam.single()))
        .withMessageContaining("trained in batches of 4 rows of 5 steps, needs");
    assertThat(path).doesNotExist();
  }

  @Test
  void oneWriterAtATime() throws IOException {
    Path path = folder.resolve("run");
    try (TrainingRun first = SmallRun.create(path, SmallTraining.sgd())) {
      assertThatExceptionOfType(RunLockedException.class)
          .isThrownBy(() -> resume(path))
          .withMessageStartingWith(path + " is being written by process ");
      assertThat(first.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    resume(path).close();

    Path begun = Files.createDirectory(folder.resolve("begun"));
    try (RunLock _ = RunLock.acquire(begun)) {
      assertThatExceptionOfType(RunLockedException.class)
          .isThrownBy(() -> SmallRun.create(begun, SmallTraining.sgd()))
          .withMessageStartingWith(begun + " is being written by process ");
    }
  }

  /** Without a validation the first to write is a checkpoint, and with one the best model. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.2})
  void nothingIsWrittenIntoAnotherRunOfTheSameName(double validation) throws IOException {
    Path path = folder.resolve("run");
    SmallTraining training = SmallTraining.adam().withValidation(validation).evaluatedEvery(2, 0);
    try (TrainingRun removed = SmallRun.create(path, training)) {
      Files.move(path, folder.resolve("removed"));
      assertRefused(removed);
      Files.move(toItsEnd(folder, SmallTraining.adam()), path);
      Map<String, Integer> files = contents(path);

      assertRefused(removed);

      assertThat(contents(path)).isEqualTo(files);
      assertThat(removed.isSaved()).isFalse();
    }
    resume(path).close();
  }

  private static void assertRefused(TrainingRun removed) {
    assertThat(removed.isInPlace()).isFalse();
    assertThatIOException()
        .isThrownBy(() -> removed.run(SILENT))
        .withMessageContaining("was removed or moved while the run was written");
    assertThatIOException()
        .isThrownBy(() -> removed.writeBaseline(new Baseline(2, 10, -5, 5)))
        .withMessageContaining("so nothing more is saved");
  }

  private static Map<String, Integer> contents(Path run) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.list(run)) {
      for (Path file : files.toList()) {
        contents.put(file.toString(), Arrays.hashCode(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @ParameterizedTest
  @CsvSource({"1, false", "0.5, true", "0, true"})
  void aLogThatLostLinesIsNotPassedOver(double left, boolean cut) throws IOException {
    Path path = toItsEnd(folder, SmallTraining.adam());
    Path log = new RunDirectory(path).metricsFile();
    byte[] whole = Files.readAllBytes(log);
    Files.write(log, Arrays.copyOf(whole, (int) (left * whole.length)));
    try (TrainingRun run = resume(path)) {
      assertThat(run.logWasCut()).isEqualTo(cut);
    }
  }

  @Test
  void aFailedStartGivesTheLockBack() throws IOException {
    Path path = toItsEnd(folder, SmallTraining.sgd());
    Path file = new RunDirectory(path).resumeFile();
    byte[] good = Files.readAllBytes(file);
    Files.write(file, new byte[] {1, 2, 3});
    for (int i = 0; i < 2; i++) {
      assertThatIOException()
          .isThrownBy(() -> resume(path))
          .withMessageStartingWith(file + ": a safetensors file has at least 8 bytes");
    }
    Files.write(file, good);
    resume(path).close();
  }

  @Test
  void withoutACheckpointThereIsNothingToGoOnFrom() throws IOException {
    Path path = toItsEnd(folder, SmallTraining.sgd());
    Files.delete(new RunDirectory(path).resumeFile());
    assertThatIOException()
        .isThrownBy(() -> resume(path))
        .withMessage("%s has no resume.safetensors: there is nothing to go on from", path);
  }

  @Test
  void aModelIsNoCheckpoint() throws IOException {
    Path path = toItsEnd(folder, SmallTraining.sgd());
    RunDirectory directory = new RunDirectory(path);
    Files.delete(directory.resumeFile());
    Files.copy(directory.modelFile(), directory.resumeFile());
    assertThatIOException()
        .isThrownBy(() -> resume(path))
        .withMessage("%s is no checkpoint: its metadata lacks \"epoch\"", directory.resumeFile());
  }

  @Test
  void aCheckpointThatCannotBeWrittenEndsTheRunAndNamesTheFile() throws IOException {
    Path path = folder.resolve("run");
    try (TrainingRun run = SmallRun.create(path, SmallTraining.sgd())) {
      Path file = new RunDirectory(path).resumeFile();
      Files.delete(file);
      Files.createDirectory(file);
      assertThatIOException()
          .isThrownBy(() -> run.run(SILENT))
          .withMessageContaining(file.toString())
          .withMessageContaining("not a regular file");
    }
    assertThat(new RunDirectory(path).model()).isNotNull();
  }
}
