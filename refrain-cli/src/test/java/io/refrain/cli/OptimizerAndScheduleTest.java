package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the options that choose how weights change come to. */
class OptimizerAndScheduleTest extends CommandFixture {
  private String info() {
    return refrain("info", run.toString(), "--json").out();
  }

  private Outcome trainWith(String words) {
    return train(words.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --optimizer sgd --momentum 0.9 --nesterov  | {"name":"sgd","momentum":0.9,"dampening":0.0,"nesterov":true,"weight_decay":0.0}
          --optimizer=sgd --momentum=0.5 --dampening=0.1 | "dampening":0.1,"nesterov":false
          --beta1 0.8 --beta2 0.9 --epsilon 1e-5     | {"name":"adam","beta1":0.8,"beta2":0.9,"epsilon":1.0E-5,"weight_decay":0.0}
          --optimizer adamw                          | {"name":"adamw","beta1":0.9,"beta2":0.999,"epsilon":1.0E-8,"weight_decay":0.01}
          --optimizer rmsprop --alpha 0.9 --centered | {"name":"rmsprop","alpha":0.9,"epsilon":1.0E-8,"centered":true,"momentum":0.0,"weight_decay":0.0}
          --optimizer adagrad --rate-decay 0.1 --initial-accumulator 0.2 | {"name":"adagrad","rate_decay":0.1,"epsilon":1.0E-10,"initial_accumulator":0.2,"weight_decay":0.0}
          --optimizer asgd --weight-decay 1e-6       | {"name":"asgd","lambda":0.0,"alpha":0.75,"average_after":0,"weight_decay":1.0E-6,"non_monotone":5}
          --optimizer asgd --non-monotone 0 --average-after 9 --lambda 0.1 | "lambda":0.1,"alpha":0.75,"average_after":9,"weight_decay":0.0,"non_monotone":0
          --schedule step                            | {"name":"step","every":52,"factor":0.1}
          --schedule exponential --decay-every 7     | {"name":"exponential","every":7,"factor":0.95}
          --schedule cosine --warm-up 10 --minimum-rate 1e-4 | {"name":"cosine","updates":104,"warm_up":10,"minimum":1.0E-4}
          --schedule cosine --accumulate 4           | {"name":"cosine","updates":26,
          --schedule cosine --warm-up 50             | {"name":"cosine","updates":104,"warm_up":50,"minimum":2.0E-4}
          --updates 50                               | {"name":"cosine","updates":50,"warm_up":5,"minimum":2.0E-4}
          --updates 5                                | {"name":"cosine","updates":5,"warm_up":0,"minimum":2.0E-4}
          --learning-rate 1e-4                       | {"name":"cosine","updates":104,"warm_up":10,"minimum":1.0E-5}
          --schedule one-cycle --updates 60          | {"name":"one-cycle","updates":60,"rise":0.3,"initial_divisor":25.0,"final_divisor":10000.0}
          --schedule one-cycle --updates 600         | {"name":"one-cycle","updates":104,
          --schedule plateau --plateau-patience 0    | {"name":"plateau","factor":0.1,"patience":0,"threshold":1.0E-4,"minimum":0.0}
          --clip-value 0.5 --clip 0                  | "clip_value":0.5
          """)
  void trainsAsItIsTold(String words, String expected) {
    Outcome outcome = trainWith(words);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(info()).contains(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --momentum 0.9                      | --momentum does not go with --optimizer adam: it is for sgd, rmsprop
          --optimizer sgd --beta1 0.9         | --beta1 does not go with --optimizer sgd: it is for adam, adamw
          --optimizer adamw --centered        | --centered does not go with --optimizer adamw: it is for rmsprop
          --optimizer sgd --non-monotone 5    | --non-monotone does not go with --optimizer sgd: it is for asgd
          --optimizer sgd --nesterov          | --optimizer: Nesterov's momentum needs a momentum above 0
          --optimizer sgd --momentum -1       | --momentum must be at least 0 and finite, but is -1.0
          --beta2 1                           | --beta2 must be at least 0 and below 1, but is 1.0
          --weight-decay NaN                  | --weight-decay must be at least 0 and finite, but is NaN
          --optimizer newton                  | --optimizer: unknown optimizer "newton"; known are sgd, adam,
          --optimizer asgd --validation 0     | non-monotone averaging over 5 waits for validations
          --schedule spiral                   | --schedule: unknown schedule "spiral"; known are constant, step,
          --schedule step --warm-up 5         | --warm-up does not go with --schedule step: it is for cosine
          --minutes 1 --epochs 2147483647 --schedule cosine | must know how many updates there will be
          --schedule cosine --decay-factor 2  | --decay-factor does not go with --schedule cosine: it is for step,
          --schedule step --decay-every 0     | --decay-every must be at least 1, but is 0
          --schedule step --decay-factor 0    | --decay-factor must be above 0 and finite, but is 0.0
          --epsilon Infinity                  | --epsilon must be at least 0 and finite, but is Infinity
          --learning-rate Infinity            | --learning-rate must be above 0 and finite, but is Infinity
          --schedule plateau --decay-factor 1 | --decay-factor must be above 0 and below 1, but is 1.0
          --schedule cosine --warm-up 104     | --warm-up must be below the 104 updates in all, but is 104
          --schedule cosine --minimum-rate 1  | --minimum-rate must be at most the learning rate 0.004, but is 1.0
          --schedule one-cycle --rise 2       | --rise must be from 0 to 1, but is 2.0
          --schedule plateau --validation 0   | the schedule plateau waits for validations
          --patience 3 --validation 0.003     | --patience waits for validations, which take more than the 8 tokens of --steps, but 6 are held out: hold out more, or give --patience 0
          --accumulate 0                      | --accumulate must be at least 1, but is 0
          --clip-value -1                     | --clip-value must be at least 0 (0: no limit), but is -1.0
          --updates 0                         | --updates must be at least 1, but is 0
          """)
  void refusesInOneLine(String words, String expected) {
    Outcome outcome = trainWith(words);
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains(expected);
    assertThat(run).doesNotExist();
  }

  @Test
  void aScheduleThatEndsMustKnowWhen() {
    Outcome outcome =
        refrain(
            "train",
            corpus.toString(),
            "--out",
            run.toString(),
            "--minutes",
            "1",
            "--schedule",
            "cosine");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine())
        .isEqualTo(
            "refrain: --schedule cosine must know how many updates there will be:"
                + " give --updates or --epochs, not only minutes");
  }

  @Test
  void aTinyTextIsTrainedByTheDefaultRecipe() throws IOException {
    Path tiny = Files.writeString(folder.resolve("tiny.txt"), TEXT.repeat(3));
    assertThat(train(tiny, "--batch", "2", "--validation", "0").code()).isZero();
    assertThat(info()).contains("{\"name\":\"cosine\",\"updates\":18,\"warm_up\":1,");
  }

  @Test
  void aRecipesWarmUpIsCutToATenthAndNoTypedOne() throws IOException {
    Path recipe = folder.resolve("mine.properties");
    Files.writeString(recipe, "schedule = cosine\nwarm-up = 100\nupdates = 40\n");
    assertThat(train("--recipe", recipe.toString()).code()).isZero();
    assertThat(info()).contains("{\"name\":\"cosine\",\"updates\":40,\"warm_up\":4,");
    run = folder.resolve("other");
    assertThat(train("--recipe", recipe.toString(), "--warm-up", "100").onlyErrorLine())
        .isEqualTo("refrain: --warm-up must be below the 40 updates in all, but is 100");
  }

  @Test
  void updatesAreALimitInsteadOfTheDefaultMinutes() {
    Outcome outcome =
        refrain(
            "train",
            corpus.toString(),
            "--out",
            run.toString(),
            "--hidden",
            "8",
            "--updates",
            "7",
            "--batch",
            "4",
            "--steps",
            "8",
            "--threads",
            "1");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(info()).contains("\"updates\":7").doesNotContain("\"minutes\"");
    String path = run.toString();
    assertThat(refrain("train", "--out", path, "--resume", "--updates", "7").onlyErrorLine())
        .endsWith("--updates must be above the 7 that " + run + " has done, but is 7");
    assertThat(refrain("train", "--out", path, "--resume", "--updates", "9").err())
        .contains("Kept as the limits of this run: 9 updates.");
  }

  @ParameterizedTest
  @CsvSource({"cosine --minimum-rate 0,cosine", "one-cycle,one-cycle"})
  void aScheduleThatHasEndedAtNothingIsNotResumed(String words, String label) {
    Outcome outcome = trainWith("--updates 20 --schedule " + words);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("generate " + run).doesNotContain("--resume");
    for (String more : List.of("--updates=21", "--epochs=3 --updates=90")) {
      String line = ("train --out " + run + " --resume " + more);
      Outcome resumed = refrain(line.split(" "));
      assertThat(resumed.code()).isEqualTo(2);
      assertThat(resumed.onlyErrorLine())
          .startsWith(
              "refrain: the schedule %s of %s ends at update 20 with a rate of about 0, so later"
                  .formatted(label, run))
          .contains("begin a new run");
    }
    assertThat(info()).contains("\"updates\":20");
  }

  @Test
  void aRunOfTheDefaultRecipeTrainsOnAtItsMinimumRate() throws IOException {
    Outcome outcome = trainWith("--updates 50 --learning-rate 0.004");
    assertThat(outcome.err()).contains("train --out " + run + " --resume --updates 100");
    refrain(("train --out " + run + " --resume --updates 100").split(" "));
    List<JsonObject> log = JsonLines.read(run.resolve("metrics.jsonl"));
    JsonObject last = log.stream().filter(line -> line.has("learning_rate")).toList().getLast();
    assertThat(last.wholeNumber("update")).isEqualTo(100);
    assertThat(last.number("learning_rate")).isEqualTo(0.0002);
  }

  @Test
  void aRecipeTakesTheSameOptions() throws IOException {
    Path recipe = folder.resolve("mine.properties");
    Files.writeString(
        recipe, "optimizer = sgd\nmomentum = 0.9\nnesterov = true\nschedule = step\nupdates = 3\n");
    assertThat(train("--recipe", recipe.toString()).code()).isZero();
    assertThat(info()).contains("\"momentum\":0.9", "\"nesterov\":true", "\"name\":\"step\"");
    assertThat(refrain("info", run.toString()).out())
        .contains("sgd (momentum 0.9, nesterov true)", "step (every 52, factor 0.1)", "3 updates");

    run = folder.resolve("other"); // the recipe's momentum is that of its own method
    assertThat(train("--recipe", recipe.toString(), "--optimizer", "adam").code()).isZero();
    run = folder.resolve("same");
    assertThat(train("--recipe", recipe.toString(), "--nesterov").code()).isZero();
    assertThat(info()).contains("\"nesterov\":true");
    run = folder.resolve("none");
    Files.writeString(recipe, "momentum = 0.9\n");
    assertThat(train("--recipe", recipe.toString()).onlyErrorLine())
        .isEqualTo(
            "refrain: recipe %s: momentum does not go with --optimizer adam: it is for sgd, rmsprop"
                .formatted(recipe));
  }

  @Test
  void findsALearningRateAndLeavesNoRun() throws IOException {
    Outcome outcome = train("--find-learning-rate");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out())
        .containsPattern("suggested learning rate: 0\\.\\d+\n")
        .contains("where the smoothed loss is smallest");
    Assumptions.assumeThat(outcome.err()).doesNotContain("cannot draw here");
    assertThat(run).isDirectoryContaining("glob:**learning-rate.png");
    try (var files = Files.list(run)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("learning-rate.png", "learning-rate.svg");
    }
    assertThat(Files.readString(run.resolve("learning-rate.svg")))
        .contains("<title>text: learning rate ");
    assertThat(train().code()).isZero(); // the folder is free for the run
  }

  @Test
  void tellsTheRateThoughItCannotBeDrawn() throws IOException {
    Files.createFile(run);
    Outcome outcome = train("--find-learning-rate");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("suggested learning rate: ").doesNotContain("the curve is");
    assertThat(outcome.err()).contains("no curve of learning rates: " + run + ": there is already");
  }

  @Test
  void saysWhyNoRateCanBeSuggested() throws IOException {
    String[] words = {
      "--find-learning-rate", "--cell", "gru", "--optimizer", "sgd", "--clip", "1e-9"
    };
    assertThat(train(words).out())
        .startsWith("no learning rate can be suggested: the smoothed loss ")
        .doesNotContain("--learning-rate");
    List<String> asJson = new ArrayList<>(List.of(words));
    asJson.add("--json");
    String last = train(asJson.toArray(String[]::new)).out().lines().toList().getLast();
    assertThat(last).contains("\"learning_rate\":null,\"why_not\":\"the smoothed loss ");
  }

  @Test
  void findsALearningRateForPrograms() throws IOException {
    Outcome outcome = train("--find-learning-rate", "--json", "--optimizer", "sgd");
    Path lines = Files.writeString(folder.resolve("lines.jsonl"), outcome.out());
    List<JsonObject> objects = JsonLines.read(lines);
    assertThat(objects.size()).isGreaterThan(20);
    JsonObject suggestion = objects.getLast();
    assertThat(suggestion.string("event")).isEqualTo("suggestion");
    assertThat(suggestion.number("learning_rate")).isPositive();
    assertThat(suggestion.string("rule")).contains("a tenth");
    for (JsonObject line : objects.subList(0, objects.size() - 1)) {
      assertThat(line.string("event")).isEqualTo("rate");
      assertThat(line.number("smoothed_loss")).isPositive();
    }
    assertThat(refrain("train", "--out", run.toString(), "--resume", "--find-learning-rate").code())
        .isEqualTo(2);
  }
}
