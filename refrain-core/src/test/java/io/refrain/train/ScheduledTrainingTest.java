package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import io.refrain.optim.AveragedSgd;
import io.refrain.optim.Plateau;
import io.refrain.optim.Schedule;
import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rates that change, averages of weights, and a number of updates as a limit. */
class ScheduledTrainingTest {
  private static final TrainingListener SILENT = new TrainingListener() {};
  private static final int EPOCHS = 23;

  @TempDir Path folder;

  /** A run of the training, to its end. */
  private Path undisturbed(SmallTraining training) throws IOException {
    Path path = folder.resolve("undisturbed");
    try (TrainingRun run = SmallRun.create(path, training)) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    return path;
  }

  @Test
  void whatWaitsForValidationsNeedsTextForThem() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            SmallTraining.sgd()
                .withValidation(0)
                .withSchedule(new Plateau(0.5, 1, 0, 0))
                .trainer(1))
        .withMessageStartingWith("the schedule plateau waits for validations, but only 0 tokens");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            SmallTraining.sgd()
                .withValidation(0)
                .withOptimizer(AveragedSgd.Options.nonMonotone(5), 1)
                .trainer(1))
        .withMessageStartingWith("non-monotone averaging over 5 waits for validations");
  }

  @Test
  void updatesHaveTheRatesOfTheirSchedule() throws IOException {
    Schedule.ByUpdate schedule = new Schedule.Cosine(12, 3, 0.01);
    List<Double> rates = new ArrayList<>();
    Trainer trainer = SmallTraining.sgd().withSchedule(schedule).withUpdates(12).trainer(1);
    Trainer.End end =
        trainer.run(
            new TrainingListener() {
              @Override
              public void updated(Progress progress, Update update) {
                rates.add(update.learningRate());
              }
            });
    assertThat(end).isEqualTo(Trainer.End.UPDATES);
    assertThat(rates).hasSize(12);
    for (int update = 0; update < 12; update++) {
      assertThat(rates.get(update)).isEqualTo(schedule.rate(0.5, update));
    }
  }

  @Test
  void aPlateauLowersTheRateAfterValidations() throws IOException {
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    SmallTraining.adam()
        .withRate(0.1, 1)
        .withSchedule(new Plateau(0.5, 1, 0, 1e-3))
        .evaluatedEvery(2, 0)
        .withEpochs(12)
        .trainer(1)
        .run(
            new TrainingListener() {
              @Override
              public void updated(Progress progress, Update update) {
                rates.add(update.learningRate());
              }

              @Override
              public void evaluated(
                  Progress progress,
                  LanguageModel.Evaluation evaluation,
                  boolean better,
                  LanguageModel model) {
                losses.add(evaluation.nats());
              }
            });
    Plateau.State state = Plateau.start(0.1);
    for (int update = 0; update < rates.size(); update++) {
      if (update > 0 && update % 2 == 0) {
        state = new Plateau(0.5, 1, 0, 1e-3).after(state, losses.get(update / 2 - 1));
      }
      assertThat(rates.get(update)).as("update %d", update).isEqualTo(state.rate());
    }
    assertThat(rates.getLast()).isLessThan(0.05);
  }

  @Test
  void theModelIsTheAverage() throws IOException {
    SmallTraining unvalidated =
        SmallTraining.sgd()
            .withOptimizer(new AveragedSgd.Options(0, 0.75, 0, 0, 0), 1)
            .withValidation(0);
    for (SmallTraining training : List.of(SmallRun.averaged(), unvalidated)) {
      Path path = folder.resolve("run" + training.config().evaluateEvery());
      List<Long> best = new ArrayList<>();
      try (TrainingRun run = SmallRun.create(path, training)) {
        run.run(
            new TrainingListener() {
              @Override
              public void evaluated(
                  Progress progress,
                  LanguageModel.Evaluation evaluation,
                  boolean better,
                  LanguageModel model) {
                best.add(progress.bestUpdate());
              }
            });
        boolean lastIsBest = best.isEmpty() || best.getLast() == run.trainer().progress().update();
        Map<String, Parameter> saved = new RunDirectory(path).model().parameters();
        run.trainer()
            .withAverages(model -> {
              model
                  .parameters()
                  .forEach((name, parameter) -> {
                    if (lastIsBest) {
                      assertThat(parameter.values()).as(name).isEqualTo(saved.get(name).values());
                    }
                  });
              return model;
            });
        run.trainer()
            .model()
            .parameters()
            .forEach((name, parameter) ->
                assertThat(parameter.values()).as(name).isNotEqualTo(saved.get(name).values()));
      }
    }
  }

  @Test
  void theLogTellsTheLearningRate() throws IOException {
    Schedule.ByUpdate schedule = new Schedule.Cosine(115, 10, 0.01);
    Path path = undisturbed(SmallTraining.sgd().withEpochs(EPOCHS).withSchedule(schedule));
    List<JsonObject> lines =
        JsonLines.read(new RunDirectory(path).metricsFile()).stream()
            .filter(line -> line.has("train_loss"))
            .toList();
    assertThat(lines).hasSize(2);
    for (JsonObject line : lines) {
      assertThat(line.number("learning_rate"))
          .isEqualTo(schedule.rate(0.5, line.wholeNumber("update") - 1));
    }
  }

  @Test
  void aRunEndsAfterItsUpdatesAndMayGoOn() throws IOException {
    SmallTraining training = SmallTraining.adam().withEpochs(EPOCHS).evaluatedEvery(4, 0);
    Path expected = undisturbed(training.withUpdates(1_000_000));
    Path path = folder.resolve("counted");
    try (TrainingRun run = SmallRun.create(path, training.withUpdates(52))) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.UPDATES);
      assertThat(run.trainer().progress().update()).isEqualTo(52);
    }
    try (TrainingRun run = SmallRun.resume(path)) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.UPDATES);
      assertThat(run.trainer().progress().update()).isEqualTo(52);
    }
    try (TrainingRun run = SmallRun.resume(path, training.withUpdates(1_000_000).run())) {
      assertThat(run.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    }
    SmallRun.assertSameRun(path, expected);
  }
}
