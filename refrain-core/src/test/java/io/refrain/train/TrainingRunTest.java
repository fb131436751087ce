package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.Parameter;
import io.refrain.optim.AveragedSgd;
import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import io.refrain.store.RunLock;
import io.refrain.store.RunLockedException;
import io.refrain.store.SafetensorsFile;
import io.refrain.text.VerbatimTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingRunTest {
  private static final TrainingListener SILENT = new TrainingListener() {};

  /** More than the 50 updates between two lines of the log. */
  private static final int EPOCHS = 23;

  @TempDir Path folder;

  static TrainingRun create(Path path, SmallTraining training) throws IOException {
    return TrainingRun.create(
        new RunDirectory(path),
        training.run(),
        SmallTraining.TOKENIZER,
        SmallTraining.tokens(),
        ThreadTeam.single());
  }

  static TrainingRun resume(Path path, RunConfig config) throws IOException {
    return TrainingRun.resume(
        new RunDirectory(path), config, SmallTraining.tokens(), ThreadTeam.single());
  }

  static TrainingRun resume(Path path) throws IOException {
    return resume(path, new RunDirectory(path).config());
  }

  /** A run of the training, to its end. */
  private Path undisturbed(SmallTraining training) throws IOException {
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
        .isEqualTo(SmallTraining.Snapshot.of(new RunDirectory(expected).resumeFile()));
    assertThat(new RunDirectory(path).modelFile())
        .hasSameBinaryContentAs(new RunDirectory(expected).modelFile());
    assertThat(log(path)).isEqualTo(log(expected)).doesNotHaveDuplicates();
  }

  static Stream<SmallTraining> trainings() {
    return Stream.of(
        SmallTraining.sgd().withEpochs(EPOCHS),
        SmallTraining.adam().withEpochs(EPOCHS).evaluatedEvery(7, 0),
        SmallTraining.adam().withEpochs(EPOCHS).withValidation(0),
        averaged());
  }

  static SmallTraining averaged() {
    return SmallTraining.sgd()
        .withOptimizer(AveragedSgd.Options.nonMonotone(2), 3)
        .withEpochs(EPOCHS)
        .evaluatedEvery(3, 0);
  }

  /** Lets go of a run after an update, in one of the ways in which a process can. */
  private static final class Stopper implements TrainingListener {
    private final TrainingRun run;
    private final long update;
    private final boolean abruptly;
    private boolean checkpoint;

    Stopper(TrainingRun run, long update, boolean abruptly) {
      this.run = run;
      this.update = update;
      this.abruptly = abruptly;
    }

    /** Has a checkpoint made after the last update. */
    Stopper withCheckpoint() {
      checkpoint = true;
      if (run.trainer().progress().update() + 1 == update) {
        run.checkpointEvery(0);
      }
      return this;
    }

    @Override
    public void updated(Progress progress, Update made) throws IOException {
      if (progress.update() + 1 == update && checkpoint) {
        run.checkpointEvery(0);
      }
      if (progress.update() == update && abruptly) {
        throw new IOException("killed");
      }
      if (progress.update() == update) {
        run.trainer().requestStop();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void stoppedAgainAndAgainItEndsTheSame(SmallTraining training) throws IOException {
    Path expected = undisturbed(training);
    Path path = folder.resolve("stopped");
    long stop = 1;
    try (TrainingRun run = create(path, training)) {
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
    Path expected = undisturbed(training);
    Path path = folder.resolve("killed");
    try (TrainingRun run = create(path, training)) {
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
    Path expected = undisturbed(training);
    Path path = folder.resolve("killed");
    create(path, training).close();
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
    try (TrainingRun run = create(expected, training.withEpochs(EPOCHS))) {
      end = run.run(SILENT);
    }
    Path path = folder.resolve("longer");
    try (TrainingRun run = create(path, training.withEpochs(1))) {
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
    Path path = undisturbed(SmallTraining.adam().withEpochs(4).evaluatedEvery(3, 0));
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

  @ParameterizedTest
  @EnumSource(CellKind.class)
  void divergenceLeavesTheLastGoodFiles(CellKind cell) throws IOException {
    SmallTraining training =
        SmallTraining.sgd()
            .withCell(cell)
            .withRate(1e30, Double.POSITIVE_INFINITY)
            .withEpochs(50)
            .evaluatedEvery(1, 0);
    try (TrainingRun run = create(folder.resolve("run"), training)) {
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
    create(folder.resolve("run"), SmallTraining.sgd()).close();
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
    try (TrainingRun run = create(path, SmallTraining.adam().evaluatedEvery(1000, 0))) {
      Stopper stopper = new Stopper(run, 3, abruptly).withCheckpoint();
      if (abruptly) {
        assertThatIOException().isThrownBy(() -> run.run(stopper)).withMessage("killed");
      } else {
        assertThat(run.run(stopper)).isEqualTo(Trainer.End.STOPPED);
        assertThat(run.trainer().progress().evaluated()).isEqualTo(3);
      }
      Map<String, Parameter> saved = new RunDirectory(path).model().parameters();
      run.trainer()
          .model()
          .parameters()
          .forEach((name, parameter) ->
              assertThat(saved.get(name).values()).as(name).isEqualTo(parameter.values()));
    }
  }

  @Test
  void anEndedRunThatTrainsOnKeepsABetterModel() throws IOException {
    SmallTraining brief = SmallTraining.adam().evaluatedEvery(2, 0).withEpochs(1);
    RunConfig longer = brief.withEpochs(EPOCHS).run();
    Path path = folder.resolve("run");
    RunDirectory directory = new RunDirectory(path);
    try (TrainingRun run = create(path, brief)) {
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
    try (TrainingRun run = create(straight, brief.withEpochs(EPOCHS))) {
      run.run(SILENT);
    }
    assertThat(SmallTraining.Snapshot.of(directory.resumeFile()))
        .isEqualTo(SmallTraining.Snapshot.of(new RunDirectory(straight).resumeFile()));
  }

  @Test
  void aRunIsNeverOverwritten() throws IOException {
    Path path = undisturbed(SmallTraining.sgd());
    byte[] model = Files.readAllBytes(new RunDirectory(path).modelFile());
    assertThatIOException()
        .isThrownBy(() -> create(path, SmallTraining.sgd()))
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
        "loss.png",
        "loss.svg"
      })
  void noFileOfSomebodyElseIsOverwritten(String name) throws IOException {
    Path path = Files.createDirectory(folder.resolve("mine"));
    Path file = Files.writeString(path.resolve(name), "mine");
    assertThatIOException()
        .isThrownBy(() -> create(path, SmallTraining.sgd()))
        .withMessage(
            "%s is there already: move it away, or choose another --out for the run", file);
    assertThat(path).isDirectoryNotContaining(other -> !other.equals(file));
    assertThat(file).hasContent("mine");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 500})
  void aLostModelIsReplacedByThePresentWeights(int bytesLeft) throws IOException {
    SmallTraining training = SmallTraining.adam().evaluatedEvery(2, 0);
    Path path = undisturbed(training);
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
  void whoResumesAnEndedRunIsNotToldItsLastValidationAgain() throws IOException {
    Path path = undisturbed(SmallTraining.adam().evaluatedEvery(4, 0));
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

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void theLogCountsEpochsFromOne(int evaluateEvery) throws IOException {
    Path path = undisturbed(SmallTraining.adam().withEpochs(1).evaluatedEvery(evaluateEvery, 0));
    assertThat(JsonLines.read(new RunDirectory(path).metricsFile()))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.wholeNumber("epoch")).isEqualTo(1));
  }

  @Test
  void theLogTellsTheGradientOfEveryLayer() throws IOException {
    Path path = undisturbed(SmallTraining.sgd().withEpochs(11));
    List<JsonObject> lines =
        JsonLines.read(new RunDirectory(path).metricsFile()).stream()
            .filter(line -> line.has("gradient_norm"))
            .toList();
    assertThat(lines).hasSize(1);
    Map<String, Object> norms = lines.getFirst().object("gradient_norms").asMap();
    assertThat(norms).containsOnlyKeys("rnn.l0", "rnn.l1", "linear");
    double squares = norms.values().stream().mapToDouble(norm -> Math.pow((double) norm, 2)).sum();
    assertThat(Math.sqrt(squares))
        .isCloseTo(lines.getFirst().number("gradient_norm"), within(1e-12));
  }

  @Test
  void theLogTellsWhatIsFound() throws IOException {
    SmallTraining sick =
        SmallTraining.sgd().withCell(CellKind.MIN_GRU).withRate(0.5, 1e-3).withEpochs(12);
    Path path = folder.resolve("run");
    List<Finding> found = new ArrayList<>();
    try (TrainingRun run = create(path, sick)) {
      run.run(
          new TrainingListener() {
            @Override
            public void found(Progress progress, Finding finding) {
              assertThat(progress.update()).isEqualTo(50);
              found.add(finding);
            }
          });
    }
    assertThat(found).hasSize(1);
    List<JsonObject> lines =
        JsonLines.read(new RunDirectory(path).metricsFile()).stream()
            .filter(line -> line.has("warning"))
            .toList();
    assertThat(lines).hasSize(1);
    JsonObject line = lines.getFirst();
    assertThat(line.wholeNumber("update")).isEqualTo(50);
    assertThat(line.string("warning")).isEqualTo("exploding-clipped");
    assertThat(line.string("layer")).isEqualTo(found.getFirst().layer());
    assertThat(line.number("figure")).isEqualTo(found.getFirst().figure()).isGreaterThan(10);
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
                new int[20],
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
        new RunConfig("test", "0".repeat(40), small.tokenizer(), 0, 0.2, large, small.training());
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            TrainingRun.create(
                new RunDirectory(path),
                config,
                SmallTraining.TOKENIZER,
                SmallTraining.tokens(),
                ThreadTeam.single()))
        .withMessageContaining("trained in batches of 4 rows of 5 steps, needs");
    assertThat(path).doesNotExist();
  }

  @Test
  void oneWriterAtATime() throws IOException {
    Path path = folder.resolve("run");
    try (TrainingRun first = create(path, SmallTraining.sgd())) {
      assertThatExceptionOfType(RunLockedException.class)
          .isThrownBy(() -> resume(path))
          .withMessageStartingWith(path + " is being written by process ");
      assertThat(first.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    resume(path).close();

    Path begun = Files.createDirectory(folder.resolve("begun"));
    try (RunLock _ = RunLock.acquire(begun)) {
      assertThatExceptionOfType(RunLockedException.class)
          .isThrownBy(() -> create(begun, SmallTraining.sgd()))
          .withMessageStartingWith(begun + " is being written by process ");
    }
  }

  @Test
  void aFailedStartGivesTheLockBack() throws IOException {
    Path path = undisturbed(SmallTraining.sgd());
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
    Path path = undisturbed(SmallTraining.sgd());
    Files.delete(new RunDirectory(path).resumeFile());
    assertThatIOException()
        .isThrownBy(() -> resume(path))
        .withMessage("%s has no resume.safetensors: there is nothing to go on from", path);
  }

  @Test
  void aModelIsNoCheckpoint() throws IOException {
    Path path = undisturbed(SmallTraining.sgd());
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
    try (TrainingRun run = create(path, SmallTraining.sgd())) {
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
