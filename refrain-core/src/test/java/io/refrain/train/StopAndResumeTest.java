package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.OutputConfig;
import io.refrain.optim.Adagrad;
import io.refrain.optim.AveragedSgd;
import io.refrain.optim.Plateau;
import io.refrain.optim.RmsProp;
import io.refrain.optim.Schedule;
import io.refrain.optim.Sgd;
import io.refrain.store.Safetensors;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However often training stops, wherever it does, it ends with the same bits. */
class StopAndResumeTest {
  private static final OutputConfig ADAPTIVE =
      new OutputConfig.Adaptive(
          new AdaptiveSoftmax.Options(
              List.of(6, 14, SmallTraining.TOKENIZER.vocabulary().size() - 1), 1.5, true));

  @TempDir Path folder;

  static Stream<SmallTraining> trainings() {
    return Stream.of(
        SmallTraining.sgd().evaluatedEvery(2, 0),
        SmallTraining.sgd().withValidation(0).withEpochs(2),
        SmallTraining.adam(),
        // Evaluates at the ends of epochs and elsewhere, and stops by patience before the end.
        SmallTraining.adam().withRate(0.3, 1).withEpochs(50).evaluatedEvery(3, 2),
        SmallTraining.adam().withPartition(Partition.RANDOM).evaluatedEvery(5, 0),
        // Two updates of two batches an epoch, and one of the batch that is left.
        SmallTraining.sgd().accumulating(2).withClipOfValues(0.01).evaluatedEvery(2, 0),
        SmallTraining.sgd().withUpdates(8).withSchedule(new Schedule.Cosine(8, 3, 0.01)),
        SmallTraining.adam().withSchedule(Schedule.OneCycle.of(15, 0.3)),
        SmallTraining.sgd().withSchedule(new Schedule.Step(4, 0.5)),
        SmallTraining.adam().withSchedule(new Schedule.Exponential(3, 0.7)),
        SmallTraining.adam()
            .withRate(0.1, 1)
            .withSchedule(new Plateau(0.5, 1, 0.1, 1e-3))
            .evaluatedEvery(1, 0),
        SmallTraining.sgd().withOptimizer(new Sgd.Options(0.9, 0, true, 1e-3), 0.1),
        SmallTraining.sgd().withOptimizer(new RmsProp.Options(0.9, 1e-6, true, 0.5, 0), 0.01),
        SmallTraining.sgd().withOptimizer(new Adagrad.Options(0.1, 1e-9, 0.1, 0), 0.1),
        // What is dropped in an update must be drawn again after any stop.
        SmallTraining.adam().withCell(CellKind.LSTM).regularized(),
        // A sample too; and clusters that no update has met.
        SmallTraining.adam()
            .withCell(CellKind.LSTM)
            .regularized()
            .withOutput(new OutputConfig.Sampled(6)),
        SmallTraining.sgd()
            .withOptimizer(new Sgd.Options(0.9, 0, false, 0), 0.1)
            .withOutput(ADAPTIVE),
        SmallTraining.adam().withOutput(ADAPTIVE),
        averaged());
  }

  /** Averaging begins on the way, as {@link #averagingBeginsOnTheWay} makes sure. */
  private static SmallTraining averaged() {
    return SmallTraining.sgd()
        .withOptimizer(AveragedSgd.Options.nonMonotone(2), 3)
        .withEpochs(6)
        .evaluatedEvery(1, 0);
  }

  @Test
  void averagingBeginsOnTheWay() throws IOException {
    Path file = folder.resolve("averaged.safetensors");
    Trainer trainer = averaged().trainer(1);
    List<Long> averaging = new ArrayList<>();
    trainer.run(
        new TrainingListener() {
          @Override
          public void updated(Progress progress, Update update) throws IOException {
            trainer.save(file, Map.of());
            boolean begun =
                SmallTraining.Snapshot.of(file).tensors().stream()
                    .anyMatch(tensor -> tensor.name().startsWith("optimizer.ax."));
            if (begun) {
              averaging.add(progress.update());
            }
          }
        });
    assertThat(averaging.size()).isBetween(5, 25);
    assertThat(averaging.getLast()).isEqualTo(30);
  }

