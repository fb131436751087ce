package io.refrain.train;

import io.refrain.model.LanguageModel;
import io.refrain.model.ModelWeights;
import io.refrain.ngram.Baseline;
import io.refrain.store.AtomicFile;
import io.refrain.store.Json;
import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import io.refrain.store.NamedTensor;
import io.refrain.store.Safetensors;
import io.refrain.store.SafetensorsException;
import io.refrain.store.SafetensorsFile;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The folder of a run.
 *
 * <pre>
 *   config.json          how it was made
 *   tokenizer.json       its vocabulary
 *   model.safetensors    the best weights so far
 *   metrics.jsonl        what was measured on the way
 *   resume.safetensors   where training goes on
 *   baseline.json        what counting n-grams predicts of its validation text
 *   loss.png, loss.svg   its loss, drawn by the command line
 * </pre>
 *
 * @param path the folder
 */
public record RunDirectory(Path path) {
  private static final String VALIDATION_LOSS = "validation_loss";

  /** Whether it holds a run. */
  public boolean exists() {
    return Files.exists(configFile());
  }

  /** {@code config.json}. */
  public Path configFile() {
    return path.resolve("config.json");
  }

  /** {@code tokenizer.json}. */
  public Path tokenizerFile() {
    return path.resolve("tokenizer.json");
  }

  /** {@code model.safetensors}. */
  public Path modelFile() {
    return path.resolve("model.safetensors");
  }

  /**
   * {@code metrics.jsonl}. Every line has {@code update}, {@code epoch} (from 1) and {@code
   * seconds} of training, validations among them, and one of these:
   *
   * <pre>
   *   train_loss        mean over the updates since the line before, in nats a token; of a
   *                     sampled softmax that among its samples, which is no loss of the text
   *   gradient_norm     length of the last update's gradient, before clipping
   *   gradient_norms    the same by {@linkplain LanguageModel#layers layer}
   *   learning_rate     of the last update
   *
   *   epoch_loss        mean over an epoch
   *
   *   validation_loss   in nats a token
   *   best              whether it is the smallest so far
   *
   *   warning           the {@linkplain Finding.Kind#label kind} of something that ails training
   *   layer             where it shows most
   *   figure            how bad it is
   * </pre>
   *
   * <p>A run of fewer updates than there are between two lines ends with a {@code train_loss}
   * alone.
   *
   * <p>A run that was stopped and resumed has the same lines as one that was not, but for seconds
   * and warnings: what is to be warned of is looked for anew.
   */
  public Path metricsFile() {
    return path.resolve("metrics.jsonl");
  }

  /** {@code baseline.json}: what counting n-grams predicts of the validation text. */
  public Path baselineFile() {
    return path.resolve("baseline.json");
  }

  /** Writes what counting n-grams predicts of the validation text. */
  public void writeBaseline(Baseline baseline) throws IOException {
    byte[] json = Json.pretty(baseline.toJson()).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(baselineFile(), out -> out.write(json));
  }

  /**
   * {@return what counting n-grams predicts of the validation text; nothing where that was not
   * counted}
   *
   * @throws IOException when the file is damaged
   */
  public Optional<Baseline> baseline() throws IOException {
    if (!Files.exists(baselineFile())) {
      return Optional.empty();
    }
    try {
      return Optional.of(Baseline.fromJson(JsonObject.read(baselineFile())));
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: %s".formatted(baselineFile(), e.getMessage()), e);
    }
  }

  /** {@code resume.safetensors}. */
  public Path resumeFile() {
    return path.resolve("resume.safetensors");
  }

  /** Reads where its checkpoint stands. */
  public Progress progress() throws IOException {
    return Checkpoint.progress(resumeFile());
  }

  /**
   * {@return how many seconds training took so far, validations among them} The log is asked, too:
   * the last validation of a run may come after its checkpoint.
   */
  public double seconds() throws IOException {
    double seconds = progress().seconds();
    if (Files.exists(metricsFile())) {
      for (JsonObject line : JsonLines.read(metricsFile())) {
        seconds = Math.max(seconds, line.number("seconds"));
      }
    }
    return seconds;
  }

