package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.Json;
import io.refrain.store.JsonObject;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** {@code score --file}: lines in, rows out. */
class ScoreLinesTest extends CommandFixture {
  private static final int TEXT_COLUMN = 10;
  private static final int BITS_COLUMN = 5;

  private final InputStream console = System.in;
  private Path file;

  @BeforeEach
  void trainAModel() {
    assertThat(train().code()).isZero();
    file = folder.resolve("lines.txt");
  }

  @AfterEach
  void giveBackTheConsole() {
    System.setIn(console);
  }

  private Outcome score(String text, String... more) throws IOException {
    Files.writeString(file, text);
    List<String> words =
        new ArrayList<>(List.of("score", run.toString(), "--file", file.toString()));
    words.addAll(List.of(more));
    return refrain(words.toArray(String[]::new));
  }

  private static List<List<String>> rows(Outcome outcome) {
    assertThat(outcome.code()).as(outcome.err()).isZero();
    List<List<String>> rows = CsvReading.rows(outcome.out());
    assertThat(rows.getFirst())
        .containsExactly(
            "line",
            "tokens",
            "unknown_tokens",
            "log_probability",
            "perplexity",
            "bits_per_character",
            "least_likely_token",
            "least_likely_token_id",
            "least_likely_at",
            "least_likely_log_probability",
            "text");
    return rows.subList(1, rows.size());
  }

  private String id(String token) throws IOException {
    return Integer.toString(new RunDirectory(run).tokenizer().encode(token)[0]);
  }

  private static List<String> column(List<List<String>> rows, int column) {
    return rows.stream().map(row -> row.get(column)).toList();
  }

  @Test
  void everyLineIsARow() throws IOException {
    List<List<String>> rows = rows(score("It was, \"the\"\n\nworst\r\nbest of"));
    assertThat(column(rows, 0)).containsExactly("1", "2", "3", "4");
    assertThat(column(rows, 1)).containsExactly("14", "1", "6", "8");
    assertThat(column(rows, 2))
        .as("quotation marks are unknown")
        .containsExactly("2", "0", "0", "0");
    assertThat(column(rows, TEXT_COLUMN))
        .containsExactly("It was, \"the\"", "", "worst", "best of");
    assertThat(rows.get(1).subList(6, 9)).containsExactly("\u21b5", id("\n"), "0");
  }

  @Test
  void bothFormatsSayTheSame() throws IOException {
    String text = "It was the best\nof\n\ntimes, 1234\n".repeat(3);
    List<List<String>> rows = rows(score(text, "--threads", "2"));
    Outcome json = score(text, "--json");
    assertThat(score(text, "--format", "JSONL", "--threads", "1")).isEqualTo(json);
    List<String> lines = json.out().lines().toList();
    assertThat(lines).hasSameSizeAs(rows);
    for (int i = 0; i < lines.size(); i++) {
      Map<String, @Nullable Object> line =
          Json.parse("line", lines.get(i).getBytes(StandardCharsets.UTF_8));
      List<String> values = new ArrayList<>();
      line.values()
          .forEach(value ->
              values.add(
                  value instanceof Double number
                      ? Float.toString(number.floatValue())
                      : String.valueOf(value).replace('\n', '\u21b5')));
      assertThat(values).isEqualTo(rows.get(i));
    }
    assertThat(json.err()).contains("12 of 96 tokens are unknown");
  }

  @Test
  void theMostSurprisingAreChosen() throws IOException {
    String text = "It was the best of times\n\nqqqqqq\nIt was the\nqqq It was the qqq\nqqqqqq\n";
    List<List<String>> all = rows(score(text));
    List<List<String>> top = rows(score(text, "--top", "3"));
    assertThat(column(top, TEXT_COLUMN)).containsExactly("qqqqqq", "qqqqqq", "qqq It was the qqq");
    assertThat(column(top, 0)).as("of equals the first").containsExactly("3", "6", "5");
    assertThat(all).containsAll(top);

    String threshold = all.get(4).get(BITS_COLUMN);
    double above = Double.parseDouble(threshold) + 1e-4;
    double below = Double.parseDouble(threshold) - 1e-4;
    assertThat(column(rows(score(text, "--threshold", Double.toString(below))), 0))
        .containsExactly("3", "5", "6");
    assertThat(column(rows(score(text, "--threshold", Double.toString(above))), 0))
        .containsExactly("3", "6");
    assertThat(rows(score(text, "--threshold", Double.toString(above), "--top", "1"))).hasSize(1);
    assertThat(rows(score(text, "--top", "99"))).as("no empty lines").hasSize(5);
  }

