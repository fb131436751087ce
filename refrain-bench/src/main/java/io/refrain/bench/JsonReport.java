package io.refrain.bench;

import io.refrain.bench.RaceResult.PeerResult;
import io.refrain.store.Json;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line, for programs. {@code row} is {@code case} for a row of the table and
 * {@code setting} for one setting of a peer, which follow the row that they belong to; what was not
 * measured is null. {@code refrain_ms} and {@code peer_ms} are milliseconds a unit, {@code ratio}
 * is the peer's time in units of Refrain's.
 */
final class JsonReport implements Report {
  private final PrintWriter out;

  JsonReport(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void add(RaceResult result, List<Comparison> comparisons) {
    for (Comparison comparison : comparisons) {
      write(result, comparison, "case", result.best(comparison).orElse(null));
      for (PeerResult peer : result.peers(comparison)) {
        write(result, comparison, "setting", peer);
      }
    }
    out.flush();
  }

  private void write(
      RaceResult result, Comparison comparison, String row, @Nullable PeerResult peer) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("case", comparison.caseName());
    line.put("refrain_ms", result.millis()); // NaN becomes null
    line.put("peer", peer == null ? null : peer.name());
    line.put("peer_ms", peer == null ? null : peer.millis());
    line.put("ratio", peer == null ? null : result.ratio(peer));
    line.put("peak_fraction", result.peakFraction());
    line.put("bytes_per_step", result.bytes());
    line.put("row", row);
    line.put("variant", comparison.variant());
    line.put("peer_setting", peer == null ? null : peer.setting().description());
    line.put("peer_left_out", peer == null ? null : peer.leftOut());
    line.put("refrain_left_out", result.leftOut());
    line.put("gflops", result.gigaflops());
    line.put("peak_gflops", result.peak());
    line.put("refrain_p99_ms", result.times().p99());
    line.put("refrain_p99_of_median", result.times().tail());
    line.put("peer_p99_ms", peer == null ? null : peer.times().p99());
    line.put("peer_p99_of_median", peer == null ? null : peer.times().tail());
    line.put("real_share", result.realShare());
    line.put("refrain_of_padded", result.ofPadded());
    line.put("peer_of_padded", peer == null ? null : result.ofPadded(peer.setting().library()));
    line.put("threads", result.threads());
    line.put("kernels", result.kernels());
    out.println(Json.line(line));
  }
}
