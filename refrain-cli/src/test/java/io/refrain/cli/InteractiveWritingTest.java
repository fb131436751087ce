package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** How {@code generate --interactive} writes with somebody. */
class InteractiveWritingTest extends CommandFixture {
  private Outcome interact(String input, String... more) {
    List<String> words = new ArrayList<>(List.of("generate", run.toString(), "--interactive"));
    words.addAll(List.of(more));
    InputStream before = System.in;
    try {
      System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
      return refrain(words.toArray(String[]::new));
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void somebodyChoosesTheTokens() {
    assertThat(train().code()).isZero();
    String prefix = "It was";
    String greedy =
        refrain("generate", run.toString(), "--prefix", prefix, "--greedy", "--length", "2").out();

    assertThat(interact("\n1\nq\n", "--prefix", prefix).out()).isEqualTo(greedy);
    assertThat(interact("\n\n", "--prefix", prefix).out()).isEqualTo(greedy); // the input ends
    assertThat(interact("", "--prefix", prefix).out()).isEqualTo(prefix + System.lineSeparator());
    assertThat(interact("+.\nn\n+It\n", "--prefix", prefix).out().strip()).isEqualTo("It was.\nIt");
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
        .isEqualTo(
            refrain("generate", run.toString(), "--seed", "3", "--prefix", prefix, "--length", "4")
                .out());
  }

  @Test
  void aSpaceThatTheModelWritesWithTheNextWordIsHintedAt() {
    assertThat(train("--tokenizer", "bpe", "--vocabulary", "290").code()).isZero();
    assertThat(interact("+ the \nq\n", "--prefix", "It was").err())
        .contains("warning: your text ends in a space");
    assertThat(interact("+ the\nq\n", "--prefix", "It was").err()).doesNotContain("warning");
  }

  /** The last 300 characters are shown, and no half of one. */
  @Test
  void theShownEndOfATextBeginsWithAWholeCharacter() throws IOException {
    Files.writeString(corpus, "😀a".repeat(300));
    assertThat(train().code()).isZero();
    Outcome outcome = interact("q\n", "--prefix", "😀".repeat(320) + "a");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("…" + "😀".repeat(299) + "a");
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(outcome.err())).isTrue();
  }

  /** As Ctrl-C does. */
  @Test
  @DisabledOnOs(OS.WINDOWS) // which has no such signal
  void aTextThatIsInterruptedIsPrinted() throws Exception {
    assertThat(train().code()).isZero();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "generate",
                run.toString(),
                "--interactive",
                "--prefix",
                "It was")
            .start();
    try (Writer in = process.outputWriter(StandardCharsets.UTF_8);
        BufferedReader dialogue = process.errorReader(StandardCharsets.UTF_8)) {
      in.write("+ the best\n");
      in.flush();
      StringBuilder said = new StringBuilder();
      int next = dialogue.read();
      while (next >= 0 && said.indexOf("It was the best\n") < 0) {
        said.append((char) next);
        next = dialogue.read();
      }
      assertThat(said).contains("It was the best\n");
      process.toHandle().destroy(); // which leaves its output open
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(out).isEqualTo("It was the best\n");
    } finally {
      process.destroyForcibly();
    }
  }
}
