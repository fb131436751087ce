package io.refrain.cli;

import io.refrain.evaluate.PlainReader;
import io.refrain.evaluate.Score;
import io.refrain.evaluate.TextReader;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.ngram.Baseline;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunConfig;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures how well a trained model predicts a text. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description = {
      "Measure how well a trained model predicts a text it has not seen.",
      "That is the validation part of its corpus, or a file.",
      "A model may adapt to the text while it reads: by a cache of what it has",
      "read, by learning from it, or by both."
    },
    footer = {
      "",
      "Examples:",
      "  refrain evaluate runs/dickens",
      "  refrain evaluate runs/dickens other.txt --json",
      "  refrain evaluate runs/wikitext2 wikitext-2-test --cache 2000",
      "  refrain evaluate runs/dickens --dynamic scaled"
    })
final class EvaluateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--no-baseline",
      description = "Do not count the n-grams of the run's text, to compare the model with.")
  private boolean noBaseline;

  @Mixin private AdaptationOptions adaptation;
  @Mixin private Threads threads;
  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a run.")
  private Path run;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "FILE",
      description = "A text file, or the name of a known text.")
  private @Nullable String file;

  @Override
  public Integer call() throws IOException {
    adaptation.require(); // before a long text is read
    if (file != null && file.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "FILE is empty; give a text file or the name of a known text");
    }
    RunDirectory directory = Runs.open(run);
    RunConfig config = directory.config();
    Tokenizer tokenizer = directory.tokenizer();
    EvaluatedText text =
        file == null
            ? EvaluatedText.heldOut(config, run, tokenizer)
            : EvaluatedText.of(Texts.find(file), tokenizer);
    if (file == null && text.size() < 2) {
      throw new IllegalArgumentException(
          "this run kept no text for validation (--validation 0); give a FILE to evaluate on");
    }
    LanguageModel model = directory.model();
    TextScore plain;
    TextScore adapted = null;
    try (ThreadTeam team = new ThreadTeam(threads.count())) {
      plain = TextScore.of(text, new PlainReader(model, team), "Reading");
      if (adaptation.isAdaptive()) {
        PrintWriter err = spec.commandLine().getErr();
        TextReader reader = adaptation.reader(model, directory, team, err);
        adapted = TextScore.of(text, reader, "Adapting");
      }
    }
    Optional<Baseline> baseline = noBaseline ? Optional.empty() : baseline(directory, text);
    if (output.json) {
      reportJson(text.name(), plain, adapted, baseline);
    } else {
      report(text.name(), plain, adapted, baseline);
    }
    return 0;
  }

  /** Nothing where the text of the run cannot be read as it was. */
  private Optional<Baseline> baseline(RunDirectory directory, EvaluatedText text) {
    PrintWriter err = spec.commandLine().getErr();
    try {
      return Optional.of(NgramBaseline.of(directory, text, err));
    } catch (IOException e) { // the model's figure stands without it
      err.printf("No n-grams to compare with: %s%n", FailureMessage.of(e));
      return Optional.empty();
    }
  }

  private void reportJson(
      String name, TextScore plain, @Nullable TextScore adapted, Optional<Baseline> baseline) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", name);
    json.put("tokens", plain.score().tokens());
    json.put("unknown_tokens", plain.unknown());
    json.putAll(figures(plain.score()));
    if (adapted != null) {
      Map<String, Object> more = new LinkedHashMap<>();
      more.put("by", adaptation.label());
      more.putAll(figures(adapted.score()));
      json.put("adapted", more);
    }
    baseline.ifPresent(counted -> {
      Map<String, Object> more = new LinkedHashMap<>();
      more.put("order", counted.order());
      more.put("counted_tokens", counted.counted());
      more.putAll(figures(NgramBaseline.score(counted, plain.score())));
      json.put("ngrams", more);
    });
    Output.line(spec.commandLine().getOut(), json);
  }

  private static Map<String, Object> figures(Score score) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("nats_per_token", score.natsPerToken());
    figures.put("perplexity", score.perplexity());
    figures.put("bits_per_character", score.bitsPerCharacter());
    return figures;
  }

  private void report(
      String name, TextScore plain, @Nullable TextScore adapted, Optional<Baseline> baseline) {
    PrintWriter out = spec.commandLine().getOut();
    Score score = plain.score();
    long unknown = plain.unknown();
    out.printf("%s, %,d tokens%n", name, score.tokens());
    if (unknown > 0) {
      out.printf(
          "  %,d of them %s unknown to the model, which drives the perplexity%n",
          unknown, unknown == 1 ? "is" : "are");
    }
    printFigures(out, score);
    if (adapted != null) {
      out.printf("adapted to it by %s%n", adaptation.label());
      printFigures(out, adapted.score());
    }
    baseline.ifPresent(counted -> {
      out.printf("n-grams of up to %d tokens, counted (Kneser-Ney)%n", counted.order());
      printFigures(out, NgramBaseline.score(counted, score));
      NgramBaseline.verdict(counted, score.natsPerToken()).ifPresent(out::println);
    });
    out.flush();
  }

  private static void printFigures(PrintWriter out, Score score) {
    out.printf("  perplexity           %10.4f%n", score.perplexity());
    out.printf("  nats per token       %10.4f%n", score.natsPerToken());
    out.printf("  bits per character   %10.4f%n", score.bitsPerCharacter());
  }
}
