package io.refrain.bench;

import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One row of the results: Refrain on a workload, against the best of some ways to run a peer on it.
 *
 * @param caseName the case on the command line
 * @param workload what is done
 * @param variant what the row says of the peer's model, beside the case
 * @param paths the ways that compete for the place of the best peer
 */
record Comparison(String caseName, Workload workload, String variant, Set<InputPath> paths) {

  /** Every row there is, in the order of the results. */
  static final List<Comparison> ALL =
      List.of(
          of("rnn-notebook", "rnn-notebook", "any", InputPath.ONE_HOT, InputPath.GATHER),
          of("generate-rnn", "generate-rnn", "layer", InputPath.ONE_HOT),
          of("generate-rnn", "generate-rnn", "gather", InputPath.GATHER),
          of("rnn-word", "rnn-word", "one-hot", InputPath.ONE_HOT),
          of("rnn-word", "rnn-word", "gather", InputPath.GATHER),
          of("rnn-word", "rnn-word-embedding", "embedding", InputPath.EMBEDDING));

  private static Comparison of(
      String caseName, String workload, String variant, InputPath... paths) {
    return new Comparison(caseName, Workload.named(workload), variant, Set.of(paths));
  }

  /** The names that the command line knows. */
  static List<String> caseNames() {
    return ALL.stream().map(Comparison::caseName).distinct().toList();
  }

  /** The rows of some cases. */
  static List<Comparison> of(List<String> caseNames) {
    return ALL.stream()
        .filter(comparison -> caseNames.contains(comparison.caseName))
        .collect(Collectors.toList());
  }
}
