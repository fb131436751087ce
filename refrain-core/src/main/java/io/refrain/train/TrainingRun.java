package io.refrain.train;

import io.refrain.data.Split;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.ngram.Baseline;
import io.refrain.store.JsonLines;
import io.refrain.store.RunLock;
import io.refrain.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * A training that lives in a run directory: it holds the directory's lock, keeps the best model and
 * a checkpoint there, and logs what it measures.
 *
 * <p>The checkpoint alone decides where a run goes on. Lines of the log that came after it are cut
 * off and written again. A newer model stays: its file tells its loss, and only a better one takes
 * its place. So a run may be killed at any moment, and one that had ended, with a last validation
 * out of its turn, does not lose its best model when it trains on.
 *
 * <p>Files are written by name, so nothing is written any more once the directory was removed or
 * moved away: another run may have its name by then.
 */
public final class TrainingRun implements AutoCloseable {
  private static final double CHECKPOINT_SECONDS = 20;
  private static final int LOG_EVERY = 50;
  private static final String METRICS_BYTES = "metrics_bytes";
  private static final String LOSS_SINCE_LOG = "loss_since_log";

  private final RunDirectory directory;
  private final RunLock lock;
  private final Trainer trainer;
  private final JsonLines metrics;
  private double checkpointSeconds = CHECKPOINT_SECONDS;
  private double lossSinceLog;
  private boolean modelWasLost;
  private boolean logWasCut;

  /**
   * When it was written, as {@link System#nanoTime}: the time that writing takes does not count, or
   * large checkpoints would follow one another.
   */
  private long lastCheckpoint;

  /** Whether a call of {@link #run} has left its checkpoint; what it does then can be missed. */
  private volatile boolean saved;

  /** The validation loss of the model in the folder; infinite while there was no validation. */
  private double writtenLoss = Double.POSITIVE_INFINITY;

  private TrainingRun(RunDirectory directory, RunLock lock, Trainer trainer, JsonLines metrics) {
    this.directory = directory;
    this.lock = lock;
    this.trainer = trainer;
    this.metrics = metrics;
  }

  /**
   * Begins a run with fresh weights.
   *
   * @param split the text that the configuration names
   * @throws IOException when the directory holds a run, is in use or cannot be written
   */
  public static TrainingRun create(
      RunDirectory directory, RunConfig config, Tokenizer tokenizer, Split split, ThreadTeam team)
      throws IOException {
    directory.requireFree();
    config.requireMemory();
    Trainer trainer = trainer(config, config.training().seed(), split, team);
    Files.createDirectories(directory.path());
    return locked(
        directory,
        lock -> {
          directory.requireFree(); // again, for another process may have made one by now
          return begin(directory, lock, config, tokenizer, trainer);
        });
  }

  private static Trainer trainer(RunConfig config, long seed, Split split, ThreadTeam team) {
    return new Trainer(
        config.training(),
        new LanguageModel(config.model(), new SplittableRandom(seed)),
        split,
        team);
  }

  private interface Opening {
    TrainingRun open(RunLock lock) throws IOException;
  }

  /** Opens a run under its lock, which is given back where that fails. */
  private static TrainingRun locked(RunDirectory directory, Opening opening) throws IOException {
    RunLock lock = RunLock.acquire(directory.path());
    try {
      return opening.open(lock);
    } catch (IOException | RuntimeException | Error e) {
      lock.close();
      throw e;
    }
  }

  /** Writes a run's first files. All that are there now are its own, so a failure deletes them. */
  private static TrainingRun begin(
      RunDirectory directory, RunLock lock, RunConfig config, Tokenizer tokenizer, Trainer trainer)
      throws IOException {
    try {
      return open(
          directory,
          lock,
          trainer,
          run -> {
            directory.writeTokenizer(tokenizer);
            run.checkpoint();
            // Last, for it is what makes a folder a run.
            directory.writeConfig(config);
          });
    } catch (IOException | RuntimeException | Error e) {
      directory.clear(e);
      throw e;
    }
  }

