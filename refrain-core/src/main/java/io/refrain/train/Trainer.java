package io.refrain.train;

import io.refrain.data.Epoch;
import io.refrain.data.SequentialPartition;
import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.optim.Plateau;
import io.refrain.tensor.Tape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Trains a language model by truncated back-propagation through time: update after update, the
 * state carried or reset, the model validated now and then. {@link TrainingStep} makes an update,
 * {@link Adaptation} knows its learning rate, {@link Diagnosis} what ails it.
 *
 * <p>Same configuration, same tokens, same seed: same bits after the same number of updates, for
 * any number of threads, and however often training was stopped and {@linkplain #restore resumed}.
 */
public final class Trainer {
  private static final int VALIDATION_ROWS = 16;
  private static final String TIME_UP_AT = "time_up_at";

  private final TrainingConfig config;
  private final LanguageModel model;
  private final TokenSource tokens;
  private final TokenSource validation;
  private final Tape validationTape;
  private final TrainingStep step;
  private final Adaptation adaptation;
  private final SoundWeights soundWeights;
  private final Diagnosis diagnosis;
  private final Probe probe;

  /** Whether the model has the averages for weights, and the optimizer the weights. */
  private boolean exchanged;

  private volatile boolean stopRequested;
  private Progress progress = Progress.start();

  /** When the seconds of the progress were last brought up to date, as {@link System#nanoTime}. */
  private long clockRead;

  /** The seconds of the progress at which the time was last up. */
  private double timeUpAt;

  /** Why training ended. */
  public enum End {
    /** All epochs are done. */
    EPOCHS,
    /** All updates are done. */
    UPDATES,
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
   * @param split the text; its validation part may be empty, and is read whole at each validation
   * @throws IllegalArgumentException when the text is shorter than one batch, or something waits
   *     for validations but there is no text to validate on
   */
  public Trainer(TrainingConfig config, LanguageModel model, Split split, ThreadTeam team) {
    this.config = config;
    this.model = model;
    tokens = split.train();
    validation = split.validation();
    Batching batching = config.batching();
    batching.sampler().requireOneBatch(tokens.size());
    requireValidations();
    validationTape = Tape.computing(team);
    step = new TrainingStep(config, model, team);
    adaptation = new Adaptation(config);
    soundWeights = new SoundWeights(model.parameters());
    diagnosis = new Diagnosis(config.clipping().norm());
    probe = new Probe(model, batching.steps(), batching.batch(), team);
  }

  private void requireValidations() {
    if (validationRows() >= 1) {
      return;
    }
    int patience = config.limits().patience();
    if (patience > 0) {
      throw unvalidated("patience " + patience, "set patience to 0");
    }
    if (config.schedule() instanceof Plateau) {
      throw unvalidated("the schedule plateau", "choose another schedule");
    }
    int nonMonotone = config.optimizer().nonMonotone();
    if (nonMonotone > 0) {
      throw unvalidated("non-monotone averaging over " + nonMonotone, "set it to 0");
    }
  }

  private IllegalArgumentException unvalidated(String what, String remedy) {
    return new IllegalArgumentException(
        "%s waits for validations, but only %d tokens are held out, fewer than the %d of a row: hold out more, or %s"
            .formatted(what, validation.size(), config.batching().steps() + 1, remedy));
  }

  private int validationRows() {
    return (int) Math.min(VALIDATION_ROWS, (validation.size() - 1) / config.batching().steps());
  }

  /** Where training stands. */
  public Progress progress() {
    return progress;
  }

  /** The model with the weights that training goes on with. */
  public LanguageModel model() {
    return model;
  }

  /** Makes use of a model. */
  @FunctionalInterface
  public interface Use<T> {
    /** Uses the model, which is lent for the time of the call. */
    T of(LanguageModel model) throws IOException;
  }

  /**
   * Uses the model as it is meant to be used: with the averages for weights, where the optimizer
   * has them.
   */
  public <T> T withAverages(Use<T> use) throws IOException {
    if (exchanged) {
      return use.of(model);
    }
    exchanged = step.optimizer().exchangeAverages();
    try {
      return use.of(model);
    } finally {
      exchangeBack();
    }
  }

  private void exchangeBack() {
    if (exchanged) {
      step.optimizer().exchangeAverages();
      exchanged = false;
    }
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
    clockRead = System.nanoTime();
    evaluateWhenDue(listener); // a checkpoint may lie between an update and its validation
    Limits limits = config.limits();
    while (progress.epoch() < limits.epochs()) {
      Epoch epoch = config.batching().epoch(tokens, config.seed(), progress.epoch());
      while (progress.batch() < epoch.batches()) {
        readClock();
        if (limits.patience() > 0 && progress.worse() >= limits.patience()) {
          return End.PATIENCE;
        }
        if (progress.update() >= limits.updates()) {
          return End.UPDATES;
        }
        if (stopRequested) {
          return End.STOPPED;
        }
        if (secondsOfLimit() >= limits.minutes() * 60) {
          timeUpAt = progress.seconds();
          return End.TIME;
        }
        update(epoch, listener);
        evaluateWhenDue(listener);
      }
      listener.epochEnded(progress);
      if (config.evaluateEvery() == 0) {
        evaluateNow(listener);
      }
      readClock();
      progress = progress.atNextEpoch();
    }
    return End.EPOCHS;
  }

  /** Brings the seconds of the progress up to date, with all that was done since it last did. */
  private void readClock() {
    long now = System.nanoTime();
    progress = progress.after((now - clockRead) / 1e9);
    clockRead = now;
  }

  private void evaluateWhenDue(TrainingListener listener) throws IOException {
    if (config.evaluateEvery() > 0 && progress.update() % config.evaluateEvery() == 0) {
      evaluateNow(listener);
    }
  }

  private void update(Epoch epoch, TrainingListener listener) throws IOException {
    double rate = adaptation.rate(progress.update());
    TrainingStep.Result result = step.update(epoch, progress.batch(), progress.update() + 1, rate);
    progress = progress.afterUpdate(result.batches(), result.lossSum());
    readClock();
    TrainingListener.Update made =
        new TrainingListener.Update(
            epoch.batches(), result.loss(), result.norms().all(), result.norms().groups(), rate);
    listener.updated(progress, made);
    diagnose(made, listener);
  }

  /** Reads what is there already, and now and then a few rows of the batch; changes no weight. */
  private void diagnose(TrainingListener.Update made, TrainingListener listener)
      throws IOException {
    long update = progress.update();
    for (Finding finding : diagnosis.updated(update, made)) {
      listener.found(progress, finding);
    }
    if (update % Diagnosis.PROBE_EVERY == 0) {
      for (Finding finding : diagnosis.probed(update, probe.read(step.lastBatch()))) {
        listener.found(progress, finding);
      }
    }
  }

  /**
   * Validates now; does nothing where there is no text to validate on, and nothing when there was
   * no update since the last validation.
   */
  public void evaluate(TrainingListener listener) throws IOException {
    clockRead = System.nanoTime(); // since training ended, time may have passed that is none of it
    evaluateNow(listener);
  }

  private void evaluateNow(TrainingListener listener) throws IOException {
    int rows = validationRows();
    if (rows < 1 || progress.evaluated() == progress.update()) {
      return;
    }
    requireFiniteWeights();
    withAverages(used -> validate(rows, used, listener));
  }

  private boolean validate(int rows, LanguageModel used, TrainingListener listener)
      throws IOException {
    SequentialPartition partition = new SequentialPartition(rows, config.batching().steps());
    LanguageModel.Evaluation evaluation = used.evaluate(validationTape, validation, partition);
    readClock();
    boolean better = evaluation.nats() < progress.best();
    progress = progress.afterEvaluation(evaluation.nats());
    if (adaptation.validated(evaluation.nats()) && step.optimizer().startAveraging()) {
      progress = progress.withoutWorse(); // averages may well be better: patience begins anew
    }
    listener.evaluated(progress, evaluation, better, used);
    return better;
  }

  private void requireFiniteWeights() {
    soundWeights.requireFinite(
        progress.update(), adaptation.rate(Math.max(0, progress.update() - 1)));
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
    adaptation.save(all);
    boolean inUse = exchanged; // a listener that was lent the averages may save as well
    exchangeBack();
    try {
      Checkpoint.write(file, model, step.optimizer(), step.state(), progress, all);
    } finally {
      exchanged = inUse && step.optimizer().exchangeAverages();
    }
  }

  /**
   * Goes on from a checkpoint.
   *
   * @return its metadata, with what {@link #save} was given
   */
  public Map<String, String> restore(Path file) throws IOException {
    RecurrentState state = step.state();
    Checkpoint.Restored restored = Checkpoint.read(file, model, step.optimizer(), state);
    adaptation.restore(file, restored.metadata());
    step.restore(state);
    progress = restored.progress();
    timeUpAt = Checkpoint.number(file, restored.metadata(), TIME_UP_AT);
    return restored.metadata();
  }
}
