package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchMainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void unknownCaseIsAnsweredByTheKnownOnes() {
    assertThat(run("rnn-notebok")).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "refrain bench: there is no case 'rnn-notebok'; "
                + "choose from rnn-notebook, generate-rnn, rnn-word, lstm-256, gru-256, "
                + "lstm-512x2, generate-lstm, infer-lstm, ragged-lstm, min-gru, softmax-33278, "
                + "bpe-encode, bpe-train",
            "Try `refrain bench --help`.");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"--threads,0", "--threads,-1", "--threads,two", "--rounds,0", "--round-ms,0"})
  void numbersThatMakeNoSenseAreNamed(String option, String value) {
    assertThat(run(option, value)).isEqualTo(2);
    assertThat(err.toString().lines())
        .hasSize(2)
        .contains("Try `refrain bench --help`.")
        .first()
        .satisfies(line -> assertThat(line).startsWith("refrain bench: ").contains(option, value));
  }

  @Test
  void peersAreBuiltByTheLauncherOnly() {
    assertThat(run("--peers")).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "refrain bench: --peers needs the launcher, which builds them: "
                + "run ./refrain bench --peers",
            "Try `refrain bench --help`.");
  }

  @Test
  void helpsWithExamples() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("Examples:", "  refrain bench --peers");
  }

  @Test
  void measuresRefrainAlone() throws Exception {
    String[] arguments = {"rnn-notebook", "--json", "--rounds", "1", "--round-ms", "5"};
    assertThat(run(arguments)).as(err.toString()).isZero();

    JsonObject row =
        JsonObject.parse("output", out.toString().strip().getBytes(StandardCharsets.UTF_8));
    assertThat(row.string("case")).isEqualTo("rnn-notebook");
    assertThat(row.number("refrain_ms")).isPositive();
    assertThat(row.number("bytes_per_step")).isPositive();
    assertThat(row.asMap().get("peer_ms")).isNull();
    boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    assertThat(row.asMap().get("peak_fraction") != null).isEqualTo(vectors);
    assertThat(err.toString().contains("no FMA peak")).isEqualTo(!vectors);
  }

  private int run(String... arguments) {
    return BenchMain.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }
}
