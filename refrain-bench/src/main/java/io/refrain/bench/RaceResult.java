package io.refrain.bench;

import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.PaddedPass;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.Workload;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a race measured.
 *
 * @param workload what was done
 * @param threads how many threads of Refrain worked
 * @param kernels Refrain's, for people
 * @param times Refrain's
 * @param bytes median of what all threads of Refrain together allocated for a unit
 * @param peak median FMA peak of as many threads in GFLOP/s; NaN without the Vector API
 * @param leftOut why Refrain did not run; null when it did
 * @param peers in the order of their turns, first Refrain itself on rival work
 */
record RaceResult(
    Workload workload,
    int threads,
    String kernels,
    Times times,
    double bytes,
    double peak,
    @Nullable String leftOut,
    List<PeerResult> peers) {

  /**
   * Milliseconds a unit.
   *
   * @param median NaN when nothing was measured
   * @param p99 what 99 of 100 units do not exceed; NaN where units are not timed one by one
   */
  record Times(double median, double p99) {
    /** Nothing measured. */
    static final Times NONE = new Times(Double.NaN, Double.NaN);

    /** How many times the median the slow units take. */
    double tail() {
      return p99 / median;
    }
  }

  /**
   * How one setting did.
   *
   * @param name library and version
   * @param setting how it ran
   * @param times none when it was left out
   * @param leftOut why; null when it ran to the end
   */
  record PeerResult(String name, PeerSetting setting, Times times, @Nullable String leftOut) {
    boolean finished() {
      return leftOut == null;
    }

    /** Median milliseconds a unit. */
    double millis() {
      return times.median();
    }
  }

  private static final double MILLIS_TO_GIGA = 1e6;

  /** Refrain's median milliseconds a unit. */
  double millis() {
    return times.median();
  }

  /** Useful floating-point operations a nanosecond. */
  double gigaflops() {
    return UsefulWork.operations(workload) / (millis() * MILLIS_TO_GIGA);
  }

  /** Of the peak; NaN when that was not measured. */
  double peakFraction() {
    return gigaflops() / peak;
  }

  /** How many times as long the peer takes; NaN when it was left out. */
  double ratio(PeerResult peer) {
    return peer.millis() / millis();
  }

  /** The settings that a row compares with. */
  List<PeerResult> peers(Comparison comparison) {
    return peers.stream().filter(peer -> comparison.includes(peer.setting())).toList();
  }

  /** The fastest of them that ran to the end. */
  Optional<PeerResult> best(Comparison comparison) {
    return best(peer -> comparison.includes(peer.setting()));
  }

  /** The share of real time steps in a ragged batch; NaN for other work. */
  double realShare() {
    return workload instanceof RaggedPass ragged
        ? FloatSequences.of(ragged).realShare()
        : Double.NaN;
  }

  /** Refrain's time of the ragged batch over its own of the padded one; NaN for other work. */
  double ofPadded() {
    return millis() / padded(Library.REFRAIN);
  }

  /** The same of a library, each in its best setting. */
  double ofPadded(Library library) {
    double ragged =
        best(peer ->
                peer.setting().library() == library
                    && peer.setting().workload() instanceof RaggedPass)
            .map(PeerResult::millis)
            .orElse(Double.NaN);
    return ragged / padded(library);
  }

  private double padded(Library library) {
    return best(peer ->
            peer.setting().library() == library && peer.setting().workload() instanceof PaddedPass)
        .map(PeerResult::millis)
        .orElse(Double.NaN);
  }

  private Optional<PeerResult> best(Predicate<PeerResult> wanted) {
    return peers.stream()
        .filter(PeerResult::finished)
        .filter(wanted)
        .min(Comparator.comparingDouble(PeerResult::millis));
  }
}
