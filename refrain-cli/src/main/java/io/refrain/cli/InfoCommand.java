package io.refrain.cli;

import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.ngram.Baseline;
import io.refrain.optim.Schedule;
import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import io.refrain.train.Batching;
import io.refrain.train.Progress;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import io.refrain.train.TrainingConfig;
import io.refrain.train.Validation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells what a run is. */
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description = "Tell what a run is, how it was trained and how well.",
    footer = {"", "Example:", "  refrain info runs/dickens"})
final class InfoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Output output;

  @Parameters(paramLabel = "RUN", description = "The folder of a run.")
  private Path run;

  @Override
  public Integer call() throws IOException {
    RunDirectory directory = Runs.open(run);
    RunConfig config = directory.config();
    LanguageModel model = directory.model();
    Measured measured = measured(directory);
    Optional<Path> tokens = tokenFile(directory, RunText.corpus(config));
    String obstacle = obstacle(directory, config);
    PrintWriter out = spec.commandLine().getOut();
    if (output.json) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>(config.toJson());
      json.put("parameters", model.parameterCount());
      json.putAll(measured.toJson());
      baseline(directory).ifPresent(counted -> json.put("ngrams", counted.toJson()));
      tokens.ifPresent(file -> json.put("token_file", file.toString()));
      json.put("can_resume", obstacle == null);
      if (obstacle != null) {
        json.put("why_not", obstacle);
      }
      Output.line(out, json);
      return 0;
    }
    out.printf("%s%n", run);
    printConfig(out, config, model.parameterCount());
    tokens.ifPresent(file -> out.printf("  token file  %s%n", file));
    measured.print(TrainingLoss.of(config.model()), out);
    baseline(directory)
        .ifPresent(counted -> out.printf("  n-grams     %s%n", NgramBaseline.line(counted)));
    out.printf("  can resume  %s%n", obstacle == null ? "yes" : "no: " + obstacle);
    out.flush();
    return 0;
  }

  private static void printConfig(PrintWriter out, RunConfig config, long parameters) {
    LanguageModelConfig shape = config.model();
    TrainingConfig training = config.training();
    out.printf(
        "  text        %s, %s tokens, %,d kinds%n",
        config.corpus(), config.tokenizer(), shape.vocabulary());
    if (config.validation() instanceof Validation.Text text) {
      out.printf("  validation  %s%n", text.corpus());
    }
    out.printf(
        "  model       %s, %s, %s; %,d parameters%n",
        shape.cell().label(),
        new ModelShape(shape).layers(),
        shape.embedding() == 0 ? "one-hot" : "embedding " + shape.embedding(),
        parameters);
    String options = new ModelShape(shape).options();
    if (!options.isEmpty()) {
      out.printf("  options     %s%n", options);
    }
    Batching batching = training.batching();
    out.printf(
        "  training    %s, learning rate %s, clip %s%s, batch %d%s, steps %d, seed %d%n",
        Figures.optimizer(training.optimizer()),
        Figures.number(training.learningRate()),
        Double.isInfinite(training.clipping().norm())
            ? "none"
            : Figures.number(training.clipping().norm()),
        Double.isInfinite(training.clipping().value())
            ? ""
            : ", values " + Figures.number(training.clipping().value()),
        batching.batch(),
        batching.accumulate() == 1 ? "" : " x " + batching.accumulate(),
        batching.steps(),
        training.seed());
    if (!(training.schedule() instanceof Schedule.Constant)) {
      out.printf("  schedule    %s%n", Figures.schedule(training.schedule()));
    }
    out.printf(
        "  batches     %s, state %s%n",
        batching.partition().label(), batching.carryState() ? "carried" : "reset");
    out.printf("  limits      %s%n", Figures.limits(training.limits()));
  }

  /** What training came to; null and NaN where that is not known. */
  private record Measured(
      @Nullable Long updates, double seconds, double trainingLoss, double bestLoss) {

    Map<String, @Nullable Object> toJson() {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      if (updates != null) {
        json.put("updates", updates);
        json.put("seconds", seconds);
      }
      if (!Double.isNaN(trainingLoss)) {
        json.put("train_loss", trainingLoss);
      }
      if (Double.isFinite(bestLoss)) {
        json.put("best_loss", bestLoss);
      }
      return json;
    }

    void print(TrainingLoss training, PrintWriter out) {
      if (updates != null) {
        out.printf("  updates     %,d in %s%n", updates, Figures.duration(seconds));
      }
      if (training == TrainingLoss.OF_THE_TEXT) {
        print(out, "train loss", trainingLoss);
      } else if (Double.isFinite(trainingLoss)) {
        out.printf("  train loss  %.4f among samples%n", trainingLoss);
      }
      print(out, "best loss", bestLoss);
    }

    private static void print(PrintWriter out, String name, double nats) {
      if (Double.isFinite(nats)) {
        out.printf("  %-11s %.4f, perplexity %s%n", name, nats, Figures.perplexity(nats));
      }
    }
  }

  /** The checkpoint knows where training stands; the log, which has gaps, knows the losses. */
  private static Measured measured(RunDirectory directory) throws IOException {
    Long updates = null;
    double seconds = Double.NaN;
    double trainingLoss = Double.NaN;
    double best = Double.POSITIVE_INFINITY;
    if (Files.exists(directory.metricsFile())) {
      for (JsonObject line : JsonLines.read(directory.metricsFile())) {
        updates = line.wholeNumber("update");
        seconds = line.number("seconds");
        trainingLoss = line.has("train_loss") ? line.number("train_loss") : trainingLoss;
        if (line.has("validation_loss")) {
          best = Math.min(best, line.number("validation_loss"));
        }
      }
    }
    Progress checkpoint = checkpoint(directory);
    return checkpoint == null
        ? new Measured(updates, seconds, trainingLoss, best)
        : new Measured(
            checkpoint.update(),
            checkpoint.seconds(),
            trainingLoss,
            Math.min(best, checkpoint.best()));
  }

  private static Optional<Baseline> baseline(RunDirectory directory) {
    try {
      return directory.baseline();
    } catch (IOException damaged) { // it is made again whenever training ends
      return Optional.empty();
    }
  }

  private static @Nullable Progress checkpoint(RunDirectory directory) {
    try {
      return directory.progress();
    } catch (IOException missingOrDamaged) {
      return null;
    }
  }

  /** The file of a text's tokens, if there is one. */
  private static Optional<Path> tokenFile(RunDirectory directory, RunText text) {
    try {
      Path file = EncodedCorpus.fileOf(directory, text, directory.tokenizer());
      return Optional.of(file).filter(Files::exists);
    } catch (IOException | IllegalArgumentException e) {
      return Optional.empty(); // what is wrong with the tokenizer is told as an obstacle
    }
  }

  /** Why training cannot go on; null when it can. */
  private static @Nullable String obstacle(RunDirectory directory, RunConfig config) {
    for (RunText text : RunText.all(config)) {
      if (text.isGone() && tokenFile(directory, text).isEmpty()) {
        return text.corpus() + " is not there any more";
      }
    }
    try {
      directory.tokenizer();
      directory.progress();
      return null;
    } catch (IOException e) {
      return FailureMessage.of(e);
    }
  }
}
