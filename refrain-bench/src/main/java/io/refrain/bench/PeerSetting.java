package io.refrain.bench;

import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One way to run one of those that a workload is compared with: who knows which is the fastest on
 * this machine, so all are tried.
 *
 * @param library who
 * @param workload what it does: the race's own work, or a rival of it
 * @param variant how it does that
 * @param threads its own threads
 * @param kernels which kernels OpenBLAS is told to use
 */
record PeerSetting(
    Library library, Workload workload, PeerVariant variant, int threads, OpenBlasKernels kernels) {

  /** Where OpenBLAS is older than the processor, it takes kernels of a lesser one. */
  enum OpenBlasKernels {
    CHOSEN_BY_ITSELF,
    SKYLAKEX
  }

  private static final int MOST_THREADS_TRIED_ANYWAY = 2;

  /** Refrain itself on the rivals of a workload. */
  static List<PeerSetting> ofRefrain(Workload workload, int threads) {
    return workload.rivals().stream()
        .map(rival ->
            new PeerSetting(
                Library.REFRAIN,
                rival,
                PeerVariant.ITSELF,
                threads,
                OpenBlasKernels.CHOSEN_BY_ITSELF))
        .toList();
  }

  /**
   * The peers' settings worth trying, in the order in which they take their turns.
   *
   * @param threads as many as Refrain uses, which are tried besides one and two
   */
  static List<PeerSetting> ofPeers(Workload workload, int threads, Machine machine) {
    SortedSet<Integer> threadCounts = new TreeSet<>(List.of(1, threads));
    threadCounts.add(Math.min(MOST_THREADS_TRIED_ANYWAY, machine.processors()));
    List<PeerSetting> settings = new ArrayList<>();
    for (Library library : Library.values()) {
      if (Library.PEERS.contains(library)) {
        Stream.concat(Stream.of(workload), workload.rivals().stream())
            .forEach(work -> settings.addAll(of(library, work, threadCounts, machine)));
      }
    }
    return settings;
  }

  private static List<PeerSetting> of(
      Library library, Workload work, SortedSet<Integer> threadCounts, Machine machine) {
    List<PeerSetting> settings = new ArrayList<>();
    for (PeerVariant variant : library.variants(work)) {
      for (int count : library == Library.JTOKKIT ? List.of(1) : threadCounts) {
        settings.add(
            new PeerSetting(library, work, variant, count, OpenBlasKernels.CHOSEN_BY_ITSELF));
        if (usesOpenBlas(library) && machine.hasAvx512()) {
          settings.add(new PeerSetting(library, work, variant, count, OpenBlasKernels.SKYLAKEX));
        }
      }
    }
    return settings;
  }

  private static boolean usesOpenBlas(Library library) {
    return library == Library.LIBTORCH || library == Library.DL4J;
  }

  /** Arguments of the peer's program. */
  List<String> arguments() {
    return List.of(
        "--peer",
        library.label(),
        "--case",
        workload.name(),
        "--variant",
        variant.label(),
        "--threads",
        Integer.toString(threads));
  }

  /** Makes the environment of its process say what it must, and nothing that the caller's said. */
  void configure(Map<String, String> environment) {
    environment.remove("OPENBLAS_CORETYPE");
    if (kernels == OpenBlasKernels.SKYLAKEX) {
      environment.put("OPENBLAS_CORETYPE", kernels.name());
    }
    // OpenBLAS's own threads fight with OpenMP's over the cores, and a step can take seconds.
    environment.put("OPENBLAS_NUM_THREADS", "1");
    environment.put("OMP_NUM_THREADS", Integer.toString(threads));
    environment.put("MKL_NUM_THREADS", Integer.toString(threads));
  }

  /** All but the library, for people: {@code one-hot, 2 threads, OPENBLAS_CORETYPE=SKYLAKEX}. */
  String description() {
    return "%s, %d thread%s%s"
        .formatted(
            library == Library.REFRAIN ? workload.name() : variant.label(),
            threads,
            threads == 1 ? "" : "s",
            kernels == OpenBlasKernels.SKYLAKEX ? ", OPENBLAS_CORETYPE=SKYLAKEX" : "");
  }
}