  /** Notes validations, and lets go of training after one update. */
  private final class Watcher implements TrainingListener {
    private final List<String> evaluations;
    private final Trainer trainer;
    private final long stopAt;
    private final boolean abruptly;

    Watcher(List<String> evaluations, Trainer trainer, long stopAt, boolean abruptly) {
      this.evaluations = evaluations;
      this.trainer = trainer;
      this.stopAt = stopAt;
      this.abruptly = abruptly;
    }

    @Override
    public void updated(Progress progress, Update update) throws IOException {
      if (progress.update() == stopAt && abruptly) {
        trainer.save(folder.resolve("stopped.safetensors"), Map.of());
        throw new IOException("killed");
      }
      if (progress.update() == stopAt) {
        trainer.requestStop();
      }
    }

    @Override
    public void evaluated(
        Progress progress,
        LanguageModel.Evaluation evaluation,
        boolean better,
        LanguageModel model) {
      evaluations.add(progress.update() + ": " + evaluation.nats() + " " + better);
    }
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void stoppingAfterAnyUpdateChangesNothing(SmallTraining training) throws IOException {
    List<String> evaluations = new ArrayList<>();
    Trainer undisturbed = training.trainer(1);
    Trainer.End end = undisturbed.run(new Watcher(evaluations, undisturbed, -1, false));
    SmallTraining.Snapshot expected = SmallTraining.Snapshot.of(undisturbed, folder);

    for (long update = 1; update < undisturbed.progress().update(); update++) {
      List<String> inParts = new ArrayList<>();
      Trainer stopped = training.trainer(1);
      assertThat(stopped.run(new Watcher(inParts, stopped, update, false)))
          .isEqualTo(Trainer.End.STOPPED);
      assertThat(stopped.progress().update()).isEqualTo(update);
      stopped.save(folder.resolve("stopped.safetensors"), Map.of());

      Trainer resumed = resume(training);
      assertThat(resumed.run(new Watcher(inParts, resumed, -1, false))).isEqualTo(end);
      assertThat(inParts).isEqualTo(evaluations);
      assertThat(SmallTraining.Snapshot.of(resumed, folder))
          .as("stopped after update %d", update)
          .isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void aCheckpointRightAfterAnyUpdateIsEnough(SmallTraining training) throws IOException {
    List<String> evaluations = new ArrayList<>();
    Trainer undisturbed = training.trainer(1);
    undisturbed.run(new Watcher(evaluations, undisturbed, -1, false));
    SmallTraining.Snapshot expected = SmallTraining.Snapshot.of(undisturbed, folder);

    for (long update = 1; update <= undisturbed.progress().update(); update++) {
      List<String> inParts = new ArrayList<>();
      Trainer killed = training.trainer(1);
      Watcher watcher = new Watcher(inParts, killed, update, true);
      assertThatIOException().isThrownBy(() -> killed.run(watcher)).withMessage("killed");

      Trainer resumed = resume(training);
      resumed.run(new Watcher(inParts, resumed, -1, false));
      assertThat(inParts).isEqualTo(evaluations);
      assertThat(SmallTraining.Snapshot.of(resumed, folder))
          .as("killed after update %d", update)
          .isEqualTo(expected);
    }
  }

  private Trainer resume(SmallTraining training) throws IOException {
    Trainer resumed = training.trainer(2); // other weights, all of which must be replaced
    resumed.restore(folder.resolve("stopped.safetensors"));
    return resumed;
  }

  @Test
  void trainingThatHasEndedStaysAsItIs() throws IOException {
    for (SmallTraining training : trainings().toList()) {
      Trainer ended = training.trainer(1);
      Trainer.End end = ended.run(new TrainingListener() {});
      ended.save(folder.resolve("stopped.safetensors"), Map.of("note", "kept"));

      Trainer resumed = training.trainer(2);
      assertThat(resumed.restore(folder.resolve("stopped.safetensors")))
          .containsEntry("note", "kept");
      assertThat(resumed.run(new TrainingListener() {})).isEqualTo(end);
      assertThat(SmallTraining.Snapshot.of(resumed, folder))
          .isEqualTo(SmallTraining.Snapshot.of(ended, folder));
    }
  }

  @Test
  void theTimeLimitCountsFromWhereItWasLastUp() throws IOException {
    Path file = folder.resolve("stopped.safetensors");
    SmallTraining training = SmallTraining.sgd().withMinutes(1);
    training.trainer(1).save(file, Map.of());
    giveSeconds(file, "61.0");

    Trainer interrupted = resume(training);
    assertThat(interrupted.secondsOfLimit()).isEqualTo(61);
    assertThat(interrupted.run(new TrainingListener() {})).isEqualTo(Trainer.End.TIME);
    assertThat(interrupted.progress().update()).isZero();
    assertThat(interrupted.secondsOfLimit()).isZero();
    interrupted.save(file, Map.of());

    assertThat(resume(training).run(new TrainingListener() {})).isEqualTo(Trainer.End.EPOCHS);
  }

  /** A run is judged by its seconds, so they are those that somebody waits for. */
  @Test
  void secondsCountWhatValidationsTakeAndAreKept() throws IOException {
    Trainer trainer = SmallTraining.sgd().withEpochs(1).trainer(1);
    long start = System.nanoTime();
    long[] watched = {0};
    trainer.run(
        new TrainingListener() {
          @Override
          public void evaluated(
              Progress progress,
              LanguageModel.Evaluation evaluation,
              boolean better,
              LanguageModel model) {
            long now = System.nanoTime();
            while (System.nanoTime() - now <= now - start) { // longer than all updates took
              Thread.onSpinWait();
            }
            watched[0] = System.nanoTime() - now;
          }
        });
    double all = (System.nanoTime() - start) / 1e9;
    double seconds = trainer.progress().seconds();
    assertThat(watched[0]).isPositive();
    assertThat(seconds).isBetween(watched[0] / 1e9, all);

    trainer.save(folder.resolve("stopped.safetensors"), Map.of());
    assertThat(resume(SmallTraining.sgd()).progress().seconds()).isEqualTo(seconds);
  }

  private static void giveSeconds(Path file, String seconds) throws IOException {
    SmallTraining.Snapshot checkpoint = SmallTraining.Snapshot.of(file);
    Map<String, String> metadata = new TreeMap<>(checkpoint.metadata());
    metadata.put("seconds", seconds);
    Safetensors.write(file, metadata, checkpoint.tensors());
  }

  @Test
  void aCheckpointOfAnotherTrainingIsRefusedAndChangesNothing() throws IOException {
    Path file = folder.resolve("other.safetensors");
    SmallTraining.sgd().trainer(1).save(file, Map.of());
    Trainer adam = SmallTraining.adam().trainer(2);
    SmallTraining.Snapshot before = SmallTraining.Snapshot.of(adam, folder);

    assertThatIOException()
        .isThrownBy(() -> adam.restore(file))
        .withMessage(
            "%s does not fit this run: the saved state of Adam lacks step;"
                + " it belongs to another method or model",
            file);
    assertThat(SmallTraining.Snapshot.of(adam, folder)).isEqualTo(before);

    SmallTraining.adam().trainer(1).save(file, Map.of());
    assertThatIOException()
        .isThrownBy(() -> SmallTraining.sgd().trainer(1).restore(file))
        .withMessage(
            "%s does not fit this run: SGD has no state, but the saved state has step", file);
  }
}