  /** One slip in a long line, against a short line that is slightly off. */
  @Test
  void aSingleTokenMayDecide() throws IOException {
    String text = "It was the best of times, it was the qorst of times.\ntimet\nIt was\n";
    List<List<String>> all = rows(score(text));
    List<List<String>> byToken = rows(score(text, "--top", "3", "--by", "token"));
    List<Double> least = column(byToken, 9).stream().map(Double::valueOf).toList();
    assertThat(least).isSorted().hasSize(3);
    assertThat(all).containsExactlyInAnyOrderElementsOf(byToken);
    double bits = -least.get(1) / Math.log(2) - 1e-4;
    assertThat(rows(score(text, "--threshold", Double.toString(bits), "--by", "token"))).hasSize(2);
    assertThat(score(text, "--top", "3", "--by", "line")).isEqualTo(score(text, "--top", "3"));
  }

  /** After the commonest of all letters a line end is the strangest that there is. */
  @Test
  void aLineEndMayDecide() throws IOException {
    List<List<String>> top = rows(score("tttt\n", "--top", "1", "--by", "token"));
    assertThat(column(top, TEXT_COLUMN)).containsExactly("tttt");
    assertThat(top.getFirst().subList(6, 9)).containsExactly("\u21b5", id("\n"), "4");
  }

  /** Of a character that the model never saw, a token may be one byte of several. */
  @Test
  void tokensOfBytePairsAreToldByTheirIds() throws IOException {
    run = folder.resolve("pairs");
    assertThat(train("--tokenizer", "bpe", "--vocabulary", "270").code()).isZero();
    Tokenizer tokenizer = new RunDirectory(run).tokenizer();
    String text = "It was the best of times\n\ud83d\ude00 worst\n\nof\n";
    List<List<String>> rows = rows(score(text));
    List<String> lines = score(text, "--json").out().lines().toList();
    assertThat(rows).hasSize(4).hasSameSizeAs(lines);
    for (int i = 0; i < lines.size(); i++) {
      JsonObject line = JsonObject.parse("line", lines.get(i).getBytes(StandardCharsets.UTF_8));
      int token = (int) line.wholeNumber("least_likely_token_id");
      assertThat(line.wholeNumber("tokens"))
          .isEqualTo(tokenizer.encode(line.string("text") + "\n").length);
      assertThat(line.string("least_likely_token")).isEqualTo(tokenizer.piece(token));
      assertThat(rows.get(i).subList(6, 8))
          .containsExactly(new TokenPicture(tokenizer, false).show(token), Integer.toString(token));
      assertThat(line.wholeNumber("unknown_tokens")).isZero();
    }
    assertThat(rows.get(1).get(6)).as("a byte of the picture").matches("F0|9F|98|80");
  }

  @Test
  void aByteOrderMarkIsNoPartOfTheFirstLine() throws IOException {
    assertThat(score("\ufeffIt was\nthe best\n")).isEqualTo(score("It was\nthe best\n"));
  }

  @Test
  void aCarriageReturnInsideALineIsQuoted() throws IOException {
    Outcome outcome = score("best\rof\nworst\r\n");
    assertThat(column(rows(outcome), TEXT_COLUMN)).containsExactly("best\rof", "worst");
    assertThat(outcome.out()).contains(",\"best\rof\"\n");
  }

  /** A bar and rows would write over each other. */
  @Test
  void progressDoesNotDisturbRows() {
    LineSelection all = selection(Double.NEGATIVE_INFINITY, 0);
    LineSelection some = selection(3, 0);
    LineSelection top = selection(Double.NEGATIVE_INFINITY, 5);
    assertThat(LineScoring.progress(true, all)).isEqualTo(LateProgress.Kind.NONE);
    assertThat(LineScoring.progress(true, some)).isEqualTo(LateProgress.Kind.LINES);
    assertThat(LineScoring.progress(true, top)).isEqualTo(LateProgress.Kind.USUAL);
    assertThat(LineScoring.progress(true, selection(3, 5))).isEqualTo(LateProgress.Kind.USUAL);
    for (LineSelection selection : List.of(all, some, top)) {
      assertThat(LineScoring.progress(false, selection)).isEqualTo(LateProgress.Kind.USUAL);
    }
  }

  private static LineSelection selection(double threshold, int top) {
    return new LineSelection(LineSelection.Surprise.LINE, threshold, top);
  }

  @Test
  void theFileIsLookedForBeforeTheRunIsRead() {
    Path none = folder.resolve("none");
    assertThat(refrain("score", folder.toString(), "--file", none.toString()).onlyErrorLine())
        .isEqualTo("refrain: " + none + ": there is no such file or folder");
  }

  @Test
  void nothingIsNoRow() throws IOException {
    assertThat(rows(score(""))).isEmpty();
    assertThat(score("", "--json")).isEqualTo(new Outcome(0, "", ""));
  }

