package io.refrain.bench.workload;

import java.util.Arrays;
import java.util.stream.Collectors;

/** How token indices enter the first recurrent layer of a peer. Refrain always gathers. */
public enum InputPath {
  /** As one-hot rows, made in every step and multiplied by the first {@code W_ih}. */
  ONE_HOT("one-hot"),

  /**
   * By gathering rows of the transposed first {@code W_ih}: the same model and the same numbers as
   * {@link #ONE_HOT} without the product. No library has a layer for it, so that the first layer's
   * time steps are written out in its operations.
   */
  GATHER("gather"),

  /**
   * By an embedding that is as wide as the hidden state, in front of the library's recurrent layer.
   * This model has one weight matrix more than {@link #ONE_HOT}.
   */
  EMBEDDING("embedding");

  private final String label;

  InputPath(String label) {
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
  public static InputPath named(String label) {
    for (InputPath path : values()) {
      if (path.label.equals(label)) {
        return path;
      }
    }
    throw new IllegalArgumentException(
        "There is no variant '%s'; choose one of %s."
            .formatted(
                label,
                Arrays.stream(values()).map(InputPath::label).collect(Collectors.joining(", "))));
  }
}
