package io.refrain.bench;

import io.refrain.bench.workload.Workload;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a race measured.
 *
 * @param workload what was done
 * @param threads how many threads of Refrain worked
 * @param kernels Refrain's, for people
 * @param millis Refrain's median time of a unit
 * @param bytes median of what all threads of Refrain together allocated for a unit
 * @param peak median FMA peak of as many threads in GFLOP/s; NaN without the Vector API
 * @param peers in the order of their turns; empty when Refrain ran alone
 */
record RaceResult(
    Workload workload,
    int threads,
    String kernels,
    double millis,
    double bytes,
    double peak,
    List<PeerResult> peers) {

  /**
   * How one setting of a peer did.
   *
   * @param name library and version
   * @param setting how it ran
   * @param millis median time of a unit; NaN when it was left out
   * @param leftOut why; null when it ran to the end
   */
  record PeerResult(String name, PeerSetting setting, double millis, @Nullable String leftOut) {
    boolean finished() {
      return leftOut == null;
    }
  }

  private static final double MILLIS_TO_GIGA = 1e6;

  /** Useful floating-point operations a nanosecond. */
  double gigaflops() {
    return UsefulWork.operations(workload) / (millis * MILLIS_TO_GIGA);
  }

  /** Of the peak; NaN when that was not measured. */
  double peakFraction() {
    return gigaflops() / peak;
  }

  /** How many times as long the peer takes; NaN when it was left out. */
  double ratio(PeerResult peer) {
    return peer.millis() / millis;
  }

  /** The settings that a row compares with. */
  List<PeerResult> peers(Comparison comparison) {
    return peers.stream()
        .filter(peer -> comparison.paths().contains(peer.setting().path()))
        .toList();
  }

  /** The fastest of them that ran to the end. */
  Optional<PeerResult> best(Comparison comparison) {
    return peers(comparison).stream()
        .filter(PeerResult::finished)
        .min(Comparator.comparingDouble(PeerResult::millis));
  }
}
