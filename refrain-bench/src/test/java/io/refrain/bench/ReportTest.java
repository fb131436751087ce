package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.PeerSetting.Library;
import io.refrain.bench.PeerSetting.OpenBlasKernels;
import io.refrain.bench.RaceResult.PeerResult;
import io.refrain.bench.workload.InputPath;
import io.refrain.store.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Results, and what is written of them. */
class ReportTest {
  private static final Comparison NOTEBOOK = Comparison.of(List.of("rnn-notebook")).getFirst();
  private static final double MEGA_OPERATIONS = UsefulWork.operations(NOTEBOOK.workload()) / 1e6;

  private static final PeerResult SLOW = peer(InputPath.ONE_HOT, 1, 6, null);
  private static final PeerResult FAST = peer(InputPath.GATHER, 1, 5, null);
  private static final PeerResult BROKEN = peer(InputPath.GATHER, 2, Double.NaN, "it broke");

  @Test
  void ratioIsThePeersTimeOverRefrains() {
    RaceResult result = result(SLOW, FAST, BROKEN);

    assertThat(result.best(NOTEBOOK)).contains(FAST);
    assertThat(result.ratio(FAST)).isEqualTo(2.5);
    assertThat(result.gigaflops()).isEqualTo(MEGA_OPERATIONS / 2);
    assertThat(result.peakFraction()).isEqualTo(MEGA_OPERATIONS / 2 / 400);
  }

  @Test
  void rowsCompareWithTheirOwnKindOfPeer() {
    List<Comparison> rows = Comparison.of(List.of("generate-rnn"));
    RaceResult result = result(SLOW, FAST);

    assertThat(result.best(rows.get(0))).contains(SLOW);
    assertThat(result.best(rows.get(1))).contains(FAST);
  }

  @Test
  void jsonHasTheRowThenEverySetting() throws Exception {
    List<Map<String, Object>> lines = json(result(SLOW, FAST, BROKEN));

    assertThat(lines).hasSize(4);
    assertThat(lines.getFirst())
        .containsEntry("case", "rnn-notebook")
        .containsEntry("row", "case")
        .containsEntry("refrain_ms", 2.0)
        .containsEntry("peer", "libtorch 2.13.0")
        .containsEntry("peer_setting", "gather, 1 thread")
        .containsEntry("peer_ms", 5.0)
        .containsEntry("ratio", 2.5)
        .containsEntry("peak_fraction", MEGA_OPERATIONS / 2 / 400)
        .containsEntry("bytes_per_step", 9000.0);
    assertThat(lines.getLast())
        .containsEntry("row", "setting")
        .containsEntry("peer_ms", null)
        .containsEntry("ratio", null)
        .containsEntry("peer_left_out", "it broke");
  }

  @Test
  void jsonHasNullForWhatWasNotMeasured() throws Exception {
    RaceResult alone = result();
    RaceResult result =
        new RaceResult(alone.workload(), 2, "scalar", 2, 9000, Double.NaN, alone.peers());

    assertThat(json(result))
        .singleElement()
        .satisfies(line -> {
          assertThat(line.keySet())
              .startsWith(
                  "case",
                  "refrain_ms",
                  "peer",
                  "peer_ms",
                  "ratio",
                  "peak_fraction",
                  "bytes_per_step");
          assertThat(line)
              .containsEntry("peer", null)
              .containsEntry("peer_ms", null)
              .containsEntry("ratio", null)
              .containsEntry("peak_fraction", null);
        });
  }

  @Test
  void tableNeverHidesWhatWasLeftOut() {
    String table = write(out -> new TableReport(out, true, false), result(SLOW, FAST, BROKEN));

    assertThat(table.lines())
        .hasSize(3)
        .anySatisfy(line -> assertThat(line).contains("rnn-notebook", "2.000", "5.000", "2.50"))
        .contains("  left out: it broke")
        .noneSatisfy(line -> assertThat(line).contains("one-hot"));
  }

  @Test
  void tableWithAllSettingsHasOneLineForEach() {
    assertThat(write(out -> new TableReport(out, true, true), result(SLOW, FAST, BROKEN)).lines())
        .hasSize(5)
        .anySatisfy(line -> assertThat(line).contains("one-hot, 1 thread", "3.00"));
  }

  @Test
  void tableWithoutPeersHasNoColumnsForThem() {
    assertThat(write(out -> new TableReport(out, false, false), result()))
        .doesNotContain("peer")
        .contains("9000");
  }

  private static List<Map<String, Object>> json(RaceResult result) throws Exception {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (String line : write(JsonReport::new, result).lines().toList()) {
      lines.add(Json.parse("output", line.getBytes(StandardCharsets.UTF_8)));
    }
    return lines;
  }

  private static String write(Function<PrintWriter, Report> report, RaceResult result) {
    StringWriter text = new StringWriter();
    report.apply(new PrintWriter(text)).add(result, List.of(NOTEBOOK));
    return text.toString();
  }

  private static RaceResult result(PeerResult... peers) {
    return new RaceResult(NOTEBOOK.workload(), 2, "512-bit vectors", 2, 9000, 400, List.of(peers));
  }

  private static PeerResult peer(InputPath path, int threads, double millis, String leftOut) {
    PeerSetting setting =
        new PeerSetting(Library.LIBTORCH, path, threads, OpenBlasKernels.CHOSEN_BY_ITSELF);
    return new PeerResult("libtorch 2.13.0", setting, millis, leftOut);
  }
}
