package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.evaluate.PlainReader;
import io.refrain.evaluate.Score;
import io.refrain.kernel.ThreadTeam;
import io.refrain.store.JsonObject;
import io.refrain.store.NamedTensor;
import io.refrain.store.Safetensors;
import io.refrain.store.SafetensorsFile;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import io.refrain.train.RunDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code score} of texts that stand in the command line. */
class ScoreTextsTest extends CommandFixture {
  private static final String PICTURE = "\ud83d\ude00"; // four bytes in UTF-8

  private Outcome score(String... words) {
    List<String> all = new ArrayList<>(List.of("score", run.toString()));
    all.addAll(List.of(words));
    return refrain(all.toArray(String[]::new));
  }

  @Test
  void textsSayTogetherWhatEachSaysAlone() {
    assertThat(train().code()).isZero();
    String[] texts = {"It was", "the best of times, it was the worst", "of", "It was the best"};
    for (String format : List.of("--json", "--stacktrace")) {
      StringBuilder alone = new StringBuilder();
      for (String text : texts) {
        alone.append(score(format, text).out());
      }
      List<String> together = new ArrayList<>(List.of(format));
      together.addAll(List.of(texts));
      Outcome outcome = score(together.toArray(String[]::new));
      assertThat(outcome.code()).isZero();
      assertThat(outcome.out()).isEqualTo(alone.toString());
    }
  }

  @Test
  void figuresAreThoseOfATextThatIsReadThrough() throws IOException {
    assertThat(train("--tokenizer", "word").code()).isZero();
    String text = "it was the best of times, it was the worst";
    RunDirectory directory = new RunDirectory(run);
    Tokenizer tokenizer = directory.tokenizer();
    Encoding encoding = tokenizer.encodeWithOffsets(text);
    List<Double> probabilities = new ArrayList<>();
    Score expected =
        Score.of(
            new PlainReader(directory.model(), ThreadTeam.single()),
            encoding.ids(),
            encoding.characters(text, tokenizer.separator()),
            (_, logProbability) -> probabilities.add(Math.exp(logProbability)));

    JsonObject json =
        JsonObject.parse("out", score("--json", text).out().getBytes(StandardCharsets.UTF_8));

    assertThat(json.number("log_probability")).isEqualTo(expected.logProbability());
    assertThat(json.number("perplexity")).isEqualTo(expected.perplexity());
    assertThat(json.number("bits_per_character")).isEqualTo(expected.bitsPerCharacter());
    List<? extends @Nullable Object> tokens = json.list("tokens");
    assertThat(tokens).hasSize(encoding.size() - 1);
    for (int i = 0; i < tokens.size(); i++) {
      int id = encoding.ids()[i + 1];
      assertThat(String.valueOf(tokens.get(i)))
          .isEqualTo(
              "{token=%s, id=%d, probability=%s}"
                  .formatted(tokenizer.piece(id), id, probabilities.get(i)));
    }
  }

  /** What stands in a text must neither move the cursor nor look like something else. */
  @Test
  void tokensAreShownSoThatTheyCanBeSeen() {
    assertThat(train("--tokenizer", "bpe", "--vocabulary", "270").code()).isZero();
    String out = score("It was\r\n\u001b[31m" + PICTURE + " it").out();
    assertThat(out.lines().findFirst().orElseThrow())
        .isEqualTo("It was \u21b5\u241b[31m" + PICTURE + " it");
    assertThat(out)
        .doesNotContain("\u001b", "\ufffd", "\r")
        .contains("  carriage return  ", "  line break    ", "  \u241b  ", "  F0  ", "  80  ");
  }

  @Test
  void tokensOfNoCharacterHaveNoBitsACharacter() {
    assertThat(train("--tokenizer", "bpe", "--vocabulary", "270").code()).isZero();
    assertThat(score(PICTURE).out())
        .contains("  bits per character            -" + System.lineSeparator());
    assertThat(score("--json", PICTURE).out()).contains("\"bits_per_character\":null");
  }

  @Test
  void spoiledWeightsAreAFailureThatIsNamed() throws IOException {
    assertThat(train().code()).isZero();
    RunDirectory directory = new RunDirectory(run);
    try (SafetensorsFile file = SafetensorsFile.open(directory.modelFile())) {
      List<NamedTensor> spoiled = file.tensors();
      spoiled.forEach(tensor -> Arrays.fill(tensor.data(), Float.NaN));
      Safetensors.write(directory.modelFile(), file.metadata(), spoiled);
    }
    Outcome outcome = score("It was", "the best");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.onlyErrorLine())
        .contains("log P of a text is NaN: the model's weights are probably spoiled");
    assertThat(outcome.out()).isEmpty();
  }
}
