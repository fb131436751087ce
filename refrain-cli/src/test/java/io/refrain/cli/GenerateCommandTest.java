package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How {@code generate} writes: by drawing, several at once, the likeliest, with somebody. */
class GenerateCommandTest extends CommandFixture {
  private Outcome generate(String... more) {
    List<String> words = new ArrayList<>(List.of("generate", run.toString()));
    words.addAll(List.of(more));
    return refrain(words.toArray(String[]::new));
  }

  /** The objects that a command without a fault prints, a line each. */
  private static List<Map<String, @Nullable Object>> json(Outcome outcome) {
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome.out().lines().map(GenerateCommandTest::parse).toList();
  }

  private static Map<String, @Nullable Object> parse(String line) {
    try {
      return JsonObject.parse("generate", line.getBytes(StandardCharsets.UTF_8)).asMap();
    } catch (JsonException e) {
      throw new AssertionError(line, e);
    }
  }

  private static List<String> texts(Outcome outcome) {
    return json(outcome).stream().map(line -> string(line, "text")).toList();
  }

  private static String string(Map<String, @Nullable Object> line, String key) {
    return (String) Objects.requireNonNull(line.get(key));
  }

  private static double number(Map<String, @Nullable Object> line, String key) {
    return ((Number) Objects.requireNonNull(line.get(key))).doubleValue();
  }

  @Test
  void everySampleDependsOnSeedAndNumberAlone() {
    assertThat(train().code()).isZero();
    String[] words = {"--prefix", "It ", "--length", "40", "--seed", "5"};
    String alone = generate(words).out();
    List<String> five = texts(generate(with(words, "--samples", "5", "--json")));

    assertThat(five).hasSize(5).doesNotHaveDuplicates();
    assertThat(alone).isEqualTo(five.getFirst() + System.lineSeparator());
    assertThat(texts(generate(with(words, "--json")))).isEqualTo(five.subList(0, 1));
    assertThat(texts(generate(with(words, "--samples", "3", "--json", "--threads", "2"))))
        .isEqualTo(five.subList(0, 3));
    String shown = generate(with(words, "--samples", "3")).out().replace("\r\n", "\n");
    assertThat(shown)
        .isEqualTo(
            "--- 1 of 3 ---\n%s\n\n--- 2 of 3 ---\n%s\n\n--- 3 of 3 ---\n%s\n\n"
                .formatted(five.get(0), five.get(1), five.get(2)));
    Map<String, @Nullable Object> second =
        json(generate(with(words, "--samples", "2", "--json"))).getLast();
    assertThat(second)
        .containsEntry("sample", 2L)
        .containsEntry("seed", 5L)
        .containsEntry("tokens", 40L)
        .containsEntry("end", "length")
        .doesNotContainKey("stop");
    assertThat("It " + string(second, "continuation")).isEqualTo(string(second, "text"));
  }

