package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.PeerSetting.OpenBlasKernels;
import io.refrain.bench.RaceResult.PeerResult;
import io.refrain.bench.RaceResult.Times;
import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.Workload;
import io.refrain.store.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Results, and what is written of them. */
class ReportTest {
  private static final Comparison NOTEBOOK = Comparison.of(List.of("rnn-notebook")).getFirst();
  private static final double MEGA_OPERATIONS = UsefulWork.operations(NOTEBOOK.workload()) / 1e6;

  private static final PeerResult SLOW = peer(PeerVariant.ONE_HOT, 1, 6, null);
  private static final PeerResult FAST = peer(PeerVariant.GATHER, 1, 5, null);
  private static final PeerResult BROKEN = peer(PeerVariant.GATHER, 2, Double.NaN, "it broke");

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
        new RaceResult(
            alone.workload(), 2, "scalar", times(2), 9000, Double.NaN, null, alone.peers());

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

  @Test
  void slowUnitsAreToldWhereEachIsTimed() throws Exception {
    Comparison row = Comparison.of(List.of("infer-lstm")).getFirst();
    PeerResult peer =
        new PeerResult(
            "libtorch 2.13.0", setting(row.workload(), PeerVariant.LAYER), new Times(5, 15), null);
    RaceResult result = result(row.workload(), new Times(2, 3), peer);

    assertThat(write(out -> new TableReport(out, true, false), result, row).lines())
        .contains(
            "  Refrain: p99 3.000 ms, 1.50 times the median",
            "  libtorch 2.13.0: p99 15.000 ms, 3.00 times the median");
    assertThat(json(result, row).getFirst())
        .containsEntry("refrain_p99_ms", 3.0)
        .containsEntry("refrain_p99_of_median", 1.5)
        .containsEntry("peer_p99_ms", 15.0)
        .containsEntry("peer_p99_of_median", 3.0);
    assertThat(json(result(SLOW)).getFirst()).containsEntry("refrain_p99_ms", null);
  }

  @Test
  void raggedBatchesAreHeldAgainstTheirOwnPadding() throws Exception {
    List<Comparison> rows =
        Comparison.of(List.of("ragged-lstm")).stream()
            .filter(row -> row.workload().name().endsWith("-100"))
            .toList();
    Workload ragged = rows.getFirst().workload();
    Workload padded = ragged.rivals().getFirst();
    PeerSetting itself =
        new PeerSetting(
            Library.REFRAIN, padded, PeerVariant.ITSELF, 2, OpenBlasKernels.CHOSEN_BY_ITSELF);
    RaceResult result =
        result(
            ragged,
            times(2),
            new PeerResult("Refrain", itself, times(4), null),
            new PeerResult("libtorch", setting(ragged, PeerVariant.PACKED), times(30), null),
            new PeerResult("libtorch", setting(ragged, PeerVariant.PACKED), times(40), null),
            new PeerResult("libtorch", setting(padded, PeerVariant.PADDED), times(10), null));

    assertThat(result.ofPadded()).isEqualTo(0.5);
    assertThat(result.ofPadded(Library.LIBTORCH)).isEqualTo(3);
    assertThat(result.ofPadded(Library.DJL)).isNaN();
    assertThat(result.realShare()).isBetween(0.4, 0.6);
    assertThat(rows)
        .extracting(row -> result.best(row).orElseThrow().millis())
        .containsExactly(30.0, 10.0, 4.0);
    assertThat(write(out -> new TableReport(out, true, false), result, rows.getFirst()))
        .contains(
            String.format(
                Locale.ROOT,
                "  Refrain: the ragged batch takes 0.500 of its padded time, %.2f times the share",
                0.5 / result.realShare()));
    assertThat(json(result, rows.getFirst()).getFirst())
        .containsEntry("real_share", result.realShare())
        .containsEntry("refrain_of_padded", 0.5)
        .containsEntry("peer_of_padded", 3.0);
  }

  @Test
  void refrainMayBeLeftOutToo() throws Exception {
    RaceResult result =
        new RaceResult(
            NOTEBOOK.workload(),
            2,
            "Refrain",
            Times.NONE,
            Double.NaN,
            Double.NaN,
            "no cell",
            List.of(FAST));

    assertThat(write(out -> new TableReport(out, true, false), result).lines())
        .contains("  left out: no cell")
        .anySatisfy(line -> assertThat(line).contains("5.000", "libtorch"));
    assertThat(json(result).getFirst())
        .containsEntry("refrain_ms", null)
        .containsEntry("refrain_left_out", "no cell")
        .containsEntry("peer_ms", 5.0);
  }

  private static List<Map<String, Object>> json(RaceResult result) throws Exception {
    return json(result, NOTEBOOK);
  }

  private static List<Map<String, Object>> json(RaceResult result, Comparison row)
      throws Exception {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (String line : write(JsonReport::new, result, row).lines().toList()) {
      lines.add(Json.parse("output", line.getBytes(StandardCharsets.UTF_8)));
    }
    return lines;
  }

  private static String write(Function<PrintWriter, Report> report, RaceResult result) {
    return write(report, result, NOTEBOOK);
  }

  private static String write(
      Function<PrintWriter, Report> report, RaceResult result, Comparison row) {
    StringWriter text = new StringWriter();
    report.apply(new PrintWriter(text)).add(result, List.of(row));
    return text.toString();
  }

  private static RaceResult result(PeerResult... peers) {
    return result(NOTEBOOK.workload(), times(2), peers);
  }

  private static RaceResult result(Workload workload, Times times, PeerResult... peers) {
    return new RaceResult(workload, 2, "512-bit vectors", times, 9000, 400, null, List.of(peers));
  }

  private static PeerResult peer(
      PeerVariant variant, int threads, double millis, @Nullable String leftOut) {
    PeerSetting setting =
        new PeerSetting(
            Library.LIBTORCH,
            NOTEBOOK.workload(),
            variant,
            threads,
            OpenBlasKernels.CHOSEN_BY_ITSELF);
    return new PeerResult("libtorch 2.13.0", setting, times(millis), leftOut);
  }

  private static PeerSetting setting(Workload workload, PeerVariant variant) {
    return new PeerSetting(
        Library.LIBTORCH, workload, variant, 1, OpenBlasKernels.CHOSEN_BY_ITSELF);
  }

  private static Times times(double millis) {
    return new Times(millis, Double.NaN);
  }
}