  /** What a run writes in its folder, but for the lock. */
  private List<Path> files() {
    return List.of(
        configFile(),
        tokenizerFile(),
        modelFile(),
        metricsFile(),
        resumeFile(),
        baselineFile(),
        path.resolve("loss.png"),
        path.resolve("loss.svg"));
  }

  /**
   * Demands that a new run overwrites nothing here.
   *
   * @throws IOException when there is a run, or a file that one would write
   */
  public void requireFree() throws IOException {
    if (exists()) {
      throw new IOException(
          path + " already holds a run: add --resume to go on with it, or choose another --out");
    }
    for (Path file : files()) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(
            file + " is there already: move it away, or choose another --out for the run");
      }
    }
  }

  /** Takes back a run that could not be begun, so that the same command can be tried again. */
  void clear(Throwable failure) {
    for (Path file : files()) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** Reads how the run was made. */
  public RunConfig config() throws IOException {
    if (!Files.isDirectory(path)) {
      throw new IOException(
          path + " is no run: there is no such folder; make one with `refrain train --out`");
    }
    if (!exists()) {
      throw new IOException(
          path + " is no run: it has no config.json; make one with `refrain train --out`");
    }
    try {
      return RunConfig.fromJson(JsonObject.read(configFile()));
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: %s".formatted(configFile(), e.getMessage()), e);
    }
  }

  /** Reads the tokenizer, which must be of the run's kind and have as many tokens as the model. */
  public Tokenizer tokenizer() throws IOException {
    if (!Files.isRegularFile(tokenizerFile())) {
      throw new IOException(path + " is no whole run: it has no tokenizer.json");
    }
    Tokenizer tokenizer = TokenizerFile.read(tokenizerFile());
    RunConfig config = config();
    if (!tokenizer.kind().equals(config.tokenizer())) {
      throw new IOException(
          "%s is of kind %s, but this run has %s tokens: put the run's own file back"
              .formatted(tokenizerFile(), tokenizer.kind(), config.tokenizer()));
    }
    int tokens = tokenizer.size();
    int expected = config.model().vocabulary();
    if (tokens != expected) {
      throw new IOException(
          "%s has %d tokens, but the model of this run has %d: put the run's own file back"
              .formatted(tokenizerFile(), tokens, expected));
    }
    return tokenizer;
  }

  /** Reads the model with its best weights. */
  public LanguageModel model() throws IOException {
    LanguageModel model = unfilled(config());
    try (SafetensorsFile file = SafetensorsFile.open(modelFile())) {
      ModelWeights.load(file, "", model.parameters());
    }
    return model;
  }

  /** Whether there is a model, whole; one of another shape is an error and no lost model. */
  boolean holdsModel() throws IOException {
    try {
      model();
      return true;
    } catch (NoSuchFileException | SafetensorsException e) {
      return false;
    }
  }

  /** The validation loss of the model's weights, in nats a token; infinite where none is told. */
  double modelLoss() throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(modelFile())) {
      double loss = Double.parseDouble(file.metadata().getOrDefault(VALIDATION_LOSS, "Infinity"));
      return Double.isNaN(loss) ? Double.POSITIVE_INFINITY : loss;
    } catch (NumberFormatException e) {
      return Double.POSITIVE_INFINITY;
    }
  }

  private LanguageModel unfilled(RunConfig config) throws IOException {
    try {
      return new LanguageModel(config.model(), () -> 0); // every weight comes from the file
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: %s".formatted(configFile(), e.getMessage()), e);
    }
  }

  void writeConfig(RunConfig config) throws IOException {
    byte[] json = Json.pretty(config.toJson()).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(configFile(), out -> out.write(json));
  }

  void writeTokenizer(Tokenizer tokenizer) throws IOException {
    AtomicFile.write(tokenizerFile(), out -> TokenizerFile.write(tokenizer, out));
  }

  void writeModel(LanguageModel model, Progress progress) throws IOException {
    List<NamedTensor> tensors = ModelWeights.of("", model.parameters());
    Map<String, String> metadata =
        Map.of(
            "made_by",
            "refrain",
            "update",
            Long.toString(progress.update()),
            VALIDATION_LOSS,
            Double.toString(progress.best()));
    Safetensors.write(modelFile(), metadata, tensors);
  }
}