  private static String[] with(String[] words, String... more) {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void aTextEndsBeforeItsStopString() {
    assertThat(train().code()).isZero();
    String[] words = {"--prefix", "It was", "--length", "300", "--seed", "1", "--json"};
    String whole = string(json(generate(words)).getFirst(), "continuation");
    String stop = whole.substring(100, 102);
    assertThat("It was").doesNotContain(stop);

    Map<String, @Nullable Object> cut =
        json(generate(with(words, "--stop", stop, "--stop", "zzz"))).getFirst();
    assertThat(cut)
        .containsEntry("continuation", whole.substring(0, whole.indexOf(stop)))
        .containsEntry("end", "stop")
        .containsEntry("stop", stop);
    String[] forPeople = {"--prefix", "It was", "--length", "300", "--seed", "1", "--stop", stop};
    assertThat(generate(forPeople).out()).isEqualTo(string(cut, "text") + System.lineSeparator());
    // what was not written does not end a text
    assertThat(json(generate(with(words, "--stop", "It was")))).hasSize(1);
    assertThat(string(json(generate(with(words, "--stop", "It was"))).getFirst(), "text"))
        .startsWith("It was");

    List<Map<String, @Nullable Object>> samples =
        json(generate(with(words, "--stop", stop, "--samples", "4")));
    assertThat(samples.getFirst().get("text")).isEqualTo(cut.get("text"));
    assertThat(samples).allSatisfy(line -> assertThat(string(line, "text")).doesNotContain(stop));
  }

  @Test
  void aStopStringMayBePartsOfCharactersToTheTokenizer() throws IOException {
    Files.writeString(corpus, "Zürich, 東京 😀 und Köln. ".repeat(300));
    assertThat(train("--tokenizer", "bpe", "--vocabulary", "262", "--updates", "60").code())
        .isZero();
    String[] words = {"--prefix", "Z", "--length", "600", "--seed", "3", "--json"};
    String whole = string(json(generate(words)).getFirst(), "continuation");
    assertThat(whole).contains("\uFFFD"); // a model that has not learned what a character is
    Map<String, @Nullable Object> cut = json(generate(with(words, "--stop", "\uFFFD"))).getFirst();
    assertThat(cut.get("continuation")).isEqualTo(whole.substring(0, whole.indexOf('\uFFFD')));
  }

  @Test
  void theLikeliestTextsComeWithTheirProbability() {
    assertThat(train().code()).isZero();
    String[] words = {"--prefix", "I", "--length", "6"};
    String greedy = generate(with(words, "--greedy")).out();
    assertThat(generate(with(words, "--beams", "1")).out()).isEqualTo(greedy);
    assertThat(generate(with(words, "--min-p", "1")).out()).isEqualTo(greedy);
    assertThat(generate(with(words, "--greedy", "--repetition-penalty", "50")).out())
        .isNotEqualTo(greedy);

    List<Map<String, @Nullable Object>> found =
        json(generate(with(words, "--beams", "6", "--best", "3", "--json")));
    assertThat(found).hasSize(3);
    double before = 0;
    for (int i = 0; i < 3; i++) {
      Map<String, @Nullable Object> line = found.get(i);
      String text = string(line, "text");
      Map<String, @Nullable Object> score =
          parse(refrain("score", run.toString(), text, "--json").out());
      double logProbability = number(line, "log_probability");
      assertThat(number(score, "log_probability")).isCloseTo(logProbability, within(1e-5));
      assertThat(number(line, "score"))
          .isCloseTo(logProbability / Math.pow(11 / 6.0, 0.6), within(1e-5))
          .isLessThanOrEqualTo(before);
      before = number(line, "score");
      assertThat(line).containsEntry("rank", i + 1L).containsEntry("end", "length");
    }
    assertThat(generate(with(words, "--beams", "6")).out().strip())
        .isEqualTo(string(found.getFirst(), "text").strip());
    assertThat(generate(with(words, "--beams", "6", "--best", "2")).out())
        .contains("--- 1 of 2, log P -", " nats, score -", "--- 2 of 2, log P -");
    assertThat(json(generate(with(words, "--beams", "6", "--stop", "t", "--json"))).getFirst())
        .satisfies(line -> assertThat(string(line, "text")).doesNotContain("t"));
  }

  private Outcome interact(String input, String... more) {
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
      return generate(with(new String[] {"--interactive"}, more));
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void somebodyChoosesTheTokens() {
    assertThat(train().code()).isZero();
    String prefix = "It was";
    String greedy = generate("--prefix", prefix, "--greedy", "--length", "2").out();

    assertThat(interact("\n1\nq\n", "--prefix", prefix).out()).isEqualTo(greedy);
    assertThat(interact("\n\n", "--prefix", prefix).out()).isEqualTo(greedy); // the input ends
    Outcome own = interact("+ the best\nu\n+ the worst\n+\n2\nu\nq\n", "--prefix", prefix);
    assertThat(own.out().strip()).isEqualTo("It was the worst");
    assertThat(own.err()).contains("nothing is left of your text", "It was the best");

    Outcome mistakes = interact("u\n4\n0\nnine\n+Ü\n99999999999\nq\n", "--choices", "3");
    assertThat(mistakes.code()).isZero();
    assertThat(mistakes.out().strip()).isEmpty();
    assertThat(mistakes.err())
        .contains("There is nothing to undo.", "your text has characters", "Ü")
        .contains("\"4\" is none of these. 1 to 3: that token; Enter: the first; r: one at random")
        .contains("\"0\" is none", "\"nine\" is none", "\"99999999999\" is none")
        .containsPattern("\n   1  \\S.*  0\\.\\d{6}")
        .contains("space")
        .doesNotContain("   4  ");

    Outcome drawn = interact("r\nr\nr\nr\nq\n", "--seed", "3", "--prefix", prefix);
    assertThat(drawn.out())
        .isEqualTo(generate("--seed", "3", "--prefix", prefix, "--length", "4").out());
  }

  @ParameterizedTest
  @CsvSource({
    "--samples=0,'--samples must be at least 1, but is 0'",
    "--beams=0,'--beams must be at least 1, but is 0'",
    "--beams=2 --best=3,'--best must be at most --beams 2, but is 3'",
    "--beams=2 --samples=2,'--beams looks for the likeliest text and draws nothing, so that"
        + " --samples has no meaning: leave one of them out'",
    "--beams=2 --temperature=1,'--beams looks for the likeliest text and draws nothing, so that"
        + " --temperature has no meaning: leave one of them out'",
    "--beams=2 --repetition-penalty=2,'so that --repetition-penalty has no meaning'",
    "--beams=2 --length-penalty=-1,'length penalty must be at least 0 (0: none), but is -1.0'",
    "--length-penalty=1,'--length-penalty is for --beams: give that too, or leave it out'",
    "--best=2,'--best is for --beams: give that too, or leave it out'",
    "--choices=2,'--choices is for --interactive: give that too, or leave it out'",
    "--interactive --choices=0,'--choices must be at least 1, but is 0'",
    "--repetition-window=2,'--repetition-window is for --repetition-penalty: give that too'",
    "--stop=,'--stop must have at least one character, but is empty'",
    "--repetition-penalty=0,'repetition penalty must be above 0 (1: none), but is 0.0'",
    "--repetition-penalty=2 --repetition-window=5000,'repetition window must be between 0'",
    "--min-p=1.5,'min-p must be between 0 (all) and 1 (the most likely), but is 1.5'",
    "--min-p=-0.1,'min-p must be between 0 (all) and 1 (the most likely), but is -0.1'",
    "--greedy --min-p=0.1,'--greedy draws nothing at random, so that --min-p has no meaning'",
    "--greedy --samples=2,'--greedy draws nothing at random, so that --samples has no meaning'",
    "--interactive --json,'--interactive goes on as you choose, until you end it, so that --json"
        + " has no meaning: leave one of them out'",
    "--interactive --samples=2,'so that --samples has no meaning'",
    "--interactive --beams=2,'so that --beams has no meaning'",
    "--interactive --length=2,'so that --length has no meaning'",
  })
  void namesWhatMakesNoSense(String words, String message) {
    Outcome outcome = generate(words.split(" "));
    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains(message);
    assertThat(outcome.out()).isEmpty();
  }
}
