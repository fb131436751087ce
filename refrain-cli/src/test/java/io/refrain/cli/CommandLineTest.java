package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.store.Json;
import io.refrain.store.RunLock;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What the commands do with texts and runs. */
class CommandLineTest extends CommandFixture {
  @Test
  void trainingWarnsOfGradientsThatExplode() throws IOException {
    assertThat(train("--clip", "0.001", "--updates", "60", "--epochs", "9").code()).isZero();
    assertThat(Files.readString(run.resolve("metrics.jsonl")))
        .containsOnlyOnce("\"warning\":\"exploding-clipped\"");
    assertThat(refrain("info", run.toString()).code()).isZero();
  }

  @Test
  void trainsGeneratesScoresAndEvaluates() {
    assertThat(train().code()).isZero();
    assertThat(run).isDirectoryContaining("glob:**model.safetensors");
    assertThat(run).isDirectoryContaining("glob:**loss.svg");
    String path = run.toString();

    Outcome text = refrain("generate", path, "--prefix", "It was", "--length", "20", "--seed", "1");
    assertThat(text.code()).isZero();
    assertThat(text.err()).isEmpty();
    assertThat(text.out()).startsWith("It was").endsWith(System.lineSeparator());
    assertThat(text.out().strip().length()).isGreaterThan(6);
    Outcome again =
        refrain("generate", path, "--prefix", "It was", "--length", "20", "--seed", "1");
    assertThat(again.out()).isEqualTo(text.out());

    assertThat(refrain("evaluate", path).out()).contains("perplexity", "bits per character");
    assertThat(refrain("evaluate", path, corpus.toString(), "--json").out())
        .startsWith("{\"text\":")
        .contains("\"perplexity\":");
    assertThat(refrain("score", path, "It was").out()).contains("given", "log P(text)");
    assertThat(refrain("score", path, "It was", "--json").out()).contains("\"probability\":");
    assertThat(refrain("info", path).out()).contains("layer-norm-lstm, 1 layer of 8", "parameters");
  }

  @Test
  void evaluatesALongText() throws IOException {
    train();
    Path file = Files.writeString(folder.resolve("long.txt"), TEXT.repeat(2000));
    Outcome outcome = refrain("evaluate", run.toString(), file.toString());
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("105,999 tokens", "perplexity");
  }

  @ParameterizedTest
  @CsvSource({"verbatim,a~~~~~~~~~,9,9", "word,the best unheard of times,4,22"})
  void countsTheCharactersThatUnknownTokensStandFor(
      String kind, String text, int tokens, int characters) throws IOException {
    train("--tokenizer", kind, "--batch", "1", "--steps", "4");
    Path file = Files.writeString(folder.resolve("unknown.txt"), text);
    String out = refrain("evaluate", run.toString(), file.toString(), "--json").out();
    Map<String, Object> json = Json.parse("json", out.strip().getBytes(StandardCharsets.UTF_8));
    double nats = (double) json.get("nats_per_token") * tokens;
    assertThat((double) json.get("bits_per_character"))
        .isCloseTo(nats / Math.log(2) / characters, within(1e-9));
    assertThat(json)
        .containsEntry("tokens", (long) tokens)
        .containsEntry("unknown_tokens", kind.equals("word") ? 1L : 9L);
    assertThat(refrain("evaluate", run.toString(), file.toString()).out())
        .contains(kind.equals("word") ? "1 of them is unknown" : "9 of them are unknown");
    assertThat(refrain("evaluate", run.toString()).out()).doesNotContain("unknown");
  }

  @Test
  void saysThatTheTextOfARunIsGone() throws IOException {
    train();
    Path moved = Files.move(corpus, folder.resolve("moved.txt"));
    Outcome evaluation = refrain("evaluate", run.toString());
    assertThat(evaluation.code()).isEqualTo(1);
    assertThat(evaluation.onlyErrorLine())
        .contains("was begun with " + corpus, "not there any more", "give a FILE");
    assertThat(refrain("train", "--out", run.toString(), "--resume").onlyErrorLine())
        .contains("was begun with " + corpus, "put it back");
    assertThat(refrain("evaluate", run.toString(), moved.toString()).code()).isZero();
  }

