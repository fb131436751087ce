package io.refrain.cli;

import io.refrain.generate.RunningScore;
import io.refrain.generate.Score;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
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

/** Measures how well a trained model predicts a text. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Measure how well a trained model predicts a text it has not seen.",
      "That is the validation part of its corpus, or a file."
    },
    footer = {
      "",
      "Examples:",
      "  refrain evaluate runs/dickens",
      "  refrain evaluate runs/dickens other.txt --json"
    })
final class EvaluateCommand implements Callable<Integer> {
  private static final int PROGRESS_TOKENS = 100_000;

  @Spec private CommandSpec spec;
  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a run.")
  private Path run;

  @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "A text file.")
  private @Nullable Path file;

  @Override
  public Integer call() throws IOException {
    RunDirectory directory = Runs.open(run);
    RunConfig config = directory.config();
    Tokenizer tokenizer = directory.tokenizer();
    EvaluatedText text =
        file == null
            ? EvaluatedText.heldOut(config, run, tokenizer)
            : EvaluatedText.of(file, tokenizer);
    if (file == null && text.size() < 2) {
      throw new IllegalArgumentException(
          "this run kept no text for validation (--validation 0); give a FILE to evaluate on");
    }
    int unknownToken = tokenizer.unknownId().orElse(-1);
    long[] unknown = {0};
    long[] read = {0};
    RunningScore score;
    try (TaskProgress progress = progress(text.size())) {
      score =
          new RunningScore(
              directory.model().freeze(),
              (token, probability) -> {
                if (token == unknownToken) {
                  unknown[0]++;
                }
                if (progress != null && (++read[0] % 1000 == 0 || read[0] == text.size() - 1)) {
                  progress.at(read[0], "");
                }
              });
      text.forEach(score::read);
    }
    report(text.name(), score.score(), unknown[0]);
    return 0;
  }

  private static @Nullable TaskProgress progress(long tokens) {
    return tokens < PROGRESS_TOKENS ? null : TaskProgress.onStandardError("Reading", tokens - 1);
  }

  private void report(String name, Score score, long unknown) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.json) {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("text", name);
      json.put("tokens", score.tokens());
      json.put("unknown_tokens", unknown);
      json.put("nats_per_token", score.natsPerToken());
      json.put("perplexity", score.perplexity());
      json.put("bits_per_character", score.bitsPerCharacter());
      Output.line(out, json);
      return;
    }
    out.printf("%s, %,d tokens%n", name, score.tokens());
    if (unknown > 0) {
      out.printf(
          "  %,d of them %s unknown to the model, which drives the perplexity%n",
          unknown, unknown == 1 ? "is" : "are");
    }
    out.printf("  perplexity           %10.4f%n", score.perplexity());
    out.printf("  nats per token       %10.4f%n", score.natsPerToken());
    out.printf("  bits per character   %10.4f%n", score.bitsPerCharacter());
    out.flush();
  }
}
