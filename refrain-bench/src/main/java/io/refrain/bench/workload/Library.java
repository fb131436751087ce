package io.refrain.bench.workload;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Who takes part in a race. */
public enum Library {
  /** Refrain on the work that its own result is compared with. */
  REFRAIN("refrain"),
  /** libtorch's C++ interface. */
  LIBTORCH("libtorch"),
  /** Deep Java Library on PyTorch. */
  DJL("djl"),
  /** Eclipse Deeplearning4j on its own native kernels. */
  DL4J("dl4j"),
  /** jtokkit, which knows tokens only. */
  JTOKKIT("jtokkit");

  /** All but Refrain. */
  public static final Set<Library> PEERS = Set.copyOf(EnumSet.complementOf(EnumSet.of(REFRAIN)));

  private final String label;

  Library(String label) {
    this.label = label;
  }

  /**
   * Returns its name on the command line and in results.
   *
   * @return the name in lower case
   */
  public String label() {
    return label;
  }

  /**
   * Finds a library by its name.
   *
   * @param label the name
   * @return the library
   * @throws IllegalArgumentException if there is none of that name
   */
  public static Library named(String label) {
    return Arrays.stream(values())
        .filter(library -> library.label.equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "There is no library '%s'; choose one of %s."
                    .formatted(label, Arrays.stream(values()).map(Library::label).toList())));
  }

  /**
   * Returns the ways in which this library does some work, the plainest first.
   *
   * @param workload the work
   * @return none if it cannot do it
   */
  public List<PeerVariant> variants(Workload workload) {
    return switch (this) {
      case REFRAIN -> List.of(PeerVariant.ITSELF);
      case LIBTORCH -> libtorch(workload);
      case DJL -> djl(workload);
      case DL4J -> dl4j(workload);
      case JTOKKIT -> workload instanceof TokenEncoding ? List.of(PeerVariant.ENCODER) : List.of();
    };
  }

  private static List<PeerVariant> libtorch(Workload workload) {
    return switch (workload) {
      case LanguageWorkload language when !language.model().cell().readsItsState() -> List.of();
      case LanguageWorkload language ->
          language.model().embedded()
              ? List.of(PeerVariant.EMBEDDING)
              : List.of(PeerVariant.ONE_HOT, PeerVariant.GATHER);
      case SequenceInference _ -> List.of(PeerVariant.LAYER, PeerVariant.BY_HAND);
      case RaggedPass _ -> List.of(PeerVariant.PACKED);
      case PaddedPass _ -> List.of(PeerVariant.PADDED);
      case OutputPass output ->
          switch (output.kind()) {
            case FULL -> List.of(PeerVariant.FULL_SOFTMAX);
            case ADAPTIVE -> List.of(PeerVariant.ADAPTIVE_SOFTMAX);
            case SAMPLED -> List.of(); // it has none
          };
      case TokenizerWorkload _ -> List.of();
    };
  }

  private static List<PeerVariant> djl(Workload workload) {
    return switch (workload) {
      case LanguageWorkload language when !language.model().cell().readsItsState() -> List.of();
      case LanguageWorkload language ->
          List.of(language.model().embedded() ? PeerVariant.EMBEDDING : PeerVariant.ONE_HOT);
      case SequenceInference _ -> List.of(PeerVariant.LAYER);
      case RaggedPass _ -> List.of(); // it has no form for sequences of different lengths
      case PaddedPass _ -> List.of(PeerVariant.PADDED);
      case OutputPass _ -> List.of(); // its full one is libtorch's, and it has no other
      case TokenizerWorkload _ -> List.of();
    };
  }

  /** Its LSTM, with one bias in place of two: the same work under plain gradient descent only. */
  private static List<PeerVariant> dl4j(Workload workload) {
    return switch (workload) {
      case TrainingStep step ->
          step.model().cell() == CellKind.LSTM && step.update() == Update.SGD
              ? List.of(PeerVariant.ONE_HOT)
              : List.of();
      case Generation generation ->
          generation.model().cell() == CellKind.LSTM ? List.of(PeerVariant.ONE_HOT) : List.of();
      case SequenceInference _ -> List.of(PeerVariant.LAYER);
      case RaggedPass _, PaddedPass _, OutputPass _, TokenizerWorkload _ -> List.of();
    };
  }
}
