package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** How {@code generate} writes: by drawing, several at once, the likeliest. */
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

  /** 64 are written at once. */
  @Test
  void manySamplesAreWhatFewAre() {
    assertThat(train().code()).isZero();
    String[] words = {"--prefix", "It ", "--length", "12", "--seed", "5", "--json", "--samples"};
    List<Map<String, @Nullable Object>> many = json(generate(with(words, "130")));
    assertThat(json(generate(with(words, "67")))).isEqualTo(many.subList(0, 67));
    assertThat(many.stream().map(line -> number(line, "sample")))
        .containsExactlyElementsOf(
            IntStream.rangeClosed(1, 130).mapToObj(number -> (double) number).toList());
    assertThat(many.stream().map(line -> string(line, "text")).distinct()).hasSizeGreaterThan(20);
  }

  /** Somebody who has seen enough, as {@code head} has. */
  private static final class Gone extends Writer {
    final StringBuilder lost = new StringBuilder();

    @Override
    public void write(char[] characters, int from, int length) throws IOException {
      lost.append(characters, from, length);
      throw new IOException("Broken pipe");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void samplesEndWhereNobodyReadsThem() {
    assertThat(train().code()).isZero();
    String[] words = {
      "generate", run.toString(), "--length", "1", "--samples", "300", "--seed", "1"
    };
    Gone gone = new Gone();
    CommandLine commandLine = Main.commandLine(words);
    commandLine.setOut(new PrintWriter(gone));
    assertThat(Main.execute(commandLine, words)).isZero();
    assertThat(gone.lost).contains("1 of 300").doesNotContain("65 of 300");
  }

  @Test
  void aTextOfAnUnknownSeedCanBeHadAgain() {
    assertThat(train().code()).isZero();
    Outcome drawn = generate("--length", "30");
    Matcher seed = Pattern.compile("--seed (\\d+) writes this again\\.\\R").matcher(drawn.err());
    assertThat(seed.matches()).as(drawn.err()).isTrue();
    Outcome again = generate("--length", "30", "--seed", seed.group(1));
    assertThat(again.out()).isEqualTo(drawn.out());
    assertThat(again.err()).isEmpty();

    Outcome forPrograms = generate("--length", "1", "--json");
    assertThat(forPrograms.err()).isEmpty();
    // whole in JavaScript, too
    assertThat(number(json(forPrograms).getFirst(), "seed")).isBetween(0.0, 0x1p53);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--greedy", "--temperature=0", "--top-k=1"})
  void aTextThatIsNotDrawnHasNoSeed(String option) {
    assertThat(train().code()).isZero();
    Outcome outcome = generate("--prefix", "It", "--length", "30", option);
    assertThat(outcome.err()).isEmpty();
    Map<String, @Nullable Object> line =
        json(generate("--prefix", "It", "--length", "30", "--json", option)).getFirst();
    assertThat(line).containsEntry("sample", 1L).doesNotContainKey("seed");
    assertThat(string(line, "text") + System.lineSeparator()).isEqualTo(outcome.out());
    assertThat(generate("--prefix", "It", "--length", "30", "--beams", "1").out())
        .isEqualTo(outcome.out());
  }

  @Test
  void aSpaceThatTheModelWritesWithTheNextWordIsHintedAt() {
    assertThat(train("--tokenizer", "bpe", "--vocabulary", "290").code()).isZero();
    String[] words = {"--length", "5", "--seed", "1", "--prefix"};
    assertThat(generate(with(words, "It was ")).err())
        .startsWith("warning: the prefix ends in a space, which this model writes together with");
    assertThat(generate(with(words, "It was")).err()).isEmpty();
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
        json(generate(with(words, "--stop", stop, "--stop", "wwww"))).getFirst();
    assertThat(cut)
        .containsEntry("continuation", whole.substring(0, whole.indexOf(stop)))
        .containsEntry("end", "stop")
        .containsEntry("stop", stop);
    String[] forPeople = {"--prefix", "It was", "--length", "300", "--seed", "1", "--stop", stop};
    assertThat(generate(forPeople).out()).isEqualTo(string(cut, "text") + System.lineSeparator());
    // what was not written does not end a text
    int again = whole.indexOf("It was");
    assertThat(json(generate(with(words, "--stop", "It was"))).getFirst())
        .containsEntry("continuation", again < 0 ? whole : whole.substring(0, again))
        .containsEntry("text", "It was" + (again < 0 ? whole : whole.substring(0, again)));
    assertThat(again).isNotZero();

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
    String several =
        whole
            .codePoints()
            .filter(codePoint -> codePoint > 0x7F && codePoint != 0xFFFD)
            .mapToObj(Character::toString)
            .findFirst()
            .orElseThrow();
    cut = json(generate(with(words, "--stop", several))).getFirst();
    assertThat(cut)
        .containsEntry("continuation", whole.substring(0, whole.indexOf(several)))
        .containsEntry("stop", several);
  }

  @ParameterizedTest
  @CsvSource({
    "verbatim,?,\"?\"",
    "word,The,\"T\"",
  })
  void whatTheModelNeverWritesCannotEndItsText(String tokenizer, String stop, String never) {
    assertThat(train("--tokenizer", tokenizer, "--batch", "2", "--steps", "4").code()).isZero();
    Outcome outcome = generate("--stop", stop);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine()).contains("this model never writes " + never);
  }

  /** Tokens of one, two and three dots end the same text. */
  @Test
  void theLikeliestTextsAreAllDifferent() throws IOException {
    Files.writeString(corpus, "It was. It was.. It was... ".repeat(100));
    assertThat(train("--tokenizer", "bpe", "--vocabulary", "280", "--epochs", "40").code())
        .isZero();
    String[] words = {"--prefix", "It", "--stop", ".", "--length", "6", "--beams", "8", "--best"};
    List<Map<String, @Nullable Object>> found = json(generate(with(words, "8", "--json")));
    assertThat(found.stream().map(line -> string(line, "text")).toList())
        .hasSizeBetween(2, 7)
        .doesNotHaveDuplicates();
    assertThat(json(generate(with(words, "2", "--json")))).isEqualTo(found.subList(0, 2));
    assertThat(generate(with(words, "2")).out()).contains("--- 1 of 2", "--- 2 of 2");
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
    String[] toStop = with(words, "--beams", "6", "--best", "6", "--stop", "t", "--json");
    List<Map<String, @Nullable Object>> ended =
        json(generate(toStop)).stream().filter(line -> "stop".equals(line.get("end"))).toList();
    assertThat(ended).isNotEmpty();
    for (Map<String, @Nullable Object> line : ended) {
      assertThat(line).containsEntry("stop", "t");
      assertThat(number(line, "tokens")) // of a character each
          .isEqualTo(string(line, "continuation").length() + 1);
    }
    assertThat(generate(with(toStop, "--threads", "2")).out()).isEqualTo(generate(toStop).out());
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
    "--beams=2 --stop=x --length-penalty=-1,'length penalty must be at least 0 (0: none) and"
        + " finite, but is -1.0'",
    "--beams=2 --length-penalty=1,'--length-penalty is for --stop: give that too, or leave it out'",
    "--length-penalty=1,'--length-penalty is for --beams: give that too, or leave it out'",
    "--best=2,'--best is for --beams: give that too, or leave it out'",
    "--choices=2,'--choices is for --interactive: give that too, or leave it out'",
    "--interactive --choices=0,'--choices must be at least 1, but is 0'",
    "--repetition-window=2,'--repetition-window is for --repetition-penalty: give that too'",
    "--stop=,'--stop must have at least one character, but is empty'",
    "--repetition-penalty=0,'repetition penalty must be above 0 (1: none) and finite, but is 0.0'",
    "--repetition-penalty=2 --repetition-window=5000,'--repetition-window must be between 1 and"
        + " 4096, but is 5000'",
    "--repetition-penalty=2 --repetition-window=0,'--repetition-window must be between 1 and"
        + " 4096, but is 0'",
    "--min-p=1.5,'min-p must be between 0 (all) and 1 (the most likely), but is 1.5'",
    "--min-p=-0.1,'min-p must be between 0 (all) and 1 (the most likely), but is -0.1'",
    "--greedy --min-p=0.1,'--greedy draws nothing at random, so that --min-p has no meaning'",
    "--greedy --samples=2,'--greedy draws nothing at random, so that --samples has no meaning'",
    "--greedy --seed=7,'--greedy draws nothing at random, so that --seed has no meaning'",
    "--temperature=0 --samples=8,'--temperature 0 draws nothing at random, so that --samples has no"
        + " meaning: leave one of them out'",
    "--temperature=0 --top-k=5,'--temperature 0 draws nothing at random, so that --top-k has'",
    "--temperature=0 --seed=5,'--temperature 0 draws nothing at random, so that --seed has'",
    "--temperature=0 --greedy,'--greedy draws nothing at random, so that --temperature has'",
    "--top-k=1 --samples=8,'--top-k 1 draws nothing at random, so that --samples has no meaning'",
    "--top-k=1 --temperature=2,'--top-k 1 draws nothing at random, so that --temperature has no'",
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
