package io.refrain.train;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.LanguageModelRegularization;
import io.refrain.model.OutputConfig;
import io.refrain.nn.recurrent.Regularization;
import io.refrain.optim.Adam;
import io.refrain.optim.Clipping;
import io.refrain.optim.OptimizerConfig;
import io.refrain.optim.Schedule;
import io.refrain.optim.Sgd;
import io.refrain.store.NamedTensor;
import io.refrain.store.SafetensorsFile;
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
  static final VerbatimTokenizer TOKENIZER = VerbatimTokenizer.train(TEXT);

  /** Every regularizer that there is for a cell. */
  static LanguageModelRegularization regularization(CellKind cell) {
    double zoneoutCell = cell == CellKind.LSTM ? 0.1 : 0; // of a second state
    return new LanguageModelRegularization(
        0.1, 0.2, 0.3, new Regularization(0.25, true, 0.3, 0.15, zoneoutCell), 2, 1);
  }

  private OptimizerConfig optimizer = Sgd.Options.plain();
  private Schedule schedule = new Schedule.Constant();
  private Partition partition = Partition.SEQUENTIAL;
  private boolean carryState = true;
  private int accumulate = 1;
  private int epochs = 3;
  private long updates = Long.MAX_VALUE;
  private int evaluateEvery;
  private int patience;
  private double learningRate = 0.5;
  private double clip = 1;
  private double clipValue = Double.POSITIVE_INFINITY;
  private double minutes = Double.POSITIVE_INFINITY;
  private double validationShare = 0.2;
  private CellKind cell = CellKind.RNN_TANH;
  private boolean regularized;
  private OutputConfig output = new OutputConfig.Full();

  private SmallTraining() {}

  private SmallTraining(SmallTraining other) {
    optimizer = other.optimizer;
    schedule = other.schedule;
    accumulate = other.accumulate;
    updates = other.updates;
    clipValue = other.clipValue;
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
    regularized = other.regularized;
    output = other.output;
  }

  /** Sequential, three epochs of five batches, one validation an epoch. */
  static SmallTraining sgd() {
    return new SmallTraining();
  }

  static SmallTraining adam() {
    return sgd()
        .with(training -> {
          training.optimizer = Adam.Options.adam();
          training.carryState = false;
          training.learningRate = 0.02;
        });
  }

  SmallTraining withPartition(Partition other) {
    return with(training -> {
      training.partition = other;
      training.carryState &= other == Partition.SEQUENTIAL;
    });
  }

  SmallTraining withOptimizer(OptimizerConfig other, double rate) {
    return with(training -> {
      training.optimizer = other;
      training.learningRate = rate;
    });
  }

  SmallTraining withSchedule(Schedule other) {
    return with(training -> training.schedule = other);
  }

  SmallTraining withoutState() {
    return with(training -> training.carryState = false);
  }

  SmallTraining accumulating(int batches) {
    return with(training -> training.accumulate = batches);
  }

  SmallTraining withUpdates(long other) {
    return with(training -> training.updates = other);
  }

  SmallTraining withClipOfValues(double other) {
    return with(training -> training.clipValue = other);
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

  /** With tied weights and all that keeps a language model from learning its text by heart. */
  SmallTraining regularized() {
    return with(training -> training.regularized = true);
  }

  /** With an output that is for large vocabularies. */
  SmallTraining withOutput(OutputConfig other) {
    return with(training -> training.output = other);
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

  static TokenSource tokens() {
    return TokenSource.of(TOKENIZER.encode(TEXT));
  }

  TrainingConfig config() {
    return new TrainingConfig(
        new Batching(BATCH, STEPS, partition, carryState, accumulate),
        new Limits(epochs, updates, minutes, patience),
        optimizer,
        learningRate,
        schedule,
        new Clipping(clip, clipValue),
        evaluateEvery,
        77);
  }

  LanguageModelConfig model() {
    int vocabulary = TOKENIZER.size();
    LanguageModelConfig model =
        regularized
            ? new LanguageModelConfig(vocabulary, 7, cell, 9, 2, true, false, regularization(cell))
            : new LanguageModelConfig(vocabulary, 0, cell, 9, 2);
    return model.withOutput(output);
  }

  RunConfig run() {
    return new RunConfig(
        "test",
        "0".repeat(40),
        TokenizerKind.VERBATIM.label(),
        0,
        new Validation.Share(validationShare),
        model(),
        config());
  }

  /** A trainer over weights of a seed. */
  Trainer trainer(long seed, ThreadTeam team) {
    return new Trainer(
        config(), new LanguageModel(model(), new SplittableRandom(seed)), split(run()), team);
  }

  /** The text, cut as a run has it. */
  static Split split(RunConfig run) {
    return Split.byPosition(tokens(), ((Validation.Share) run.validation()).share());
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
