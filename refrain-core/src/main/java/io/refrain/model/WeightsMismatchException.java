package io.refrain.model;

import java.io.IOException;
import java.util.List;

/** A file of weights that does not fit the model. */
public final class WeightsMismatchException extends IOException {
  private static final long serialVersionUID = 1;

  WeightsMismatchException(String file, List<String> defects) {
    super("%s does not fit the model: %s".formatted(file, String.join("; ", defects)));
  }
}
