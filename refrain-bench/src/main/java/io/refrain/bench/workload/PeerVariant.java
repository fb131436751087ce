package io.refrain.bench.workload;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The ways in which a competitor may do a case: faster or slower, never other work. */
public enum PeerVariant {
  /** Token indices as one-hot rows, made in every step and multiplied by the first {@code W_ih}. */
  ONE_HOT("one-hot"),

  /**
   * Token indices gather rows of the transposed first {@code W_ih}: the same model and the same
   * numbers as {@link #ONE_HOT} without the product. No library has a layer for it, so that the
   * time steps are written out in its operations.
   */
  GATHER("gather"),

  /**
   * Token indices go through an embedding that is as wide as the hidden state, in front of the
   * library's recurrent layer. This model has one weight matrix more than {@link #ONE_HOT}.
   */
  EMBEDDING("embedding"),

  /** Vectors go into the library's recurrent layer. */
  LAYER("layer"),

  /** Vectors go into time steps that are written out in the library's operations. */
  BY_HAND("by hand"),

  /** Sequences of different lengths in the library's own form for them. */
  PACKED("packed"),

  /** Sequences of different lengths padded to the longest. */
  PADDED("padded"),

  /** The library's linear layer and softmax over all words. */
  FULL_SOFTMAX("full"),

  /** The library's adaptive softmax. */
  ADAPTIVE_SOFTMAX("adaptive"),
  /** Text goes into the library's encoder. */
  ENCODER("encoder"),

  /** Refrain itself on other work, which a case is compared with. */
  ITSELF("itself");

  private final String label;

  PeerVariant(String label) {
    this.label = label;
  }

  /**
   * Returns the name on the command line and in results.
   *
   * @return the name, for example {@code one-hot}
   */
  public String label() {
    return label;
  }

  /**
   * Finds a variant by its name.
   *
   * @param label the name
   * @return the variant
   * @throws IllegalArgumentException if there is none of that name
   */
  public static PeerVariant named(String label) {
    for (PeerVariant variant : values()) {
      if (variant.label.equals(label)) {
        return variant;
      }
    }
    throw new IllegalArgumentException(
        "There is no variant '%s'; choose one of %s."
            .formatted(
                label,
                Arrays.stream(values()).map(PeerVariant::label).collect(Collectors.joining(", "))));
  }
}
