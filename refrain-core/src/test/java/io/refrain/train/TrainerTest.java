package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.optim.Clipping;
import io.refrain.optim.OptimizerConfig;
import io.refrain.optim.Plateau;
import io.refrain.optim.Schedule;
import io.refrain.optim.Sgd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class TrainerTest {
  private static final TrainingListener SILENT = new TrainingListener() {};

  @TempDir Path folder;

  private static TrainingConfig config(int batch, int steps, Partition partition, boolean carry) {
    return config(
        new Batching(batch, steps, partition, carry, 1),
        Limits.NONE.withEpochs(1),
        Sgd.Options.plain(),
        0.1);
  }

  private static TrainingConfig config(
      Batching batching, Limits limits, OptimizerConfig optimizer, double rate) {
    return new TrainingConfig(
        batching, limits, optimizer, rate, new Schedule.Constant(), Clipping.byNorm(1), 0, 5);
  }

  private static LanguageModel model(int vocabulary, int hidden) {
    return new LanguageModel(
        new LanguageModelConfig(vocabulary, 0, CellKind.RNN_TANH, hidden, 1),
        new SplittableRandom(1));
  }

  private static Split untouched(int length, int vocabulary) {
    return Split.byPosition(
        TokenSource.of(new SplittableRandom(3).ints(length, 0, vocabulary).toArray()), 0);
  }

  @Test
  void theNotebooksTenThousandCharactersMakeSeventeenBatches() throws IOException {
    Trainer trainer =
        new Trainer(
            config(32, 18, Partition.SEQUENTIAL, false),
            model(28, 1),
            untouched(10_000, 28),
            ThreadTeam.single());
    List<Integer> batches = new ArrayList<>();
    trainer.run(
        new TrainingListener() {
          @Override
          public void updated(Progress progress, Update update) {
            batches.add(update.batchesInEpoch());
          }
        });
    assertThat(batches).hasSize(17).containsOnly(17);
    assertThat(trainer.progress().lossCount()).isZero();
    assertThat(trainer.progress().epoch()).isEqualTo(1);
  }

  /** Whether "a" or "b" follows depends on the token before the last: only the state knows it. */
  @ParameterizedTest
  @CsvSource({
    "sgd, 0.5",
    "adam, 0.02",
    "adamw, 0.02",
    "rmsprop, 0.01",
    "adagrad, 0.2",
    "asgd, 0.5"
  })
  void learnsAPatternThatNeedsMemory(String optimizer, double rate) throws IOException {
    TokenSource tokens = TokenSource.of(IntStream.range(0, 200).map(i -> i / 2 % 2).toArray());
    TrainingConfig config =
        config(
            new Batching(2, 10, Partition.SEQUENTIAL, true, 1),
            Limits.NONE.withEpochs(60),
            OptimizerConfig.of(optimizer),
            rate);
    Trainer trainer =
        new Trainer(config, model(2, 12), Split.byPosition(tokens, 0.2), ThreadTeam.single());
    assertThat(trainer.run(SILENT)).isEqualTo(Trainer.End.EPOCHS);
    assertThat(trainer.progress().best()).isLessThan(0.12); // the row's first tokens lack context

    List<Double> losses = new ArrayList<>();
    TrainingConfig standing =
        config(config.batching(), config.limits(), Sgd.Options.plain(), 1e-30);
    Trainer again =
        new Trainer(standing, trainer.model(), Split.byPosition(tokens, 0), ThreadTeam.single());
    again.run(
        new TrainingListener() {
          @Override
          public void updated(Progress progress, Update update) {
            if (progress.batch() > 1) { // the state is carried from here on
              losses.add(update.loss());
            }
          }
        });
    assertThat(losses).isNotEmpty().allMatch(loss -> loss < 0.03);
  }

  /** The text is one token again and again and nothing is learned, so losses tell the state. */
  @Test
  void everyEpochBeginsWithAStateOfZeros() throws IOException {
    TrainingConfig config =
        config(
            new Batching(4, 5, Partition.SEQUENTIAL, true, 1),
            Limits.NONE.withEpochs(3),
            Sgd.Options.plain(),
            1e-30);
    List<List<Double>> losses = new ArrayList<>();
    new Trainer(
            config,
            model(2, 12),
            Split.byPosition(TokenSource.of(new int[90]), 0),
            ThreadTeam.single())
        .run(
            new TrainingListener() {
              @Override
              public void updated(Progress progress, Update update) {
                if (progress.batch() == 1) {
                  losses.add(new ArrayList<>());
                }
                losses.getLast().add(update.loss());
              }
            });

    assertThat(losses).hasSize(3);
    assertThat(losses.get(1)).isEqualTo(losses.get(0));
    assertThat(losses.get(2)).isEqualTo(losses.get(0));
    assertThat(losses.get(0).get(1)).isNotEqualTo(losses.get(0).get(0));
  }

  static Stream<SmallTraining> trainings() {
    return Stream.of(
        SmallTraining.sgd(),
        SmallTraining.sgd().withPartition(Partition.RANDOM).withCell(CellKind.RNN_RELU),
        SmallTraining.adam().evaluatedEvery(4, 0));
  }

  @ParameterizedTest
  @MethodSource("trainings")
  void anyNumberOfThreadsGivesTheSameBits(SmallTraining training) throws IOException {
    List<SmallTraining.Snapshot> snapshots = new ArrayList<>();
    for (int threads = 1; threads <= 3; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        Trainer trainer = training.withEpochs(6).trainer(1, team);
        trainer.run(SILENT);
        assertThat(trainer.progress().update()).isEqualTo(30);
        snapshots.add(SmallTraining.Snapshot.of(trainer, folder));
      }
    }
    assertThat(snapshots.get(1)).isEqualTo(snapshots.get(0));
    assertThat(snapshots.get(2)).isEqualTo(snapshots.get(0));
  }

  @ParameterizedTest
  @EnumSource(CellKind.class)
  void anExplodingLearningRateEndsTraining(CellKind cell) {
    Trainer trainer =
        SmallTraining.sgd()
            .withRate(1e30, Double.POSITIVE_INFINITY)
            .withCell(cell)
            .withEpochs(100)
            .trainer(1);

    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> trainer.run(SILENT))
        .withMessageMatching(
            "training diverged at update \\d+: .*(rnn|linear)\\.(weight|bias).*"
                + " The learning rate 1.0E30 is probably too high: try a tenth of it,"
                + " or a smaller clip\\.");
    assertThat(trainer.progress().update()).isLessThan(20);
  }

  @Test
  void weightsThatAreNoNumbersAreNeverSaved() throws IOException {
    Path file = folder.resolve("kept.safetensors");
    Trainer trainer = SmallTraining.sgd().trainer(1);
    trainer.save(file, Map.of());
    byte[] kept = Files.readAllBytes(file);
    trainer.model().parameters().get("rnn.weight_hh_l1").data()[5] = Float.NEGATIVE_INFINITY;

    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> trainer.save(file, Map.of()))
        .withMessageStartingWith(
            "training diverged at update 0: rnn.weight_hh_l1 has a value of Infinity.");
    assertThat(file).hasBinaryContent(kept);
  }

  @Test
  void divergenceLeavesTheWeightsAsTheyWere() {
    Trainer trainer = SmallTraining.sgd().trainer(1);
    float[] bias = trainer.model().parameters().get("linear.bias").data();
    bias[0] = Float.NaN;
    float[] before = trainer.model().parameters().get("linear.weight").values();

    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> trainer.run(SILENT))
        .withMessageStartingWith("training diverged at update 1: the loss is NaN and the gradient");
    assertThat(trainer.model().parameters().get("linear.weight").values()).isEqualTo(before);
  }

  @Test
  void patienceEndsTrainingThatGetsNoBetter() throws IOException {
    Trainer trainer =
        SmallTraining.adam().withRate(0.3, 1).withEpochs(1000).evaluatedEvery(3, 4).trainer(1);

    assertThat(trainer.run(SILENT)).isEqualTo(Trainer.End.PATIENCE);
    assertThat(trainer.progress().worse()).isEqualTo(4);
    assertThat(trainer.progress().update()).isEqualTo(trainer.progress().bestUpdate() + 12);
    assertThat(trainer.run(SILENT)).isEqualTo(Trainer.End.PATIENCE);
    assertThat(trainer.progress().update()).isEqualTo(trainer.progress().bestUpdate() + 12);
  }

  @Test
  void patienceWithoutTextToValidateOnIsRefused() {
    SmallTraining training = SmallTraining.sgd().withValidation(0.03).evaluatedEvery(3, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> training.trainer(1))
        .withMessageMatching(
            "patience 4 waits for validations, but only [0-5] tokens are held out, fewer than the 6"
                + " of a row: hold out more, or set patience to 0");
    training.evaluatedEvery(3, 0).trainer(1);
  }

  @Test
  void theTimeIsUp() throws IOException {
    Trainer trainer = SmallTraining.sgd().withEpochs(1_000_000_000).withMinutes(1e-4).trainer(1);
    assertThat(trainer.run(SILENT)).isEqualTo(Trainer.End.TIME);
    assertThat(trainer.progress().epoch()).isLessThan(1_000_000_000);
  }

  @Test
  void anyThreadMayAskToStopAfterThePresentUpdate() throws IOException {
    Trainer trainer = SmallTraining.sgd().trainer(1);
    Trainer.End end =
        trainer.run(
            new TrainingListener() {
              @Override
              public void updated(Progress progress, Update update) {
                if (progress.update() == 7) {
                  Thread other = new Thread(trainer::requestStop);
                  other.start();
                  try {
                    other.join();
                  } catch (InterruptedException e) {
                    throw new AssertionError(e);
                  }
                }
              }
            });
    assertThat(end).isEqualTo(Trainer.End.STOPPED);
    assertThat(trainer.progress().update()).isEqualTo(7);
  }

  @Test
  void listenersHearEverythingInOrder() throws IOException {
    List<String> heard = new ArrayList<>();
    SmallTraining.sgd()
        .withEpochs(1)
        .evaluatedEvery(2, 0)
        .trainer(1)
        .run(
            new TrainingListener() {
              @Override
              public void updated(Progress progress, Update update) {
                heard.add("update " + progress.update());
                assertThat(progress.meanLoss()).isPositive();
              }

              @Override
              public void epochEnded(Progress progress) {
                heard.add("epoch " + progress.epoch());
              }

              @Override
              public void evaluated(
                  Progress progress,
                  LanguageModel.Evaluation evaluation,
                  boolean better,
                  LanguageModel model) {
                heard.add("evaluation " + progress.update());
                assertThat(better).isEqualTo(progress.bestUpdate() == progress.update());
              }
            });
    assertThat(heard)
        .containsExactly(
            "update 1",
            "update 2",
            "evaluation 2",
            "update 3",
            "update 4",
            "evaluation 4",
            "update 5",
            "epoch 0");
  }

  @Test
  void aTextThatFillsNoBatchIsNamed() {
    for (int length : new int[] {0, 1, 576}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              new Trainer(
                  config(32, 18, Partition.SEQUENTIAL, true),
                  model(28, 2),
                  untouched(length, 28),
                  ThreadTeam.single()))
          .withMessage(
              "text too short for one batch of 32 rows of 18 steps: needed 577 tokens, had %d;"
                  + " use a smaller batch, fewer steps or a longer text",
              length);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new Trainer(
                config(1000, 1, Partition.RANDOM, false),
                model(28, 2),
                untouched(500, 28),
                ThreadTeam.single()))
        .withMessageContaining("needed 1001 tokens, had 500; use a smaller batch");
  }

  @Test
  void settingsThatCannotBeAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(4, 5, Partition.RANDOM, true))
        .withMessage(
            "state can be carried between batches only when sequences follow one another:"
                + " use the sequential partition, or do not carry state");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(0, 5, Partition.RANDOM, false))
        .withMessage("batch size must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(4, 0, Partition.RANDOM, false))
        .withMessage("number of steps must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().withEpochs(0).config())
        .withMessage("number of epochs must be at least 1, but is 0");
    for (double rate : new double[] {0, -1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SmallTraining.sgd().withRate(rate, 1).config())
          .withMessage("learning rate must be above 0, but is " + rate);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().withRate(0.1, 0).config())
        .withMessage("clip must be above 0, but is 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().withMinutes(0).config())
        .withMessage("minutes must be above 0, but is 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().evaluatedEvery(-1, 0).config())
        .withMessage(
            "updates between validations must be at least 0 (0: once an epoch), but are -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().evaluatedEvery(0, -1).config())
        .withMessage("patience must be at least 0, but is -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().withUpdates(0).config())
        .withMessage("number of updates must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().accumulating(0).config())
        .withMessage("number of batches accumulated must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().withClipOfValues(0).config())
        .withMessage("clip of values must be above 0, but is 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SmallTraining.sgd().withSchedule(new Plateau(0.5, 1, 0, 0.6)).config())
        .withMessage(
            "the schedule's minimum of the rate must be at most the learning rate 0.5, but is 0.6");
  }
}
