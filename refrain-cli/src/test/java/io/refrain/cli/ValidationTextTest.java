package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.train.RunDirectory;
import io.refrain.train.Validation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A data set that has a text to validate on, apart from the one to train on. */
class ValidationTextTest extends CommandFixture {
  private Path held;

  @BeforeEach
  void heldOut() throws IOException {
    held = folder.resolve("held.txt");
    Files.writeString(held, TEXT.replace('e', 'a').repeat(9));
  }

  private Outcome validated(Path text, Path validation, Path into, String... more) {
    List<String> arguments = new ArrayList<>(List.of("train", text.toString()));
    arguments.addAll(List.of("--validation-text", validation.toString(), "--out", into.toString()));
    arguments.addAll(List.of("--hidden", "8", "--batch", "4", "--steps", "8", "--epochs", "2"));
    arguments.addAll(List.of("--threads", "1", "--evaluate-every", "0"));
    arguments.addAll(List.of(more));
    return refrain(arguments.toArray(String[]::new));
  }

  /** One text of both, cut where the first ends, is the same training but for the vocabulary. */
  @ParameterizedTest
  @ValueSource(strings = {"never", "always"})
  void isTheEndOfACorpusThatIsCutThere(String tokenFile) throws IOException {
    Path both = folder.resolve("both.txt");
    Files.writeString(both, Files.readString(corpus) + Files.readString(held));
    double share = (double) Files.size(held) / Files.size(both);
    Path single = folder.resolve("single");
    assertThat(
            refrain(
                    "train",
                    both.toString(),
                    "--validation",
                    Double.toString(share + 1e-9),
                    "--out",
                    single.toString(),
                    "--hidden",
                    "8",
                    "--batch",
                    "4",
                    "--steps",
                    "8",
                    "--epochs",
                    "2",
                    "--threads",
                    "1",
                    "--evaluate-every",
                    "0")
                .code())
        .isZero();

    Outcome outcome = validated(corpus, held, run, "--token-file", tokenFile);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(run.resolve("model.safetensors"))
        .hasSameBinaryContentAs(single.resolve("model.safetensors"));
    assertThat(new RunDirectory(run).config().validation())
        .isInstanceOfSatisfying(
            Validation.Text.class, text -> assertThat(text.corpus()).isEqualTo(held.toString()));
    assertThat(refrain("evaluate", run.toString()).out())
        .startsWith(held + ", ")
        .endsWith(refrain("evaluate", run.toString(), held.toString()).out());
    assertThat(refrain("info", run.toString()).out()).contains("validation  " + held);
  }

  @ParameterizedTest
  @ValueSource(strings = {"never", "always"})
  void aResumedRunReadsItAgain(String tokenFile) throws IOException {
    validated(corpus, held, run, "--epochs", "4", "--schedule", "constant");
    Path halves = folder.resolve("halves");
    validated(corpus, held, halves, "--schedule", "constant", "--token-file", tokenFile);

    Outcome outcome =
        refrain(
            "train",
            "--out",
            halves.toString(),
            "--resume",
            "--epochs",
            "4",
            "--threads",
            "1",
            "--token-file",
            tokenFile);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(halves.resolve("model.safetensors"))
        .hasSameBinaryContentAs(run.resolve("model.safetensors"));
  }

  @Test
  void mustStayAsItWas() throws IOException {
    validated(corpus, held, run);
    Files.writeString(held, TEXT.repeat(10));
    assertThat(refrain("train", "--out", run.toString(), "--resume").onlyErrorLine())
        .contains("the text " + held + " has changed since");
    assertThat(refrain("evaluate", run.toString()).onlyErrorLine())
        .contains("the text " + held + " has changed since");
    Files.delete(held);
    assertThat(refrain("train", "--out", run.toString(), "--resume").onlyErrorLine())
        .contains(held + ", which is not there any more: put it back");
    assertThat(refrain("evaluate", run.toString()).onlyErrorLine())
        .contains(held + ", which is not there any more: give a FILE");
    assertThat(refrain("info", run.toString()).out())
        .contains("can resume  no: " + held + " is not there any more");
  }

  /** The end of a corpus is cut where it is that long. */
  @Test
  void isNotCutHoweverLongItIs() throws IOException {
    Files.writeString(held, TEXT.repeat(4000));
    Outcome outcome = validated(corpus, held, run, "--updates", "5", "--no-baseline");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("212,000 to validate with");
  }

  @ParameterizedTest
  @CsvSource({"8, false", "9, true"})
  void mustFillARow(int tokens, boolean enough) throws IOException {
    Files.writeString(held, TEXT.substring(0, tokens));
    Outcome outcome = validated(corpus, held, run);
    if (enough) {
      assertThat(outcome.code()).as(outcome.err()).isZero();
      assertThat(Files.readString(run.resolve("metrics.jsonl"))).contains("validation_loss");
    } else {
      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.onlyErrorLine())
          .isEqualTo(
              "refrain: --validation-text must have more than the 8 tokens of --steps, but has 8:"
                  + " give a longer one, or fewer steps");
      assertThat(run).doesNotExist();
    }
  }

  @Test
  void isNotNeededWhereOnlyTheCorpusIs() throws IOException {
    validated(corpus, held, run);
    Path other = Files.writeString(folder.resolve("other.txt"), TEXT.repeat(3));
    String[] words = {"evaluate", run.toString(), other.toString(), "--dynamic", "scaled"};
    Outcome with = refrain(words);
    assertThat(with.out()).contains("adapted to it by", "n-grams of up to");
    Files.delete(held);
    assertThat(refrain(words)).isEqualTo(with);
  }

  @Test
  void doesNotGoWithAShare() {
    assertThat(validated(corpus, held, run, "--validation", "0.1").onlyErrorLine())
        .contains("--validation-text is a text to validate on, so leave --validation");
    assertThat(run).doesNotExist();
  }

  @Test
  void mustBeThere() {
    assertThat(validated(corpus, folder.resolve("none.txt"), run).onlyErrorLine())
        .contains("none.txt");
    assertThat(run).doesNotExist();
  }
}
