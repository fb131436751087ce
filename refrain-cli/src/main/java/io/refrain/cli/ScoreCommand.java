package io.refrain.cli;

import io.refrain.evaluate.LineScorer;
import io.refrain.evaluate.LineStream;
import io.refrain.evaluate.PlainReader;
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
      "perplexity, bits_per_character, the token that was expected least, where in the",
      "text it begins (in characters from 0) and its log_probability, text.",
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

  private record Scored(int token, double logProbability) {}

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
    RunDirectory directory = Runs.open(run);
    Tokenizer tokenizer = directory.tokenizer();
    LanguageModel model = directory.model();
    CommandLine commandLine = spec.commandLine();
    try (InputStream in = standardInput ? System.in : Files.newInputStream(file);
        ThreadTeam team = new ThreadTeam(available)) {
      LineScorer scorer = new LineScorer(model, tokenizer, team);
      try (LineScoring scoring =
          new LineScoring(
              scorer,
              tokenizer,
              lines.format(output.json),
              lines.selection(),
              commandLine.getOut())) {
        LineReader reader = new LineReader(standardInput ? "standard input" : file.toString(), in);
        scoring.score(reader, standardInput ? 0 : sizeToShow(file));
        scoring.warn(scorer, commandLine.getErr());
      }
    }
  }

  /** Rows on a terminal show by themselves how far it is. */
  @SuppressWarnings("SystemConsoleNull") // it is null in JDK 25, where nobody sits at one
  private static long sizeToShow(Path file) throws IOException {
    Console console = System.console();
    boolean rowsOnTerminal = console != null && console.isTerminal();
    return rowsOnTerminal || !Files.isRegularFile(file) ? 0 : Files.size(file);
  }

  private void scoreTexts() throws IOException {
    RunDirectory directory = Runs.open(run);
    Tokenizer tokenizer = directory.tokenizer();
    LanguageModel model = directory.model();
    // all before any, so that the exit code is that of nothing or everything
    List<Encoding> encoded = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      encoded.add(encode(tokenizer, i));
    }
    for (int i = 0; i < texts.size(); i++) {
      String text = texts.get(i);
      int[] tokens = encoded.get(i).ids();
      List<Scored> scored = new ArrayList<>();
      Score score =
          Score.of(
              new PlainReader(model, ThreadTeam.single()),
              tokens,
              encoded.get(i).characters(text, tokenizer.separator()),
              (token, probability) -> scored.add(new Scored(token, probability)));
      if (output.json) {
        printJson(text, tokenizer, scored, score);
      } else {
        print(text, tokenizer, tokens[0], scored, score);
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

  private void print(
      String text, Tokenizer tokenizer, int first, List<Scored> scored, Score score) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(text);
    out.printf("  %-12s  given%n", visible(tokenizer.piece(first)));
    for (Scored token : scored) {
      double probability = Math.exp(token.logProbability());
      out.printf(
          "  %-12s  %8.6f  %s%n",
          visible(tokenizer.piece(token.token())),
          probability,
          "#".repeat((int) Math.round(probability * 40)));
    }
    out.printf("  log P(text)          %10.4f nats%n", score.logProbability());
    out.printf("  perplexity           %10.4f%n", score.perplexity());
    out.printf("  bits per character   %10.4f%n%n", score.bitsPerCharacter());
    out.flush();
  }

  private static String visible(String piece) {
    return switch (piece) {
      case " " -> "space";
      case "\n" -> "line break";
      case "\r" -> "carriage return";
      case "\t" -> "tab";
      default -> piece;
    };
  }

  private void printJson(String text, Tokenizer tokenizer, List<Scored> scored, Score score) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", text);
    json.put("log_probability", score.logProbability());
    json.put("perplexity", score.perplexity());
    json.put("bits_per_character", score.bitsPerCharacter());
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (Scored token : scored) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("token", tokenizer.piece(token.token()));
      entry.put("probability", Math.exp(token.logProbability()));
      tokens.add(entry);
    }
    json.put("tokens", tokens);
    Output.line(spec.commandLine().getOut(), json);
  }
}
