package io.refrain.bench;

import io.refrain.bench.RaceResult.PeerResult;
import io.refrain.bench.RaceResult.Times;
import io.refrain.bench.workload.LanguageWorkload;
import io.refrain.bench.workload.Library;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A table for people. */
final class TableReport implements Report {
  private static final String REFRAIN_COLUMNS = "%-13s %-11s %9s %8s %8s %10s";

  private final PrintWriter out;
  private final boolean withPeers;
  private final boolean everySetting;
  private boolean begun;

  /**
   * Begins a table, empty so far.
   *
   * @param withPeers whether rows have columns for those that Refrain is compared with
   * @param everySetting whether each row is followed by every setting of a peer
   */
  TableReport(PrintWriter out, boolean withPeers, boolean everySetting) {
    this.out = out;
    this.withPeers = withPeers;
    this.everySetting = everySetting;
  }

  @Override
  public void add(RaceResult result, List<Comparison> comparisons) {
    begin();
    for (Comparison comparison : comparisons) {
      refrain(result, comparison);
      if (withPeers) {
        result
            .best(comparison)
            .ifPresentOrElse(
                best -> peer(result, best, ""),
                () ->
                    out.print(
                        peerColumns(
                            "-",
                            "-",
                            comparison.isAlone() ? "nobody else" : "no peer ran to the end")));
      }
      out.println();
      result.best(comparison).ifPresent(best -> slowUnits(best.name(), best.times()));
      for (PeerResult peer : result.peers(comparison)) {
        if (everySetting || !peer.finished()) {
          setting(result, peer);
        }
      }
    }
    slowUnits("Refrain", result.times());
    shares(result);
    if (result.leftOut() != null) {
      out.println("  left out: " + result.leftOut());
    }
    out.flush();
  }

  private void begin() {
    if (begun) {
      return;
    }
    begun = true;
    out.print(
        String.format(
            Locale.ROOT, REFRAIN_COLUMNS, "case", "variant", "ms", "GFLOP/s", "of peak", "bytes"));
    if (withPeers) {
      out.print(peerColumns("peer ms", "ratio", "best peer"));
    }
    out.println();
  }

  private void refrain(RaceResult result, Comparison comparison) {
    out.print(
        String.format(
            Locale.ROOT,
            REFRAIN_COLUMNS,
            comparison.caseName(),
            withPeers || isEmbedded(result) ? comparison.variant() : "",
            milliseconds(result.millis()),
            number("%.1f", result.gigaflops()),
            number("%.2f", result.peakFraction()),
            number("%.0f", result.bytes())));
  }

  /** What tells this case of the same name from the other when nobody else takes part. */
  private static boolean isEmbedded(RaceResult result) {
    return result.workload() instanceof LanguageWorkload work && work.model().embedded();
  }

  private void setting(RaceResult result, PeerResult peer) {
    if (peer.finished()) {
      out.print(String.format(REFRAIN_COLUMNS, "", "", "", "", "", ""));
      peer(result, peer, "  ");
      out.println();
    } else {
      out.println("  left out: " + peer.leftOut());
    }
  }

  private void peer(RaceResult result, PeerResult peer, String indent) {
    out.print(
        peerColumns(
            milliseconds(peer.millis()),
            number("%.2f", result.ratio(peer)),
            "%s%s, %s".formatted(indent, peer.name(), peer.setting().description())));
  }

  /** Where each unit is somebody's answer. */
  private void slowUnits(String who, Times times) {
    if (!Double.isNaN(times.p99())) {
      out.printf(
          Locale.ROOT,
          "  %s: p99 %s ms, %.2f times the median%n",
          who,
          milliseconds(times.p99()),
          times.tail());
    }
  }

  /** What the padding costs those who pass over it. */
  private void shares(RaceResult result) {
    if (Double.isNaN(result.realShare())) {
      return;
    }
    out.printf(Locale.ROOT, "  share of real time steps: %.3f%n", result.realShare());
    share("Refrain", result.ofPadded(), result.realShare());
    for (Library library : Library.values()) {
      if (Library.PEERS.contains(library)) {
        share(library.label(), result.ofPadded(library), result.realShare());
      }
    }
  }

  private void share(String who, double ofPadded, double realShare) {
    if (!Double.isNaN(ofPadded)) {
      out.printf(
          Locale.ROOT,
          "  %s: the ragged batch takes %.3f of its padded time, %.2f times the share%n",
          who,
          ofPadded,
          ofPadded / realShare);
    }
  }

  private static String peerColumns(String millis, String ratio, String peer) {
    return String.format(Locale.ROOT, " %9s %6s  %s", millis, ratio, peer);
  }

  /** Four digits that matter: a step takes milliseconds, a character microseconds. */
  private static String milliseconds(double value) {
    return number(value < 1 ? "%.5f" : "%.3f", value);
  }

  private static String number(String format, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