  @Test
  void linesOfWordsHaveTheirFirstGiven() throws IOException {
    run = folder.resolve("words");
    assertThat(train("--tokenizer", "word").code()).isZero();
    Outcome outcome = score("It was the best\ntimes\n");
    List<List<String>> rows = rows(outcome);
    assertThat(column(rows, 1)).containsExactly("3", "0");
    assertThat(rows.get(1)).containsExactly("2", "0", "0", "", "", "", "", "", "", "", "times");
    assertThat(outcome.err()).contains("1 of 2 lines has no score");
    assertThat(score("It was\n").err()).contains("the first token of each line is given");
    assertThat(score("times\n", "--json").out()).contains("\"perplexity\":null");
    assertThat(rows(score("times\n", "--top", "5"))).isEmpty();
  }

  @Test
  void whatComesBeforeAMistakeIsWritten() throws IOException {
    byte[] text = "It was\nthe w\u00f6rst".getBytes(StandardCharsets.ISO_8859_1);
    System.setIn(new ByteArrayInputStream(text));
    Outcome outcome = refrain("score", run.toString(), "--file", "-");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out().lines()).hasSize(2).last().asString().endsWith(",It was");
    assertThat(outcome.onlyErrorLine())
        .contains("standard input, line 2 is no text (not UTF-8 at byte 12)");
  }

  /** Nobody waits for more lines than are there. */
  @Test
  @Timeout(60)
  @SuppressWarnings("try") // closed early: it is what the test is about
  void linesAreScoredAsTheyCome() throws Exception {
    PipedInputStream rows = new PipedInputStream(1 << 16);
    try (PipedOutputStream lines = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(lines)) {
      System.setIn(in);
      OutputStream written = new PipedOutputStream(rows);
      CompletableFuture<Integer> code =
          CompletableFuture.supplyAsync(() -> {
            String[] words = {"score", run.toString(), "--file", "-", "--json"};
            CommandLine commandLine = Main.commandLine(words);
            commandLine.setOut(new PrintWriter(written, false, StandardCharsets.UTF_8));
            return Main.execute(commandLine, words);
          });
      LineReader reader = new LineReader("rows", rows);
      for (String line : List.of("It was", "the best", "of times")) {
        lines.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        lines.flush();
        assertThat(reader.next()).contains("\"text\":\"" + line + "\"");
        assertThat(code).isNotDone();
      }
      lines.close();
      assertThat(code.get(30, TimeUnit.SECONDS)).isZero();
    }
  }

  /** As {@code head} does it: the rest of a long file is not scored for nobody. */
  @Test
  void aReaderThatGoesAwayEndsIt() {
    int[] linesRead = {0};
    System.setIn(
        new InputStream() {
          @Override
          public int read() {
            throw new UnsupportedOperationException();
          }

          @Override
          public int read(byte[] into, int at, int count) {
            linesRead[0]++;
            into[at] = '\n';
            return linesRead[0] < 5000 ? 1 : -1;
          }
        });
    StandardOutput gone =
        new StandardOutput(
            new OutputStream() {
              @Override
              public void write(int value) throws IOException {
                throw new IOException("Broken pipe");
              }
            });
    StringWriter err = new StringWriter();
    int code = Main.run(gone, new PrintWriter(err, true), "score", run.toString(), "--file", "-");
    assertThat(code).isZero();
    assertThat(err.toString()).doesNotContain("refrain:");
    assertThat(linesRead[0]).isLessThan(100);
  }

  @Test
  void mistakesAreNamed() throws IOException {
    String path = run.toString();
    String ofFile = "is for the lines of a file: give --file";
    Map<List<String>, String> mistakes =
        Map.of(
            List.of(path, "--file", "-", "--by", "token"), "--by says what --top or",
            List.of(path), "give a TEXT to score, or the lines of a file with --file",
            List.of(path, "It", "--file", "-"), "give either TEXT or --file",
            List.of(path, "It", "--top", "3"), "--top " + ofFile,
            List.of(path, "It", "--threads", "3"), "--threads " + ofFile,
            List.of(path, "It", "--format", "csv"), "--format " + ofFile,
            List.of(path, "--file", "-", "--top", "0"), "--top must be at least 1, but is 0",
            List.of(path, "--file", "-", "--threshold", "NaN"), "must be a finite number",
            List.of(path, "--file", "-", "--format", "tsv"), "\"tsv\"; known are csv and jsonl",
            List.of(path, "--file", "-", "--format", "csv", "--json"), "leave one of them out");
    mistakes.forEach((words, message) -> {
      List<String> all = new ArrayList<>(List.of("score"));
      all.addAll(words);
      Outcome outcome = refrain(all.toArray(String[]::new));
      assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
      assertThat(outcome.onlyErrorLine()).contains(message);
      assertThat(outcome.out()).isEmpty();
    });
    Outcome folderGiven = refrain("score", path, "--file", folder.toString());
    assertThat(folderGiven.code()).isEqualTo(1);
    assertThat(folderGiven.onlyErrorLine()).contains("is a folder");
    Outcome missing = refrain("score", path, "--file", folder.resolve("none").toString());
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.onlyErrorLine()).contains("no such file");
  }
}
