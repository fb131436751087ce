package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.train.Progress;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How the commands are called: recipes, help, and what is said of words that do not fit. */
class UsageTest extends CommandFixture {
  @Test
  void takesARecipeAndLetsFlagsOverrideIt() throws IOException {
    Path recipe = folder.resolve("mine.properties");
    Files.writeString(recipe, "hidden = 5\nlearning-rate = 0.5\nepochs = 1\n");
    Outcome outcome =
        refrain(
            "train",
            corpus.toString(),
            "--recipe",
            recipe.toString(),
            "--out",
            run.toString(),
            "--batch",
            "2",
            "--steps",
            "5",
            "--learning-rate",
            "0.25");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(refrain("info", run.toString(), "--json").out())
        .contains("\"hidden\":5", "\"learning_rate\":0.25", "\"epochs\":1");
    Files.writeString(recipe, "hiden = 5\n");
    assertThat(refrain("train", "--recipe", recipe.toString()).onlyErrorLine())
        .contains("unknown option \"hiden\"");
    Files.write(recipe, new byte[] {'#', (byte) 0xE4, '\n'});
    assertThat(refrain("train", "--recipe", recipe.toString()).onlyErrorLine())
        .isEqualTo("refrain: recipe " + recipe + " is not UTF-8 text");
    assertThat(refrain("train", "--stacktrace", "--recipe", recipe.toString()).err())
        .contains("\tat io.refrain.cli.Recipes.");
  }

  @Test
  void nobodyAsksForTheRecipeUnderAllOthers() throws IOException {
    assertThat(refrain("train", "--recipe", "base").onlyErrorLine())
        .startsWith("refrain: there is no recipe \"base\": give the path of a file, or one of ");
    Path mine = Path.of("base"); // as a user types it, in the working folder
    Files.writeString(mine, "learning-rate = 0.125\n");
    try {
      assertThat(trainHelp("--recipe", "base")).contains("(default: 0.125)");
    } finally {
      Files.delete(mine);
    }
  }

  @Test
  void listsTheRecipesThatThereAre() throws IOException {
    for (String name : Recipes.NAMES) {
      assertThat(Path.of("../recipes", name + ".properties")).exists();
      assertThat(trainHelp()).contains(name);
    }
    try (Stream<Path> files = Files.list(Path.of("../recipes"))) {
      assertThat(files).hasSize(Recipes.NAMES.size() + 1); // and the one under all
    }
  }

  @Test
  void keepsARecipesOwnMinutesWhenEpochsAreGiven() throws IOException {
    Path recipe = folder.resolve("mine.properties");
    Files.writeString(recipe, "minutes = 7\n");
    assertThat(train("--recipe", recipe.toString()).code()).isZero();
    assertThat(refrain("info", run.toString(), "--json").out())
        .contains("\"epochs\":2", "\"minutes\":7");
    assertThat(Recipes.of(recipe.toString(), Set.of("updates")).valueOf("--minutes"))
        .isEqualTo("7");
    assertThat(trainHelp())
        .contains("(default: that of a recipe you name, which stays beside --epochs or --updates;");
    run = folder.resolve("second");
    assertThat(train("--recipe", "default").code()).isZero();
    assertThat(refrain("info", run.toString(), "--json").out()).doesNotContain("\"minutes\":1.5");
  }

