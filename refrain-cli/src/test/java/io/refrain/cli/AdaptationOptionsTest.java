package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that adapt to the text they are evaluated on. */
class AdaptationOptionsTest extends CommandFixture {

  private Outcome evaluate(String... more) {
    List<String> arguments = new ArrayList<>(List.of("evaluate", run.toString(), "--no-baseline"));
    arguments.addAll(List.of(more));
    return refrain(arguments.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--cache 50",
        "--cache 50 --cache-flatness 1 --cache-weight 0.3",
        "--dynamic plain",
        "--dynamic plain --dynamic-rate 0.5 --dynamic-decay 0 --dynamic-steps 7",
        "--dynamic scaled",
        "--dynamic scaled --cache 20",
      })
  void standsBesideTheModelAsItIs(String options) throws IOException {
    assertThat(train().code()).isZero();
    Outcome plain = evaluate("--json");
    byte[] model = Files.readAllBytes(run.resolve("model.safetensors"));

    List<String> arguments = new ArrayList<>(List.of(options.split(" ")));
    arguments.add("--json");
    Outcome outcome = evaluate(arguments.toArray(String[]::new));

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).startsWith(plain.out().strip().replaceAll("}$", ""));
    JsonObject json = JsonObject.parse("out", outcome.out().getBytes(StandardCharsets.UTF_8));
    assertThat(json.object("adapted").number("perplexity"))
        .isBetween(1.0, 30.0)
        .isNotEqualTo(json.number("perplexity"));
    assertThat(run.resolve("model.safetensors")).hasBinaryContent(model);
    assertThat(evaluate(options.split(" ")).out()).contains("adapted to it by ");
  }

  @Test
  void saysWhatItsFigureDependsOn() throws IOException {
    assertThat(train().code()).isZero();
    assertThat(evaluate("--dynamic", "scaled", "--cache", "2000").out())
        .contains(
            "adapted to it by dynamic evaluation (scaled, rate 0.0001, decay 0.001, stretches of 20)"
                + " and a cache of 2,000 (flatness 12, weight 0.25)\n");
    assertThat(
            evaluate("--dynamic", "plain", "--dynamic-rate", "0.0125", "--dynamic-steps", "7")
                .out())
        .contains(
            "adapted to it by dynamic evaluation (plain, rate 0.0125, decay 0.001, stretches of 7)\n");

    String both = evaluate("--dynamic", "scaled", "--cache", "50", "--json").out();
    JsonObject adapted =
        JsonObject.parse("out", both.getBytes(StandardCharsets.UTF_8)).object("adapted");
    assertThat(adapted.string("by")).isEqualTo("dynamic and cache");
    assertThat(adapted.object("dynamic").toString())
        .isEqualTo("{\"kind\":\"scaled\",\"rate\":1.0E-4,\"decay\":0.001,\"steps\":20}");
    assertThat(adapted.object("cache").toString())
        .isEqualTo("{\"size\":50,\"flatness\":12.0,\"weight\":0.25}");
    assertThat(evaluate("--cache", "50", "--json").out())
        .contains("\"by\":\"cache\"")
        .doesNotContain("\"dynamic\"");
  }

  /** The figure of the model as it is comes first, and must not be lost with the other. */
  @Test
  void whereLearningGoesWrongThePlainFigureIsTold() {
    assertThat(train().code()).isZero();
    String plain = evaluate().out();
    assertThat(plain).contains("perplexity");
    assertThat(evaluate("--dynamic", "plain", "--dynamic-rate", "1e38").out()).startsWith(plain);
  }

  /** A file that is no text shows that it was not even looked at. */
  @Test
  void whatCannotWorkIsRefusedBeforeTheTextIsRead() throws IOException {
    assertThat(train().code()).isZero();
    Path noText = Files.write(folder.resolve("none.txt"), new byte[] {'a', 0, 'b'});
    assertThat(evaluate(noText.toString()).onlyErrorLine()).contains("binary file");
    assertThat(evaluate(noText.toString(), "--threads", "0").onlyErrorLine())
        .contains("--threads must be at least 1, but is 0");
    assertThat(evaluate(noText.toString(), "--cache", "300000000").onlyErrorLine())
        .contains("too large: make it smaller");
    Files.delete(corpus);
    assertThat(evaluate(noText.toString(), "--dynamic", "scaled").onlyErrorLine())
        .contains(corpus + ", which is not there any more");
    assertThat(evaluate("--dynamic", "scaled").onlyErrorLine()).contains("give a FILE");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --cache 0                    | size of the cache must be at least 1, but is 0
          --cache 9 --cache-weight 1   | weight of the cache must be at least 0 and below 1
          --cache-weight 0.1           | --cache-weight is of --cache: give that, too
          --dynamic-steps 5            | --dynamic-steps is of --dynamic: give that, too
          --dynamic adam               | --dynamic must be scaled or plain, but is "adam"
          --dynamic plain --dynamic-rate 0 | rate of dynamic evaluation must be above 0
          """)
  void whatMakesNoSenseIsRefused(String options, String message) {
    assertThat(train().code()).isZero();
    assertThat(evaluate(options.split(" ")).onlyErrorLine()).contains(message);
  }

  @Test
  void gradientsAreMeasuredOnTheTextOfTheRun() throws IOException {
    assertThat(train().code()).isZero();
    Path other = folder.resolve("other.txt");
    Files.writeString(other, TEXT.repeat(3));
    Files.delete(corpus);
    assertThat(evaluate(other.toString(), "--dynamic", "scaled").onlyErrorLine())
        .contains(corpus + ", which is not there any more");
    assertThat(evaluate(other.toString(), "--dynamic", "plain").code()).isZero();
  }
}
