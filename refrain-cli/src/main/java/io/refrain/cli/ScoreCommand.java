package io.refrain.cli;

import io.refrain.evaluate.BatchScorer;
import io.refrain.evaluate.LineScorer;
import io.refrain.evaluate.LineStream;
import io.refrain.evaluate.Score;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells how likely a trained model finds a text, token by token, or the lines of a file. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    description = {
      "Tell how likely a trained model finds texts, or each line of a file.",
      "",
      "A TEXT is the beginning of something, and is shown token by token: its first is",
      "given, so that its probability does not count.",
      "",
      "A line of --file is a whole: it follows a line end and is followed by one, and",
      "all its tokens count, its end, too. Each is scored by itself. Where the model",
      "knows no line ends, its first token is given. Lines are written as soon as they",
      "are scored, in their order: "
          + LineStream.LINES
          + " together at most, fewer when no more are there.",
      "Columns: line (its number), tokens, unknown_tokens, log_probability (nats),",
      "perplexity, bits_per_character, the token that was expected least, its id, where",
      "in the text it begins (in characters from 0) and its log_probability, text.",
    },
    footer = {
      "",
      "Examples:",
      "  refrain score runs/dickens \"It was the best of times\"",
      "  refrain score runs/dickens -- \"-5 apples\"",
      "  refrain score runs/syslog --file today.log --top 20 --by token",
      "  tail -f app.log | refrain score runs/syslog --file - --threshold 3 --json"
    })
final class ScoreCommand implements Callable<Integer> {
  private static final Path STANDARD_INPUT = Path.of("-");

  @Spec private CommandSpec spec;
  @Mixin private Output output;