  @ParameterizedTest
  @CsvSource({
    "hidden = 0,hidden must be at least 1",
    "hidden = many,'many' is not a whole number",
    "tokenizer = bpee,tokenizer: there is no tokenizer",
    "state = keep,state must be carry or reset"
  })
  void namesTheRecipeThatIsWrong(String line, String message) throws IOException {
    Path recipe = Files.writeString(folder.resolve("mine.properties"), line + "\n");
    Outcome outcome = refrain("train", "--recipe", recipe.toString(), "--out", run.toString());
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).startsWith("refrain: recipe " + recipe + ": ");
    assertThat(outcome.onlyErrorLine()).contains(message.replace("''", "'"));
    Outcome resumed = refrain("train", "--out", run.toString(), "--epochs", "0");
    assertThat(resumed.onlyErrorLine()).contains("refrain: --epochs must be at least 1");
  }

  @Test
  void printsNextStepsThatCanBePasted() {
    run = folder.resolve("it's a run");
    System.setProperty("refrain.command", "./a tool/refrain");
    try {
      String path = "'" + run.toString().replace("'", "'\\''") + "'";
      assertThat(train().err())
          .contains("  './a tool/refrain' generate " + path)
          .doesNotContain("--resume");
      run = folder.resolve("brief");
      assertThat(train("--epochs", "100000", "--minutes", "0.001").err())
          .contains("  './a tool/refrain' train --out " + run + " --resume");
    } finally {
      System.clearProperty("refrain.command");
    }
    run = folder.resolve("plain");
    assertThat(train().err()).contains("  refrain generate " + run);
  }

  /** What the help of {@code train} says, with one blank wherever it breaks a line. */
  private static String trainHelp(String... more) {
    List<String> words = new ArrayList<>(List.of("train", "--help"));
    words.addAll(List.of(more));
    return refrain(words.toArray(String[]::new)).out().replaceAll("\\s+", " ");
  }

  @Test
  void showsTheDefaultsOfARecipe() {
    assertThat(trainHelp())
        .contains(
            "(default: layer-norm-lstm)",
            "(default: adam)",
            "(default: cosine)",
            "(default: 0.004)");
    assertThat(trainHelp("--recipe", "notebook")).contains("(default: 256)", "(default: sgd)");
  }

  @Test
  void keepsTheRateConstantWhereTheClockAloneEndsTraining() throws IOException {
    assertThat(trainHelp("--minutes", "5"))
        .contains("(default: layer-norm-lstm)", "(default: constant)", "(default: 0.001)");
    assertThat(trainHelp("--minutes=5", "--updates=9"))
        .contains("(default: cosine)", "(default: 0.004)");
    assertThat(train("--minutes", "5").code()).isZero();
    assertThat(refrain("info", run.toString(), "--json").out())
        .contains("\"epochs\":2,\"minutes\":5.0,", "\"cosine\"");
  }

  @Test
  void theDefaultRecipeCountsUpdatesAndIsGuardedByTheClock() throws IOException {
    Recipes recipe = Recipes.of(null, Set.of());
    assertThat(recipe.valueOf("--minutes")).isEqualTo("5");
    assertThat(Recipes.of(null, Set.of("updates")).valueOf("--minutes")).isNull();
    String updates = "%,d updates".formatted(Integer.valueOf(recipe.valueOf("--updates")));
    assertThat(refrain("--help").out().replaceAll("\\s+", " "))
        .contains(updates + ", about 90 seconds on two cores");
    assertThat(trainHelp()).contains(updates + ", about 90 seconds on two cores");
    assertThat(Files.readString(Path.of("../README.md")))
        .contains(updates + ", about 90 seconds on two cores");
  }

  @Test
  void aRunThatIsResumedForMoreIsNotStoppedByWhatEndedIt() {
    String[] words = {"train", "--out", run.toString(), "--resume"};
    assertThat(train("--updates", "5", "--minutes", "5").code()).isZero();

    Outcome outcome = refrain(with(words, "--minutes", "9"));
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains("has done its 5 updates: give it more with");

    assertThat(refrain(with(words, "--updates", "8")).code()).isZero();
    assertThat(refrain("info", run.toString(), "--json").out())
        .contains("\"updates\":8")
        .doesNotContain("minutes");
  }

  @Test
  void moreOfOneLimitIsRefusedWhereAnotherHasEndedTheRun() {
    String[] words = {"train", "--out", run.toString(), "--resume"};
    assertThat(train().code()).isZero();
    for (String more : List.of("--minutes=5", "--updates=99999", "--patience=3")) {
      Outcome outcome = refrain(with(words, more));
      assertThat(outcome.code()).as(more).isEqualTo(2);
      assertThat(outcome.onlyErrorLine())
          .isEqualTo(
              "refrain: %s has done its 2 epochs: give it more with --epochs, too".formatted(run));
    }
    assertThat(refrain("info", run.toString()).out()).contains("limits      2 epochs\n");
  }

  @Test
  void aRunThatEndedByItsPatienceGoesOnWithMore() throws IOException {
    String[] words = {"train", "--out", run.toString(), "--resume"};
    String[] impatient = {
      "--patience=2", "--evaluate-every=2", "--learning-rate=1", "--optimizer=sgd", "--epochs=50"
    };
    assertThat(train(with(impatient, "--schedule=constant")).code()).isZero();
    Progress ended = new RunDirectory(run).progress();
    assertThat(ended.worse()).isEqualTo(2);
    String done = refrain("info", run.toString(), "--json").out();

    for (String[] more : List.of(with(words, "--epochs=60"), with(words, "--patience=2"))) {
      Outcome outcome = refrain(more);
      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.onlyErrorLine())
          .contains(" validations without a better one, and its patience is 2: give it more")
          .endsWith("--patience, or --patience 0 for no end");
    }
    assertThat(refrain("info", run.toString(), "--json").out()).isEqualTo(done);

    int epochs = ended.epoch() + 1;
    Outcome outcome = refrain(with(words, "--patience=0", "--epochs=" + epochs));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err())
        .containsPattern("Kept as the limits of this run: %d epochs?\\.".formatted(epochs));
    assertThat(new RunDirectory(run).progress().epoch()).isEqualTo(epochs);
  }

  private static String[] with(String[] words, String... more) {
    return Stream.concat(Stream.of(words), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void aRecipeInheritsNothingFromTheDefaultOne() throws IOException {
    Path recipe = Files.writeString(folder.resolve("mine.properties"), "hidden = 5\n");
    assertThat(trainHelp("--recipe", recipe.toString()))
        .contains("(default: rnn)", "(default: constant)");
  }

  @Test
  void saysWhatACommandDoesInOneSentence() {
    String whole = refrain("--help").out() + refrain("train", "--help").out();
    assertThat(whole.lines()).allMatch(line -> line.length() <= 80);
    String help = refrain("--help").out().replaceAll("\\R {8,}", " ");
    String commands = help.substring(help.indexOf("Commands:"), help.indexOf("Examples:")).strip();
    assertThat(commands.lines().skip(1)).hasSizeGreaterThan(6).allMatch(line -> line.endsWith("."));
  }

  static Stream<Arguments> misspellings() {
    return Stream.of(
        Arguments.of("there is no command 'tain'; did you mean 'train'?", "tain"),
        Arguments.of("there is no option '--hiden'; did you mean '--hidden'?", "train --hiden 5"),
        Arguments.of("known corpora dickens, time-machine, tiny-sh", "train tiny-shakespear"),
        Arguments.of("'extra' is one word too many: train takes one CORPUS", "train book extra"),
        Arguments.of("'--hidden': 'abc' is not a whole number", "train --hidden abc"),
        Arguments.of("'--hidden': '9999999999' is too large", "train --hidden 9999999999"),
        Arguments.of("'--minutes': 'x' is not a number", "train --minutes x"),
        Arguments.of("put -- before texts that begin with a dash", "score run -5,apples"),
        Arguments.of("put -- before texts that begin with a dash", "score run It -5,apples"));
  }

  @ParameterizedTest
  @MethodSource("misspellings")
  void helpsOnAfterAMisspelling(String message, String words) {
    Outcome outcome = refrain(words.split(" "));
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains(message);
  }

  static Stream<List<String>> emptyPaths() {
    return Stream.of(
        List.of("CORPUS", "train", ""),
        List.of("--out", "train", "--out", ""),
        List.of("--out", "train", "--resume", "--out="),
        List.of("RUN", "generate", ""),
        List.of("RUN", "score", "", "text"),
        List.of("--file", "score", "run", "--file", ""),
        List.of("RUN", "info", ""),
        List.of("FILE", "evaluate", "run", ""));
  }

  @ParameterizedTest
  @MethodSource("emptyPaths")
  void refusesAnEmptyPath(List<String> nameAndWords) {
    List<String> words = nameAndWords.subList(1, nameAndWords.size());
    Outcome outcome = refrain(words.toArray(String[]::new));
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains(nameAndWords.getFirst(), "is empty");
  }

  @Test
  void checksAllTextsBeforeItScoresAny() {
    train();
    for (String bad : List.of("I", "Ü is")) {
      Outcome outcome = refrain("score", run.toString(), "It was", bad);
      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.out()).isEmpty();
      assertThat(outcome.onlyErrorLine()).startsWith("refrain: text 2 has ");
    }
  }

  @Test
  void rehearses() {
    Outcome outcome = refrain("rehearse", folder.resolve("rehearsal").toString());
    assertThat(outcome.code()).as(outcome.err()).isZero();
  }

  @Test
  void helpIsACommandToo() {
    assertThat(refrain("help").out()).contains("Commands:", "  train ");
    assertThat(refrain("help", "train").out()).isEqualTo(refrain("train", "--help").out());
    assertThat(refrain("help", "trian").code()).isEqualTo(2);
  }

  @Test
  void helpsWithExamples() {
    for (String command : List.of("train", "generate", "evaluate", "score", "info", "reproduce")) {
      Outcome outcome = refrain(command, "--help");
      assertThat(outcome.code()).isZero();
      assertThat(outcome.out()).contains("Example", "refrain " + command);
    }
    assertThat(refrain("trian").code()).isEqualTo(2);
  }
}
