package io.refrain.cli;

import io.refrain.evaluate.PlainReader;
import io.refrain.evaluate.Score;
import io.refrain.evaluate.TextReader;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.text.CorpusSource;
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

  /** What a text came to. */
  private record Readings(EvaluatedText text, TextScore plain, @Nullable TextScore adapted) {}

  @Override
  public Integer call() throws IOException {
    adaptation.require(); // before a long text is read, as all that can be wrong without it
    int available = threads.count();
    if (file != null && file.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "FILE is empty; give a text file or the name of a known text");
    }
    RunDirectory directory = Runs.open(run);
    Readings readings;
    try (ThreadTeam team = new ThreadTeam(available)) {
      readings = read(directory, team);
    }
    Optional<NgramBaseline> ngrams =
        noBaseline
            ? Optional.empty()
            : NgramBaseline.of(directory, readings.text(), spec.commandLine().getErr());
    report(readings, ngrams);
    return 0;
  }

  private Readings read(RunDirectory directory, ThreadTeam team) throws IOException {
    RunConfig config = directory.config();
    CorpusSource given = file == null ? null : Texts.find(file);
    if (given == null) {
      EvaluatedText.requireHeldOut(config, run);
    }
    Tokenizer tokenizer = directory.tokenizer();
    LanguageModel model = directory.model();
    TextReader adapting =
        adaptation.isAdaptive()
            ? adaptation.reader(model, directory, team, spec.commandLine().getErr())
            : null;
    EvaluatedText text =
        given == null
            ? EvaluatedText.heldOut(config, run, tokenizer)
            : EvaluatedText.of(given, tokenizer);
    if (given == null && text.size() < 2) {
      throw new IllegalArgumentException(
          "this run kept no text for validation (--validation 0); give a FILE to evaluate on");
    }
    TextScore plain = TextScore.of(text, new PlainReader(model, team), "Reading");
    return new Readings(text, plain, adapting == null ? null : adapted(text, adapting, plain));
  }

  /** Learning may go wrong half-way through a long text: the figure that is known is told then. */
  private TextScore adapted(EvaluatedText text, TextReader adapting, TextScore plain)
      throws IOException {
    try {
      return TextScore.of(text, adapting, "Adapting");
    } catch (IOException | RuntimeException e) {
      report(new Readings(text, plain, null), Optional.empty());
      throw e;
    }
  }

  private void report(Readings readings, Optional<NgramBaseline> ngrams) {
    PrintWriter out = spec.commandLine().getOut();
    if (output.json) {
      Output.line(out, json(readings, ngrams));
    } else {
      print(readings, ngrams, out);
    }
  }

  private Map<String, Object> json(Readings readings, Optional<NgramBaseline> ngrams) {
    TextScore plain = readings.plain();
    TextScore adapted = readings.adapted();
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", readings.text().name());
    json.put("tokens", plain.score().tokens());
    json.put("unknown_tokens", plain.unknown());
    json.putAll(figures(plain.score()));
    if (adapted != null) {
      Map<String, Object> more = adaptation.toJson();
      more.putAll(figures(adapted.score()));
      json.put("adapted", more);
    }
    ngrams.ifPresent(counted -> {
      Map<String, Object> more = counted.toJson();
      more.putAll(figures(counted.score(plain.score())));
      json.put("ngrams", more);
    });
    return json;
  }

  private static Map<String, Object> figures(Score score) {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("nats_per_token", score.natsPerToken());
    figures.put("perplexity", score.perplexity());
    figures.put("bits_per_character", score.bitsPerCharacter());
    return figures;
  }

  private void print(Readings readings, Optional<NgramBaseline> ngrams, PrintWriter out) {
    TextScore plain = readings.plain();
    TextScore adapted = readings.adapted();
    Score score = plain.score();
    long unknown = plain.unknown();
    out.printf("%s, %,d tokens%n", readings.text().name(), score.tokens());
    if (unknown > 0) {
      out.printf(
          "  %,d of them %s unknown to the model, which drives the perplexity%n",
          unknown, unknown == 1 ? "is" : "are");
    }
    printFigures(out, score);
    if (adapted != null) {
      out.printf("adapted to it by %s%n", adaptation.description());
      printFigures(out, adapted.score());
    }
    ngrams.ifPresent(counted -> {
      out.printf("n-grams %s%n", counted.extent());
      printFigures(out, counted.score(score));
      counted.verdict(score.natsPerToken()).ifPresent(out::println);
    });
    out.flush();
  }

  private static void printFigures(PrintWriter out, Score score) {
    out.printf("  perplexity           %10.4f%n", score.perplexity());
    out.printf("  nats per token       %10.4f%n", score.natsPerToken());
    out.printf("  bits per character   %10.4f%n", score.bitsPerCharacter());
  }
}
