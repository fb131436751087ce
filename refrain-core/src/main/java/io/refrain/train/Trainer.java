package io.refrain.train;

import io.refrain.data.BatchSampler;
import io.refrain.data.Epoch;
import io.refrain.data.SequentialPartition;
import io.refrain.data.Split;
import io.refrain.data.TokenBatch;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Optimizer;
import io.refrain.tensor.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Trains a language model by truncated back-propagation through time: batch after batch, gradients
 * clipped by their norm, the state carried or reset, the model validated now and then.
 *
 * <p>Same configuration, same tokens, same seed: same bits after the same number of updates, for
 * any number of threads, and however often training was stopped and {@linkplain #restore resumed}.
 */
public final class Trainer {
  private static final int VALIDATION_ROWS = 16;
  private static final String TIME_UP_AT = "time_up_at";

  /** Longer validation texts are cut, so that validating stays cheap next to training. */
  private static final int VALIDATION_TOKENS = 200_000;

  /** From here on the logits are so large that a float no longer holds a difference of one. */
  private static final float DIVERGED_LOSS = 1 << 24;

  private final TrainingConfig config;
  private final LanguageModel model;
  private final int[] tokens;
  private final int[] validation;
  private final ThreadTeam team;
  private final Tape validationTape;
  private final TruncatedBptt bptt;
  private final Optimizer optimizer;
  private final TokenBatch batch;
  private volatile boolean stopRequested;
  private Progress progress = Progress.start();

  /** The seconds of the progress at which the time was last up. */
  private double timeUpAt;

  /** Why training ended. */
  public enum End {
    /** All epochs are done. */
    EPOCHS,
    /** The time is up. */
    TIME,
    /** The validation loss did not fall any more. */
    PATIENCE,
    /** Somebody asked it to stop. */
    STOPPED
  }

  /**
   * Prepares training from the model's present weights.
   *
   * @param split the text; its validation part may be empty
   * @throws IllegalArgumentException when the text is shorter than one batch, or there is patience
   *     but no text to validate on
   */
  public Trainer(TrainingConfig config, LanguageModel model, Split split, ThreadTeam team) {
    this.config = config;
    this.model = model;
    this.team = team;
    tokens = split.train();
    validation = cut(split.validation());
    config.sampler().epoch(tokens, new SplittableRandom(0)); // tells whether the text suffices
    if (config.patience() > 0 && validationRows() < 1) {
      throw new IllegalArgumentException(
          "patience %d waits for validations, but only %d tokens are held out, fewer than the %d of a row: hold out more, or set patience to 0"
              .formatted(config.patience(), validation.length, config.steps() + 1));
    }
    validationTape = Tape.computing(team);
    optimizer = config.optimizer().create(model.parameters());
    bptt = new TruncatedBptt(model, config.steps(), config.batch(), team);
    batch = new TokenBatch(config.steps(), config.batch());
  }

  private static int[] cut(int[] tokens) {
    return tokens.length <= VALIDATION_TOKENS
        ? tokens
        : java.util.Arrays.copyOf(tokens, VALIDATION_TOKENS);
  }

  private int validationRows() {
    return Math.min(VALIDATION_ROWS, (validation.length - 1) / config.steps());
  }

  /** Where training stands. */
  public Progress progress() {
    return progress;
  }

  /** The model in its present state. */
  public LanguageModel model() {
    return model;
  }

  /**
   * How much of the time limit is used up: what was trained since the time was last up, so that a
   * run that was interrupted trains for the rest of it, and one whose time was up for all of it.
   */
  public double secondsOfLimit() {
    return progress.seconds() - timeUpAt;
  }

  /** Asks {@link #run} to return after the present update; any thread may. */
  public void requestStop() {
    stopRequested = true;
  }

  /** Trains until the configuration or somebody says stop. */
  public End run(TrainingListener listener) throws IOException {
    double earlier = secondsOfLimit();
    long start = System.nanoTime();
    evaluateWhenDue(listener); // a checkpoint may lie between an update and its validation
    while (progress.epoch() < config.epochs()) {
      Epoch epoch = epoch(progress.epoch());
      while (progress.batch() < epoch.batches()) {
        if (config.patience() > 0 && progress.worse() >= config.patience()) {
          return End.PATIENCE;
        }
        if (stopRequested) {
          return End.STOPPED;
        }
        if (earlier + (System.nanoTime() - start) / 1e9 >= config.minutes() * 60) {
          timeUpAt = progress.seconds();
          return End.TIME;
        }
        update(epoch, listener);
        evaluateWhenDue(listener);
      }
      listener.epochEnded(progress);
      if (config.evaluateEvery() == 0) {
        evaluate(listener);
      }
      progress = progress.atNextEpoch();
    }
    return End.EPOCHS;
  }

  private void evaluateWhenDue(TrainingListener listener) throws IOException {
    if (config.evaluateEvery() > 0 && progress.update() % config.evaluateEvery() == 0) {
      evaluate(listener);
    }
  }

  /** An epoch's batches depend on the seed and its number alone, so training may resume in it. */
  private Epoch epoch(int number) {
    BatchSampler sampler = config.sampler();
    return sampler.epoch(tokens, new SplittableRandom(mix(config.seed(), number)));
  }

  /** What is dropped in an update depends on the seed and its number alone. */
  private RandomGenerator random(long update) {
    return new SplittableRandom(config.seed() ^ 0x5DEECE66DL * (update + 1));
  }

  private static long mix(long seed, int number) {
    return new SplittableRandom(seed + 0x9E3779B97F4A7C15L * (number + 1)).nextLong();
  }

  private void update(Epoch epoch, TrainingListener listener) throws IOException {
    long start = System.nanoTime();
    if (progress.batch() == 0) {
      bptt.reset();
    }
    epoch.fill(progress.batch(), batch);
    optimizer.clearGradients();
    float loss = bptt.backward(batch, random(progress.update()));
    double norm = GradientNorm.of(team, model.parameters().values());
    requireSound(loss, norm);
    optimizer.step(team, config.learningRate(), GradientNorm.clip(norm, config.clip()));
    if (config.carryState()) {
      bptt.carry();
    }
    progress = progress.afterUpdate(loss, (System.nanoTime() - start) / 1e9);
    listener.updated(progress, epoch.batches(), loss, norm);
  }

  /** Ends training rather than let the next step spoil the weights. */
  private void requireSound(float loss, double norm) {
    if (loss < DIVERGED_LOSS && Double.isFinite(norm)) {
      return;
    }
    String name = "";
    float largest = -1;
    for (Map.Entry<String, Parameter> entry : model.parameters().entrySet()) {
      float magnitude = magnitude(entry.getValue().tensor().gradient());
      if (Float.compare(magnitude, largest) > 0) { // NaN is the largest of all
        name = entry.getKey();
        largest = magnitude;
      }
    }
    throw diverged(
        progress.update() + 1,
        "the loss is %s and the gradient of %s reaches %s".formatted(loss, name, largest));
  }

  /** A step can overflow although its gradient was sound; such weights must not reach a file. */
  private void requireFiniteWeights() {
    for (Map.Entry<String, Parameter> entry : model.parameters().entrySet()) {
      float magnitude = magnitude(entry.getValue().data());
      if (!Float.isFinite(magnitude)) {
        throw diverged(
            progress.update(), "%s has a value of %s".formatted(entry.getKey(), magnitude));
      }
    }
  }

  private TrainingDivergedException diverged(long update, String sign) {
    return new TrainingDivergedException(
        "training diverged at update %d: %s. The learning rate %s is probably too high:"
                .formatted(update, sign, config.learningRate())
            + " try a tenth of it, or a smaller clip. The last checkpoint is kept.");
  }

  /** The largest absolute value; NaN when there is one. */
  private static float magnitude(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /**
   * Validates now; does nothing where there is no text to validate on, and nothing when there was
   * no update since the last validation.
   */
  public void evaluate(TrainingListener listener) throws IOException {
    int rows = validationRows();
    if (rows < 1 || progress.evaluated() == progress.update()) {
      return;
    }
    requireFiniteWeights();
    LanguageModel.Evaluation evaluation =
        model.evaluate(validationTape, validation, new SequentialPartition(rows, config.steps()));
    boolean better = evaluation.nats() < progress.best();
    progress = progress.afterEvaluation(evaluation.nats());
    listener.evaluated(progress, evaluation, better, model);
  }

  /** Takes the next validation for the best, because the model of the best so far is lost. */
  void forgetBest() {
    progress = progress.withoutBest();
  }

  /**
   * Writes a checkpoint.
   *
   * @param extra what the caller wants back from {@link #restore}
   * @throws TrainingDivergedException when a weight is no number; nothing is written then
   */
  public void save(Path file, Map<String, String> extra) throws IOException {
    requireFiniteWeights();
    Map<String, String> all = new LinkedHashMap<>(extra);
    all.put(TIME_UP_AT, Double.toString(timeUpAt));
    Checkpoint.write(file, model, optimizer, bptt.state(), progress, all);
  }

  /**
   * Goes on from a checkpoint.
   *
   * @return its metadata, with what {@link #save} was given
   */
  public Map<String, String> restore(Path file) throws IOException {
    RecurrentState state = bptt.state();
    Checkpoint.Restored restored = Checkpoint.read(file, model, optimizer, state);
    if (config.carryState()) {
      bptt.restore(state);
    }
    progress = restored.progress();
    timeUpAt = Checkpoint.number(file, restored.metadata(), TIME_UP_AT);
    return restored.metadata();
  }
}