  @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a run.")
  private Path run;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "TEXT",
      description = "Texts; -- before those that begin with a dash.")
  private List<String> texts = List.of();

  @Mixin private LineOptions lines;
  @Mixin private Threads threads;

  /** A text, and what its tokens came to. */
  private static final class ScoredText {
    final String text;
    private final Encoding encoding;
    private final List<Float> logProbabilities = new ArrayList<>(); // of all but the first
    private double sum;

    ScoredText(String text, Encoding encoding) {
      this.text = text;
      this.encoding = encoding;
    }

    int[] tokens() {
      return encoding.ids();
    }

    /** Takes log P of the next token. */
    void add(float logProbability) {
      logProbabilities.add(logProbability);
      sum += logProbability;
    }

    /** P of a token other than the first. */
    double probability(int token) {
      return Math.exp(logProbabilities.get(token - 1));
    }

    void requireFinite() throws IOException {
      if (!Double.isFinite(sum)) {
        throw new IOException(
            "log P of a text is %s: the model's weights are probably spoiled by training that diverged; use those of an earlier checkpoint"
                .formatted(sum));
      }
    }

    Score score(Tokenizer tokenizer) {
      int[] characters = encoding.characters(text, tokenizer.separator());
      long length = 0;
      for (int i = 1; i < characters.length; i++) {
        length += characters[i];
      }
      return new Score(sum, logProbabilities.size(), length);
    }
  }

  @Override
  public Integer call() throws IOException {
    lines.require(spec, !texts.isEmpty(), output.json);
    int available = threads.count();
    Path file = lines.file;
    if (file != null) {
      scoreLines(file, available);
    } else {
      scoreTexts();
    }
    return 0;
  }

  private void scoreLines(Path file, int available) throws IOException {
    boolean standardInput = file.equals(STANDARD_INPUT);
    if (!standardInput && Files.isDirectory(file)) {
      throw new IOException(file + " is a folder; give a text file, or - for standard input");
    }
    // first, for a model takes longer to read than it takes to miss a file
    try (InputStream in = standardInput ? System.in : Files.newInputStream(file)) {
      RunDirectory directory = Runs.open(run);
      Tokenizer tokenizer = directory.tokenizer();
      LanguageModel model = directory.model();
      LineReader reader = new LineReader(standardInput ? "standard input" : file.toString(), in);
      try (ThreadTeam team = new ThreadTeam(available)) {
        LineScorer scorer = new LineScorer(model, tokenizer, team);
        LineSelection selection = lines.selection();
        CommandLine commandLine = spec.commandLine();
        LineScoring scoring =
            new LineScoring(
                scorer, tokenizer, lines.format(output.json), selection, commandLine.getOut());
        scoring.score(reader, progress(file, selection));
        scoring.warn(scorer, commandLine.getErr());
      }
    }
  }

  /** Of a text whose length is known. */
  @SuppressWarnings("SystemConsoleNull") // it is null in JDK 25, where nobody sits at one
  private static LateProgress progress(Path file, LineSelection selection) throws IOException {
    long size = Files.isRegularFile(file) ? Files.size(file) : 0;
    Console console = System.console();
    boolean onTerminal = console != null && console.isTerminal();
    return new LateProgress(
        "Scoring",
        size,
        size == 0 ? LateProgress.Kind.NONE : LineScoring.progress(onTerminal, selection));
  }

  private void scoreTexts() throws IOException {
    RunDirectory directory = Runs.open(run);
    Tokenizer tokenizer = directory.tokenizer();
    LanguageModel model = directory.model();
    // all before any, so that the exit code is that of nothing or everything
    List<ScoredText> scored = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      scored.add(new ScoredText(texts.get(i), encode(tokenizer, i)));
    }
    new BatchScorer(model, ThreadTeam.single())
        .score(
            scored.stream().map(ScoredText::tokens).toList(),
            (text, _, logProbability) -> scored.get(text).add(logProbability));
    for (ScoredText text : scored) {
      text.requireFinite();
    }
    for (ScoredText text : scored) {
      if (output.json) {
        printJson(text, tokenizer);
      } else {
        print(text, new TokenPicture(tokenizer, false), text.score(tokenizer));
      }
    }
  }

  private Encoding encode(Tokenizer tokenizer, int index) {
    String name = texts.size() == 1 ? "the text" : "text " + (index + 1);
    Prefix.requireKnown(tokenizer, texts.get(index), name);
    Encoding tokens = tokenizer.encodeWithOffsets(texts.get(index));
    if (tokens.size() < 2) {
      throw new IllegalArgumentException(
          "%s has %d tokens, and must have at least 2 to be scored, for the first is given"
              .formatted(name, tokens.size()));
    }
    return tokens;
  }

  private void print(ScoredText text, TokenPicture picture, Score score) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(PlainText.visible(text.text));
    out.printf("  %-12s  given%n", picture.name(text.tokens()[0]));
    for (int i = 1; i < text.tokens().length; i++) {
      double probability = text.probability(i);
      out.printf(
          "  %-12s  %8.6f  %s%n",
          picture.name(text.tokens()[i]),
          probability,
          "#".repeat((int) Math.round(probability * 40)));
    }
    out.printf("  log P(text)          %10.4f nats%n", score.logProbability());
    out.printf("  perplexity           %10s%n", figure(score.perplexity()));
    out.printf("  bits per character   %10s%n%n", figure(score.bitsPerCharacter()));
    out.flush();
  }

  /**
   * Tokens that stand for no character, such as the last bytes of one, have no bits a character.
   */
  private static String figure(double value) {
    return Double.isFinite(value) ? "%.4f".formatted(value) : "-";
  }

  private void printJson(ScoredText text, Tokenizer tokenizer) {
    Score score = text.score(tokenizer);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", text.text);
    json.put("log_probability", score.logProbability());
    json.put("perplexity", score.perplexity());
    json.put("bits_per_character", score.bitsPerCharacter());
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (int i = 1; i < text.tokens().length; i++) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("token", tokenizer.piece(text.tokens()[i]));
      entry.put("id", text.tokens()[i]);
      entry.put("probability", text.probability(i));
      tokens.add(entry);
    }
    json.put("tokens", tokens);
    Output.line(spec.commandLine().getOut(), json);
  }
}
