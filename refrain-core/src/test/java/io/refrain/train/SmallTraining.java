package io.refrain.train;

import io.refrain.data.Split;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.store.NamedTensor;
import io.refrain.store.SafetensorsFile;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerKind;
import io.refrain.text.VerbatimTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * A training small enough that a test repeats it hundreds of times, with everything that a large
 * one has: epochs, validations, a carried state. Instances differ in one setting at a time.
 */
final class SmallTraining {
  static final int BATCH = 4;
  static final int STEPS = 5;
  static final String TEXT =
      "the time traveller for so it will be convenient to speak of him was expounding a"
          + " recondite matter to us his grey eyes shone and twinkled";
  static final Tokenizer TOKENIZER = VerbatimTokenizer.train(TEXT);

  private OptimizerKind optimizer = OptimizerKind.SGD;
  private TrainingConfig.Partition partition = TrainingConfig.Partition.SEQUENTIAL;
  private boolean carryState = true;
  private int epochs = 3;
  private int evaluateEvery;
  private int patience;
  private double learningRate = 0.5;
  private double clip = 1;
  private double minutes = Double.POSITIVE_INFINITY;
  private double validationShare = 0.2;
  private CellKind cell = CellKind.RNN_TANH;

  private SmallTraining() {}

  private SmallTraining(SmallTraining other) {
    optimizer = other.optimizer;
    partition = other.partition;
    carryState = other.carryState;
    epochs = other.epochs;
    evaluateEvery = other.evaluateEvery;
    patience = other.patience;
    learningRate = other.learningRate;
    clip = other.clip;
    minutes = other.minutes;
    validationShare = other.validationShare;
    cell = other.cell;
  }

  /** Sequential, three epochs of five batches, one validation an epoch. */
  static SmallTraining sgd() {
    return new SmallTraining();
  }

  static SmallTraining adam() {
    return sgd()
        .with(training -> {
          training.optimizer = OptimizerKind.ADAM;
          training.carryState = false;
          training.learningRate = 0.02;
        });
  }

  SmallTraining withPartition(TrainingConfig.Partition other) {
    return with(training -> {
      training.partition = other;
      training.carryState &= other == TrainingConfig.Partition.SEQUENTIAL;
    });
  }

  SmallTraining withEpochs(int other) {
    return with(training -> training.epochs = other);
  }

  SmallTraining evaluatedEvery(int updates, int otherPatience) {
    return with(training -> {
      training.evaluateEvery = updates;
      training.patience = otherPatience;
    });
  }

  SmallTraining withRate(double rate, double otherClip) {
    return with(training -> {
      training.learningRate = rate;
      training.clip = otherClip;
    });
  }

  SmallTraining withMinutes(double other) {
    return with(training -> training.minutes = other);
  }

  SmallTraining withValidation(double share) {
    return with(training -> training.validationShare = share);
  }

  SmallTraining withCell(CellKind other) {
    return with(training -> training.cell = other);
  }

  private SmallTraining with(Consumer<SmallTraining> change) {
    SmallTraining copy = new SmallTraining(this);
    change.accept(copy);
    return copy;
  }

  @Override
  public String toString() {
    return run().toString();
  }

  static int[] tokens() {
    return TOKENIZER.encode(TEXT);
  }

  TrainingConfig config() {
    return new TrainingConfig(
        BATCH,
        STEPS,
        partition,
        carryState,
        epochs,
        minutes,
        optimizer,
        learningRate,
        clip,
        evaluateEvery,
        patience,
        77);
  }

  LanguageModelConfig model() {
    return new LanguageModelConfig(TOKENIZER.vocabulary().size(), 0, cell, 9, 2);
  }

  RunConfig run() {
    return new RunConfig(
        "test", "0".repeat(40), TokenizerKind.VERBATIM, 0, validationShare, model(), config());
  }

  /** A trainer over weights of a seed. */
  Trainer trainer(long seed, ThreadTeam team) {
    return new Trainer(
        config(),
        new LanguageModel(model(), new SplittableRandom(seed)),
        Split.byPosition(tokens(), validationShare),
        team);
  }

  Trainer trainer(long seed) {
    return trainer(seed, ThreadTeam.single());
  }

  /** All that a checkpoint holds, except how long training took. */
  record Snapshot(List<NamedTensor> tensors, Map<String, String> metadata) {
    static Snapshot of(Path file) throws IOException {
      try (SafetensorsFile open = SafetensorsFile.open(file)) {
        Map<String, String> metadata = new TreeMap<>(open.metadata());
        metadata.remove("seconds");
        metadata.remove("metrics_bytes"); // the log holds seconds too
        return new Snapshot(open.tensors(), metadata);
      }
    }

    static Snapshot of(Trainer trainer, Path folder) throws IOException {
      Path file = folder.resolve("snapshot.safetensors");
      trainer.save(file, Map.of());
      return of(file);
    }
  }
}