  @Test
  void refusesToEvaluateOnAnotherText() throws IOException {
    train();
    Files.writeString(corpus, "It was the worst of times. ".repeat(100));
    Outcome outcome = refrain("evaluate", run.toString());
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.onlyErrorLine()).contains("has changed").contains("put the old text back");
    assertThat(refrain("evaluate", run.toString(), corpus.toString()).code()).isZero();
  }

  @Test
  void findsItsTextFromOtherFolders() {
    Path typed = Path.of("").toAbsolutePath().relativize(corpus);
    assertThat(train(typed).code()).isZero();
    assertThat(refrain("info", run.toString(), "--json").out())
        .contains(Json.line(Map.of("corpus", corpus.toString())).replaceAll("[{}]", ""));
  }

  @Test
  void goesOnWhereItStopped() {
    assertThat(train().code()).isZero();
    Outcome more =
        refrain("train", "--out", run.toString(), "--resume", "--epochs", "3", "--threads", "1");
    assertThat(more.code()).isZero();
    assertThat(refrain("info", run.toString(), "--json").out()).contains("\"epochs\":3");
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void refusesToResumeForEpochsThatAreDone(String epochs) {
    train();
    Outcome outcome = refrain("train", "--out", run.toString(), "--resume", "--epochs", epochs);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine())
        .endsWith(
            "--epochs must be above the 2 that %s has done, but is %s".formatted(run, epochs));
    assertThat(refrain("info", run.toString(), "--json").out()).contains("\"epochs\":2");
  }

  @Test
  void saysWhatLimitsItKeeps() {
    train();
    String path = run.toString();
    assertThat(refrain("train", "--out", path, "--resume").err()).doesNotContain("limits");
    Outcome outcome =
        refrain("train", "--out", path, "--resume", "--epochs", "3", "--minutes", "1.5");
    assertThat(outcome.err()).contains("Kept as the limits of this run: 3 epochs, 1.5 minutes.");
  }

  @Test
  void goesOnWithoutTheBestModel() throws IOException {
    train();
    Files.delete(run.resolve("model.safetensors"));
    Outcome outcome = refrain("train", "--out", run.toString(), "--resume");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err().lines())
        .filteredOn(line -> line.contains("the best model is lost"))
        .singleElement()
        .asString()
        .contains("model.safetensors was missing or damaged");
    assertThat(refrain("generate", run.toString(), "--length", "3").code()).isZero();
  }

  @Test
  void tellsWhereTheCheckpointStands() throws IOException {
    train("--learning-rate", "0.001", "--clip", "0");
    String path = run.toString();
    Outcome info = refrain("info", path);
    assertThat(info.out())
        .contains("clip none", "sequential, state carried", "limits      2 epochs")
        .containsPattern("best loss +\\d\\.\\d{4}, perplexity")
        .containsPattern("updates +104 in 0:0")
        .contains("can resume  yes");
    Files.delete(run.resolve("metrics.jsonl"));
    assertThat(refrain("info", path, "--json").out())
        .contains("\"updates\":104", "\"best_loss\":", "\"can_resume\":true");
  }

  @ParameterizedTest
  @CsvSource({"tokenizer.json,0", "tokenizer.json,20", "resume.safetensors,100"})
  void saysWhyARunCannotGoOn(String name, int bytesLeft) throws IOException {
    train();
    Path file = run.resolve(name);
    Files.write(file, java.util.Arrays.copyOf(Files.readAllBytes(file), bytesLeft));
    assertThat(refrain("info", run.toString()).out()).containsPattern("can resume  no: .*" + name);
    Files.delete(file);
    assertThat(refrain("info", run.toString(), "--json").out())
        .containsPattern("\"can_resume\":false,\"why_not\":\".*" + name);
  }

  @Test
  void hasNoNumberForNoLimit() {
    train(
        "--epochs",
        String.valueOf(Integer.MAX_VALUE),
        "--minutes",
        "0.001",
        "--schedule",
        "constant");
    assertThat(refrain("info", run.toString(), "--json").out()).doesNotContain("2147483647");
    assertThat(refrain("info", run.toString()).out()).contains("limits      0.001 minutes");
  }

  @Test
  void announcesNoTrainingThatCannotBegin() throws IOException {
    Path brief = Files.writeString(folder.resolve("short.txt"), "short");
    assertThat(train(brief).err()).doesNotContain("Ctrl-C").hasLineCount(1);
    train();
    assertThat(train().err()).doesNotContain("Ctrl-C").hasLineCount(1);
    Path tokens = run.resolve("tokenizer.json");
    Files.delete(run.resolve("config.json"));
    Outcome outcome = train();
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.onlyErrorLine())
        .contains(tokens + " is there already", "move it away", "another --out");
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(new OutOfMemoryError("Java heap space"), "java has too little memory"),
        Arguments.of(new NoClassDefFoundError("a/Part"), "missing or does not fit (a/Part)"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void anErrorOfTheJvmIsOneLineToo(Error error, String message) {
    StringWriter err = new StringWriter();
    CommandLine commandLine = Main.commandLine("info");
    commandLine.setErr(new PrintWriter(err, true));
    commandLine.setExecutionStrategy(parsed -> {
      throw error;
    });
    assertThat(Main.execute(commandLine, "info", "runs/any")).isEqualTo(1);
    assertThat(err.toString().lines()).singleElement().asString().contains(message);
  }

  @ParameterizedTest
  @CsvSource({"--hidden=9", "--seed=2", "--recipe=default", "--tokenizer=char", "book.txt"})
  void refusesToResumeWithAnythingElse(String word) {
    Outcome outcome = refrain("train", "--out", run.toString(), "--resume", word);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine())
        .contains("--resume", word.startsWith("--") ? word.replaceFirst("=.*", "") : "CORPUS");
  }

  @ParameterizedTest
  @CsvSource({"--temperature=0.5", "--top-k=3", "--top-p=0.9"})
  void refusesToDrawGreedily(String word) {
    Outcome outcome = refrain("generate", run.toString(), "--greedy", word);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains("--greedy", word.replaceFirst("=.*", ""));
  }

  @Test
  void namesARunAfterItsText() {
    assertThat(TrainCommand.nameOf("books/emma.txt")).isEqualTo("emma");
    assertThat(TrainCommand.nameOf("."))
        .isEqualTo(String.valueOf(Path.of("").toAbsolutePath().getFileName()));
    assertThat(TrainCommand.nameOf("books/..")).isEqualTo(TrainCommand.nameOf("."));
    assertThat(TrainCommand.nameOf("/")).isEqualTo("run");
    assertThat(TrainCommand.nameOf(".txt")).isEqualTo("run");
  }

  @Test
  void refusesToResumeOnAnotherText() throws IOException {
    train();
    Files.writeString(corpus, "something else ".repeat(100));
    Outcome outcome = refrain("train", "--out", run.toString(), "--resume");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.onlyErrorLine()).contains("has changed").contains("put the old text back");
  }

  @ParameterizedTest
  @CsvSource({
    "--hidden,0,--hidden must be at least 1",
    "--layers,0,--layers must be at least 1",
    "--embedding,-1,--embedding must be at least 0",
    "--batch,0,--batch must be at least 1",
    "--batch,100000,smaller batch",
    "--steps,0,--steps must be at least 1",
    "--steps,100000,fewer steps",
    "--steps,1000000000,--steps must be few enough for --batch",
    "--learning-rate,-1,--learning-rate must be above 0",
    "--learning-rate,NaN,--learning-rate must be above 0",
    "--clip,-1,--clip must be at least 0 (0: no limit)",
    "--patience,-1,--patience must be at least 0",
    "--evaluate-every,-1,--evaluate-every must be at least 0",
    "--epochs,0,--epochs must be at least 1",
    "--minutes,0,--minutes must be above 0",
    "--validation,1,--validation must be at least 0 and below 1",
    "--threads,0,--threads must be at least 1",
    "--tokenizer,bpee,'--tokenizer: there is no tokenizer \"bpee\": give a tokenizer.json, the'",
    "--cell,lstn,'--cell must be one of rnn, lstm, gru'",
    "--dropout,1.5,--dropout must be between 0 and 1",
    "--weight-drop,-1,--weight-drop must be between 0 and 1",
    "--tied,true,--tied needs an embedding",
    "--nonlinearity,relu,--nonlinearity does not go with --cell layer-norm-lstm",
    "--optimizer,sdg,--optimizer: unknown optimizer",
    "--state,keep,--state must be carry or reset",
    "--partition,none,--partition must be sequential or random",
    "--hidden,many,--hidden",
    "--recipe,none,there is no recipe"
  })
  void namesTheOptionThatIsWrong(String option, String value, String message) {
    Outcome outcome = train(option, value);
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains(message);
    assertThat(run.resolve("config.json")).doesNotExist();
  }

  @Test
  void namesWhatIsWrongWithACorpus() throws IOException {
    assertThat(train(folder.resolve("none.txt")).onlyErrorLine()).contains("does not exist");
    Path empty = Files.createFile(folder.resolve("empty.txt"));
    assertThat(train(empty).onlyErrorLine()).contains("is empty");
    Path binary = Files.write(folder.resolve("binary.txt"), new byte[] {65, 0, (byte) 0xFF});
    assertThat(train(binary).onlyErrorLine()).contains("binary");
    Path loop = folder.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    assertThat(train(loop).onlyErrorLine()).contains("loop is a symbolic link", "nowhere");
    Path brief = Files.writeString(folder.resolve("short.txt"), "too short");
    assertThat(train(brief).onlyErrorLine()).contains("smaller batch, fewer steps");
  }

  @Test
  void saysThatTrainingDivergedAndKeepsTheRun() {
    Outcome outcome = train("--learning-rate", "1e30", "--clip", "0", "--optimizer", "sgd");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.onlyErrorLine()).contains("diverged", "learning rate");
    assertThat(refrain("generate", run.toString(), "--length", "3").code()).isZero();
  }

  @Test
  void drawsHowTrainingDiverged() {
    String[] unbounded = {
      "--cell=rnn", "--nonlinearity=relu", "--optimizer=sgd", "--learning-rate=100", "--clip=0"
    };
    List<String> options = new ArrayList<>(List.of(unbounded));
    options.add("--schedule=constant");
    options.add("--evaluate-every=1"); // so that the log has a loss before there is none
    assertThat(train(options.toArray(String[]::new)).onlyErrorLine()).contains("diverged");
    assertThat(run.resolve("loss.png")).exists();
  }

  @Test
  void refusesAFileAsItsFolder() throws IOException {
    Files.createFile(run);
    Outcome outcome = train();
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.onlyErrorLine())
        .isEqualTo("refrain: " + run + ": there is already a file of this name");
  }

  @Test
  void writesFiguresAlikeInEveryCountry() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      Outcome outcome = train();
      assertThat(outcome.err()).contains("1,696 tokens to train on, 424 to validate with");
      assertThat(refrain("evaluate", run.toString()).out())
          .containsPattern("perplexity +\\d+\\.\\d{4}");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void refusesToWriteOverARun() {
    train();
    Outcome outcome = train();
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.onlyErrorLine()).contains("already holds a run", "--resume");
  }

  @Test
  void refusesARunThatIsBeingWritten() throws IOException {
    train();
    try (RunLock _ = RunLock.acquire(run)) {
      Outcome outcome = refrain("train", "--out", run.toString(), "--resume");
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.onlyErrorLine()).contains("is being written");
    }
  }

  @Test
  void namesCharactersThatTheModelNeverSaw() {
    train();
    Outcome outcome = refrain("generate", run.toString(), "--prefix", "Ünder 1");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains("Ü").contains("never seen");
    assertThat(refrain("score", run.toString(), "Ünder").onlyErrorLine()).contains("Ü");
  }

  @ParameterizedTest
  @CsvSource({"--temperature,-1", "--top-p,0", "--top-k,-1", "--length,-1", "--length,x"})
  void namesTheGenerationOptionThatIsWrong(String option, String value) {
    train();
    Outcome outcome = refrain("generate", run.toString(), option, value);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains(value.replace("x", "--length"));
  }

  @Test
  void saysWhatIsWrongWithARun() throws IOException {
    String none = folder.resolve("nothing").toString();
    for (String command : List.of("generate", "evaluate", "info")) {
      assertThat(refrain(command, none).onlyErrorLine()).contains(none);
      assertThat(refrain(command, none).code()).isEqualTo(1);
    }
    for (String command : List.of("generate", "evaluate", "info")) {
      assertThat(refrain(command, none).onlyErrorLine()).contains("there is no such folder");
      assertThat(refrain(command, corpus.toString()).onlyErrorLine())
          .contains(corpus + " is no run: it is a file, and a run is a folder");
    }
    train();
    byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));
    Files.write(run.resolve("model.safetensors"), java.util.Arrays.copyOf(model, 500));
    assertThat(refrain("generate", run.toString()).onlyErrorLine()).contains("model.safetensors");
  }

  @Test
  void saysThatARunIsOfANewerVersion() throws IOException {
    train();
    Path file = run.resolve("config.json");
    Map<String, Object> config = new LinkedHashMap<>(Json.read(file));
    config.put("format", 99);
    Files.write(file, Json.pretty(config).getBytes(StandardCharsets.UTF_8));
    for (String command : List.of("generate", "evaluate", "info")) {
      Outcome outcome = refrain(command, run.toString());
      assertThat(outcome.code()).isEqualTo(1);
      assertThat(outcome.onlyErrorLine()).contains("newer version");
    }
  }
}