  /**
   * Goes on with a run from its checkpoint.
   *
   * @param config the run's own, but perhaps for its limits
   * @param split the text that the run was begun with
   */
  public static TrainingRun resume(
      RunDirectory directory, RunConfig config, Split split, ThreadTeam team) throws IOException {
    if (!Files.exists(directory.resumeFile())) {
      throw new IOException(
          directory.path() + " has no resume.safetensors: there is nothing to go on from");
    }
    config.requireMemory();
    // Whatever the weights are drawn from, the checkpoint replaces them.
    Trainer trainer = trainer(config, 0, split, team);
    return locked(
        directory,
        lock ->
            open(
                directory,
                lock,
                trainer,
                run -> {
                  run.restore();
                  run.replaceLostModel();
                  directory.writeConfig(config);
                }));
  }

  /** Without the best model there is none to do better than: the search for it begins anew. */
  private void replaceLostModel() throws IOException {
    modelWasLost = !directory.holdsModel();
    if (modelWasLost) {
      trainer.forgetBest();
      checkpoint();
    } else {
      writtenLoss = directory.modelLoss();
    }
  }

  /** Whether the best model could not be read any more, so that the present weights replaced it. */
  public boolean modelWasLost() {
    return modelWasLost;
  }

  /** Whether lines that the log had at the checkpoint were gone, so that it has a gap now. */
  public boolean logWasCut() {
    return logWasCut;
  }

  private void restore() throws IOException {
    Path file = directory.resumeFile();
    Map<String, String> extra = trainer.restore(file);
    try {
      lossSinceLog = Double.parseDouble(Checkpoint.text(file, extra, LOSS_SINCE_LOG));
      long bytes = Long.parseLong(Checkpoint.text(file, extra, METRICS_BYTES));
      logWasCut = metrics.position() < bytes;
      metrics.truncateTo(Math.min(bytes, metrics.position()));
    } catch (IllegalArgumentException e) {
      throw new IOException("%s does not fit its log: %s".formatted(file, e.getMessage()), e);
    }
  }

  private interface Preparation {
    void prepare(TrainingRun run) throws IOException;
  }

  private static TrainingRun open(
      RunDirectory directory, RunLock lock, Trainer trainer, Preparation preparation)
      throws IOException {
    JsonLines metrics = JsonLines.open(directory.metricsFile());
    try {
      TrainingRun run = new TrainingRun(directory, lock, trainer, metrics);
      preparation.prepare(run);
      run.lastCheckpoint = System.nanoTime();
      return run;
    } catch (IOException | RuntimeException | Error e) {
      metrics.close();
      throw e;
    }
  }

  /** Sets the time between two checkpoints; 0 makes one after every update. */
  void checkpointEvery(double seconds) {
    checkpointSeconds = seconds;
  }

  /** The training itself. */
  public Trainer trainer() {
    return trainer;
  }

  /** Whether the directory still is this run's: not once it was removed or moved away. */
  public boolean isInPlace() {
    return lock.isInPlace();
  }

  private void requireInPlace() throws IOException {
    if (!isInPlace()) {
      throw new IOException(
          "%s, or %s in it, was removed or moved while the run was written, so nothing more is saved"
              .formatted(directory.path(), RunLock.FILE_NAME));
    }
  }

  /** Whether {@link #run} has left its checkpoint by now; any thread may ask. */
  public boolean isSaved() {
    return saved;
  }

  /**
   * Trains, and leaves a checkpoint and the best model.
   *
   * @throws TrainingDivergedException when it does; the last checkpoint is kept
   * @throws IOException when a file cannot be written, or the directory was removed meanwhile
   */
  public Trainer.End run(TrainingListener listener) throws IOException {
    saved = false;
    try {
      return trainAndSave(listener);
    } catch (TrainingDivergedException e) {
      throw new TrainingDivergedException(e.getMessage() + " The last checkpoint is kept.", e);
    }
  }

