package io.refrain.cli;

import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import io.refrain.train.TrainingConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
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
    Map<String, @Nullable Object> last = last(directory);
    PrintWriter out = spec.commandLine().getOut();
    if (output.json) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>(config.toJson());
      json.put("parameters", model.parameterCount());
      json.putAll(last);
      Output.line(out, json);
      return 0;
    }
    LanguageModelConfig shape = config.model();
    TrainingConfig training = config.training();
    out.printf("%s%n", run);
    out.printf(
        "  text        %s, %s tokens, %,d kinds%n",
        config.corpus(), config.tokenizer().label(), shape.vocabulary());
    out.printf(
        "  model       %s, %d %s of %,d, %s; %,d parameters%n",
        shape.cell().label(),
        shape.layers(),
        shape.layers() == 1 ? "layer" : "layers",
        shape.hidden(),
        shape.embedding() == 0 ? "one-hot" : "embedding " + shape.embedding(),
        model.parameterCount());
    out.printf(
        "  training    %s, learning rate %s, batch %d, steps %d, seed %d%n",
        training.optimizer().label(),
        training.learningRate(),
        training.batch(),
        training.steps(),
        training.seed());
    last.forEach((name, value) -> out.printf("  %-11s %s%n", name.replace('_', ' '), value));
    out.printf("  can resume  %s%n", Files.exists(directory.resumeFile()) ? "yes" : "no");
    out.flush();
    return 0;
  }

  private static Map<String, @Nullable Object> last(RunDirectory directory) throws IOException {
    Map<String, @Nullable Object> result = new LinkedHashMap<>();
    if (!Files.exists(directory.metricsFile())) {
      return result;
    }
    double best = Double.POSITIVE_INFINITY;
    for (JsonObject line : JsonLines.read(directory.metricsFile())) {
      result.put("updates", line.wholeNumber("update"));
      result.put("seconds", line.number("seconds"));
      if (line.has("train_loss")) {
        result.put("train_loss", line.number("train_loss"));
      }
      if (line.has("validation_loss")) {
        best = Math.min(best, line.number("validation_loss"));
        result.put("best_loss", best);
      }
    }
    return result;
  }
}
