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

/**
 * A training small enough that a test repeats it hundreds of times, with everything that a large
 * one has: epochs, validations, a carried state. Instances differ in one setting at a time.
 */
record SmallTraining(
    OptimizerKind optimizer,
    TrainingConfig.Partition partition,
    boolean carryState,
    int epochs,
    int evaluateEvery,
    int patience,
    double learningRate,
    double clip,
    double minutes,
    double validationShare,
    CellKind cell) {
  static final int BATCH = 4;
  static final int STEPS = 5;
  static final String TEXT =
      "the time traveller for so it will be convenient to speak of him was expounding a"
          + " recondite matter to us his grey eyes shone and twinkled";
  static final Tokenizer TOKENIZER = VerbatimTokenizer.train(TEXT);

  /** Sequential, three epochs of five batches, one validation an epoch. */
  static SmallTraining sgd() {
    return new SmallTraining(
        OptimizerKind.SGD,
        TrainingConfig.Partition.SEQUENTIAL,
        true,
        3,
        0,
        0,
        0.5,
        1,
        Double.POSITIVE_INFINITY,
        0.2,
        CellKind.RNN_TANH);
  }

  static SmallTraining adam() {
    SmallTraining sgd = sgd();
    return new SmallTraining(
        OptimizerKind.ADAM,
        sgd.partition,
        false,
        sgd.epochs,
        sgd.evaluateEvery,
        sgd.patience,
        0.02,
        sgd.clip,
        sgd.minutes,
        sgd.validationShare,
        sgd.cell);
  }

  SmallTraining withPartition(TrainingConfig.Partition other) {
    return new SmallTraining(
        optimizer,
        other,
        carryState && other == TrainingConfig.Partition.SEQUENTIAL,
        epochs,
        evaluateEvery,
        patience,
        learningRate,
        clip,
        minutes,
        validationShare,
        cell);
  }

  SmallTraining withEpochs(int other) {
    return new SmallTraining(
        optimizer,
        partition,
        carryState,
        other,
        evaluateEvery,
        patience,
        learningRate,
        clip,
        minutes,
        validationShare,
        cell);
  }

  SmallTraining evaluatedEvery(int updates, int otherPatience) {
    return new SmallTraining(
        optimizer,
        partition,
        carryState,
        epochs,
        updates,
        otherPatience,
        learningRate,
        clip,
        minutes,
        validationShare,
        cell);
  }

  SmallTraining withRate(double rate, double otherClip) {
    return new SmallTraining(
        optimizer,
        partition,
        carryState,
        epochs,
        evaluateEvery,
        patience,
        rate,
        otherClip,
        minutes,
        validationShare,
        cell);
  }

  SmallTraining withMinutes(double other) {
    return new SmallTraining(
        optimizer,
        partition,
        carryState,
        epochs,
        evaluateEvery,
        patience,
        learningRate,
        clip,
        other,
        validationShare,
        cell);
  }

  SmallTraining withValidation(double share) {
    return new SmallTraining(
        optimizer,
        partition,
        carryState,
        epochs,
        evaluateEvery,
        patience,
        learningRate,
        clip,
        minutes,
        share,
        cell);
  }

  SmallTraining withCell(CellKind other) {
    return new SmallTraining(
        optimizer,
        partition,
        carryState,
        epochs,
        evaluateEvery,
        patience,
        learningRate,
        clip,
        minutes,
        validationShare,
        other);
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
