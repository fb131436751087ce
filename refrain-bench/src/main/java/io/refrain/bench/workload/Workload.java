package io.refrain.bench.workload;

import java.util.List;
import java.util.stream.Stream;

/**
 * Something to do over and over again: sizes, and what one unit of the work is. Each kind of work
 * is a type; {@link #named} knows all that is measured.
 */
public sealed interface Workload
    permits LanguageWorkload,
        SequenceInference,
        RaggedPass,
        PaddedPass,
        OutputPass,
        TokenizerWorkload {

  /**
   * Returns the name by which processes tell each other what to do.
   *
   * @return the name
   */
  String name();

  /**
   * Returns other work that is done in turns with this, by Refrain as well as by its peers.
   *
   * @return nothing for most
   */
  default List<Workload> rivals() {
    return List.of();
  }

  /**
   * Says whether the time of each unit counts, and not only the mean of many.
   *
   * @return true where a slow unit is somebody's slow answer
   */
  default boolean timesEachUnit() {
    return false;
  }

  /**
   * Finds a workload by its name.
   *
   * @param name for example {@code rnn-notebook}
   * @return the workload
   * @throws IllegalArgumentException if there is none of that name
   */
  static Workload named(String name) {
    return Workloads.ALL.stream()
        .flatMap(workload -> Stream.concat(Stream.of(workload), workload.rivals().stream()))
        .filter(workload -> workload.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "There is no workload '%s'; choose one of %s."
                    .formatted(name, Workloads.ALL.stream().map(Workload::name).toList())));
  }
}
