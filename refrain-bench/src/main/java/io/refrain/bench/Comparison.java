package io.refrain.bench;

import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.Workload;
import java.util.List;
import java.util.Set;

/**
 * One row of the results: Refrain on a workload, against the best of some who do it or a rival.
 *
 * @param caseName the case on the command line
 * @param workload what Refrain does
 * @param variant what the row says of the others, beside the case
 * @param libraries those that compete for the place of the best
 * @param variants the ways in which they may do it
 */
record Comparison(
    String caseName,
    Workload workload,
    String variant,
    Set<Library> libraries,
    Set<PeerVariant> variants) {

  /** Every row there is, in the order of the results. */
  static final List<Comparison> ALL =
      List.of(
          anyInput("rnn-notebook"),
          withPeers("generate-rnn", "generate-rnn", "layer", PeerVariant.ONE_HOT),
          withPeers("generate-rnn", "generate-rnn", "gather", PeerVariant.GATHER),
          withPeers("rnn-word", "rnn-word", "one-hot", PeerVariant.ONE_HOT),
          withPeers("rnn-word", "rnn-word", "gather", PeerVariant.GATHER),
          withPeers("rnn-word", "rnn-word-embedding", "embedding", PeerVariant.EMBEDDING),
          anyInput("lstm-256"),
          anyInput("gru-256"),
          anyInput("lstm-512x2"),
          withPeers("generate-lstm", "generate-lstm", "layer", PeerVariant.ONE_HOT),
          withPeers("generate-lstm", "generate-lstm", "gather", PeerVariant.GATHER),
          withPeers("infer-lstm", "infer-lstm", "any", PeerVariant.LAYER, PeerVariant.BY_HAND),
          withPeers("ragged-lstm", "ragged-lstm-100", "100 packed", PeerVariant.PACKED),
          withPeers("ragged-lstm", "ragged-lstm-100", "100 padded", PeerVariant.PADDED),
          withItself("ragged-lstm", "ragged-lstm-100", "100 itself"),
          withPeers("ragged-lstm", "ragged-lstm-1000", "1000 packed", PeerVariant.PACKED),
          withPeers("ragged-lstm", "ragged-lstm-1000", "1000 padded", PeerVariant.PADDED),
          withItself("ragged-lstm", "ragged-lstm-1000", "1000 itself"),
          withPeers("min-gru", "min-gru", "gru", PeerVariant.ONE_HOT, PeerVariant.GATHER),
          withItself("min-gru", "min-gru", "own gru"),
          softmax("full", PeerVariant.FULL_SOFTMAX),
          softmax("adaptive", PeerVariant.ADAPTIVE_SOFTMAX),
          withItself("softmax-33278", "softmax-33278-adaptive", "own full"),
          withItself("softmax-33278", "softmax-33278-sampled", "sampled"),
          withPeers("bpe-encode", "bpe-encode-cl100k", "cl100k", PeerVariant.ENCODER),
          withPeers("bpe-encode", "bpe-encode-o200k", "o200k", PeerVariant.ENCODER),
          alone("bpe-train"));

  private static Comparison softmax(String kind, PeerVariant variant) {
    return withPeers("softmax-33278", "softmax-33278-" + kind, kind, variant);
  }

  private static Comparison anyInput(String name) {
    return withPeers(name, name, "any", PeerVariant.ONE_HOT, PeerVariant.GATHER);
  }

  private static Comparison withPeers(
      String caseName, String workload, String variant, PeerVariant... variants) {
    return new Comparison(
        caseName, Workload.named(workload), variant, Library.PEERS, Set.of(variants));
  }

  private static Comparison withItself(String caseName, String workload, String variant) {
    return new Comparison(
        caseName,
        Workload.named(workload),
        variant,
        Set.of(Library.REFRAIN),
        Set.of(PeerVariant.ITSELF));
  }

  private static Comparison alone(String name) {
    return new Comparison(name, Workload.named(name), "alone", Set.of(), Set.of());
  }

  /** The names that the command line knows. */
  static List<String> caseNames() {
    return ALL.stream().map(Comparison::caseName).distinct().toList();
  }

  /** The rows of some cases. */
  static List<Comparison> of(List<String> caseNames) {
    return ALL.stream().filter(comparison -> caseNames.contains(comparison.caseName)).toList();
  }

  /** Whether there is anybody to compare with. */
  boolean isAlone() {
    return libraries.isEmpty();
  }

  /** Whether the row compares Refrain with Refrain, which needs no peers. */
  boolean isWithItself() {
    return libraries.contains(Library.REFRAIN);
  }

  /** Whether a setting competes for this row. */
  boolean includes(PeerSetting setting) {
    return libraries.contains(setting.library()) && variants.contains(setting.variant());
  }
}