  private Trainer.End trainAndSave(TrainingListener listener) throws IOException {
    long before = trainer.progress().update();
    Trainer.End end = trainer.run(new Recorder(listener));
    checkpoint();
    saved = true;
    // After the checkpoint, because a run that goes on must not count what is not in its turn.
    logBriefRun();
    if (end != Trainer.End.STOPPED) {
      // What was learned since the last validation may be the best. A run that was stopped is to
      // end with the model it would have had, and at once: whoever stopped it may not wait long.
      // Who watches a run that had ended already has seen it.
      boolean seen = trainer.progress().update() == before;
      trainer.evaluate(new Recorder(seen ? new TrainingListener() {} : listener));
    }
    return end;
  }

  /** Without a line of its own, a run of a few updates would have no loss to show. */
  private void logBriefRun() throws IOException {
    Progress progress = trainer.progress();
    if (progress.update() > 0 && progress.update() < LOG_EVERY) {
      Map<String, @Nullable Object> line = line(progress);
      line.put("train_loss", lossSinceLog / (double) progress.update());
      metrics.append(line);
    }
  }

  private static Map<String, @Nullable Object> line(Progress progress) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("update", progress.update());
    line.put("epoch", progress.epochOfUpdate());
    line.put("seconds", Math.round(progress.seconds() * 1000) / 1000.0);
    return line;
  }

  /** Writes what counting n-grams predicts of the validation text. */
  public void writeBaseline(Baseline baseline) throws IOException {
    requireInPlace();
    directory.writeBaseline(baseline);
  }

  private void checkpoint() throws IOException {
    requireInPlace();
    metrics.force();
    Map<String, String> extra =
        Map.of(
            METRICS_BYTES, Long.toString(metrics.position()),
            LOSS_SINCE_LOG, Double.toString(lossSinceLog));
    trainer.save(directory.resumeFile(), extra);
    if (!isValidated() && Double.isInfinite(writtenLoss)) {
      // the last weights are the best known
      trainer.withAverages(model -> {
        directory.writeModel(model, trainer.progress());
        return model;
      });
    }
    lastCheckpoint = System.nanoTime();
  }

  private boolean isValidated() {
    return Double.isFinite(trainer.progress().best());
  }

  @Override
  public void close() throws IOException {
    try {
      metrics.close();
    } finally {
      lock.close();
    }
  }

  /** Writes files as training goes, then passes on to whoever watches. */
  private final class Recorder implements TrainingListener {
    private final TrainingListener next;

    Recorder(TrainingListener next) {
      this.next = next;
    }

    @Override
    public void updated(Progress progress, Update update) throws IOException {
      lossSinceLog += update.loss();
      if (progress.update() % LOG_EVERY == 0) {
        Map<String, @Nullable Object> line = line(progress);
        line.put("train_loss", lossSinceLog / LOG_EVERY);
        line.put("gradient_norm", update.gradientNorm());
        line.put("gradient_norms", update.gradientNorms());
        line.put("learning_rate", update.learningRate());
        metrics.append(line);
        lossSinceLog = 0;
      }
      if ((System.nanoTime() - lastCheckpoint) / 1e9 >= checkpointSeconds) {
        checkpoint();
      }
      next.updated(progress, update);
    }

    @Override
    public void found(Progress progress, Finding finding) throws IOException {
      Map<String, @Nullable Object> line = line(progress);
      line.put("warning", finding.kind().label());
      line.put("layer", finding.layer());
      line.put("figure", finding.figure());
      metrics.append(line);
      next.found(progress, finding);
    }

    @Override
    public void epochEnded(Progress progress) throws IOException {
      Map<String, @Nullable Object> line = line(progress);
      line.put("epoch_loss", progress.meanLoss());
      metrics.append(line);
      next.epochEnded(progress);
    }

    @Override
    public void evaluated(
        Progress progress, LanguageModel.Evaluation evaluation, boolean better, LanguageModel model)
        throws IOException {
      Map<String, @Nullable Object> line = line(progress);
      line.put("validation_loss", evaluation.nats());
      line.put("best", better);
      metrics.append(line);
      if (better && evaluation.nats() < writtenLoss) {
        requireInPlace();
        directory.writeModel(model, progress);
        writtenLoss = evaluation.nats();
      }
      next.evaluated(progress, evaluation, better, model);
    }
  }
}
