package io.refrain.bench;

import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One way to run one peer: who knows which is the fastest on this machine, so all are tried.
 *
 * @param library the peer
 * @param path how tokens enter it
 * @param threads its own threads
 * @param kernels which kernels OpenBLAS is told to use
 */
record PeerSetting(Library library, InputPath path, int threads, OpenBlasKernels kernels) {

  /** The peers. */
  enum Library {
    LIBTORCH("libtorch"),
    DJL("djl");

    private final String option;

    Library(String option) {
      this.option = option;
    }

    /** Its name on PeerMain's command line and in results. */
    String option() {
      return option;
    }

    private List<InputPath> paths(Workload workload) {
      if (workload.embedded()) {
        return List.of(InputPath.EMBEDDING);
      }
      return switch (this) {
        case LIBTORCH -> List.of(InputPath.ONE_HOT, InputPath.GATHER);
        case DJL -> List.of(InputPath.ONE_HOT);
      };
    }
  }

  /** Where OpenBLAS is older than the processor, it takes kernels of a lesser one. */
  enum OpenBlasKernels {
    CHOSEN_BY_ITSELF,
    SKYLAKEX
  }

  private static final int MOST_THREADS_TRIED_ANYWAY = 2;

  /**
   * The settings worth trying, in the order in which they take their turns.
   *
   * @param threads as many as Refrain uses, which are tried besides one and two
   */
  static List<PeerSetting> of(Workload workload, int threads, Machine machine) {
    SortedSet<Integer> threadCounts = new TreeSet<>(List.of(1, threads));
    threadCounts.add(Math.min(MOST_THREADS_TRIED_ANYWAY, machine.processors()));
    List<PeerSetting> settings = new ArrayList<>();
    for (Library library : Library.values()) {
      for (InputPath path : library.paths(workload)) {
        for (int count : threadCounts) {
          settings.add(new PeerSetting(library, path, count, OpenBlasKernels.CHOSEN_BY_ITSELF));
          if (library == Library.LIBTORCH && machine.hasAvx512()) {
            settings.add(new PeerSetting(library, path, count, OpenBlasKernels.SKYLAKEX));
          }
        }
      }
    }
    return settings;
  }

  /** Arguments of PeerMain. */
  List<String> arguments(Workload workload) {
    return List.of(
        "--peer",
        library.option(),
        "--case",
        workload.name(),
        "--variant",
        path.label(),
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
            path.label(),
            threads,
            threads == 1 ? "" : "s",
            kernels == OpenBlasKernels.SKYLAKEX ? ", OPENBLAS_CORETYPE=SKYLAKEX" : "");
  }
}
