package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output layers that take ids for ranks get tokenizers whose ids are ranks. */
class OutputByFrequencyTest extends CommandFixture {
  private static final String SAMPLED = "--output sampled --samples 20";
  private static final String ADAPTIVE = "--output adaptive --cutoffs 5,30 --div-value 2";

  private Tokenizer tokenizer(String tokenizer, String... more) throws IOException {
    List<String> options = new ArrayList<>(List.of("--tokenizer", tokenizer));
    options.addAll(List.of(more));
    Outcome outcome = train(options.toArray(String[]::new));
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return new RunDirectory(run).tokenizer();
  }

  private long[] counts(Tokenizer tokenizer) throws IOException {
    long[] counts = new long[tokenizer.size()];
    for (int id : tokenizer.encode(Files.readString(corpus))) {
      counts[id]++;
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(strings = {SAMPLED, ADAPTIVE})
  void bytePairsAreNumberedByFrequency(String output) throws IOException {
    Tokenizer tokenizer = tokenizer("bpe", output.split(" "));

    assertThat(counts(tokenizer)).isSortedAccordingTo(Comparator.reverseOrder());
    Outcome resumed =
        refrain("train", "--out", run.toString(), "--resume", "--epochs", "3", "--threads", "1");
    assertThat(resumed.code()).as(resumed.err()).isZero();
    assertThat(refrain("evaluate", run.toString()).code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bpe", "word"})
  void aTokenizerThatIsThereIsNumberedByTheTextThatIsTrainedOn(String kind) throws IOException {
    Tokenizer first = tokenizer(kind);
    Path other = run;
    run = folder.resolve("second");
    Files.writeString(corpus, "times of the worst worst worst wisdom\n".repeat(60) + TEXT);

    Tokenizer numbered = tokenizer(other.toString(), "--output", "sampled", "--samples", "5");

    int specials = kind.equals("bpe") ? 0 : first.specialIds().length;
    long[] counts = counts(numbered);
    assertThat(numbered.size()).isEqualTo(first.size());
    assertThat(Arrays.copyOfRange(counts, specials, counts.length))
        .isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(new RunDirectory(other).tokenizer().encode(TEXT)).isEqualTo(first.encode(TEXT));
  }

  @Test
  void theFullSoftmaxLeavesIdsAsTheyAre() throws IOException {
    Tokenizer learned = tokenizer("bpe");
    assertThat(learned.specialIds()).containsExactly(0);
    Path other = run;
    run = folder.resolve("second");

    Tokenizer again = tokenizer(other.toString());

    assertThat(again.encode(TEXT)).isEqualTo(learned.encode(TEXT));
  }

  @Test
  void aFileOfTokensChangesNoWeight() throws IOException {
    tokenizer("bpe", SAMPLED.split(" "));
    Path inMemory = run.resolve("model.safetensors");
    run = folder.resolve("second");

    tokenizer("bpe", (SAMPLED + " --token-file always").split(" "));

    assertThat(run.resolve("model.safetensors")).hasSameBinaryContentAs(inMemory);
  }
}
