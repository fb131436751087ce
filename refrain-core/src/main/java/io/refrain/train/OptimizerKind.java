package io.refrain.train;

import io.refrain.nn.Parameter;
import io.refrain.optim.Adam;
import io.refrain.optim.Optimizer;
import io.refrain.optim.Sgd;
import java.util.Arrays;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** The optimizers a run can be configured with, by their names. */
public enum OptimizerKind {
  /** Stochastic gradient descent. */
  SGD("sgd"),
  /** Adam with PyTorch's defaults. */
  ADAM("adam"),
  /** AdamW with PyTorch's defaults. */
  ADAMW("adamw");

  private final String label;

  OptimizerKind(String label) {
    this.label = label;
  }

  /** Its name on the command line and in a configuration. */
  public String label() {
    return label;
  }

  /** The kind of a name. */
  public static OptimizerKind of(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label.equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown optimizer \"%s\"; known are %s"
                    .formatted(
                        label,
                        Arrays.stream(values())
                            .map(OptimizerKind::label)
                            .collect(Collectors.joining(", ")))));
  }

  /** Values that it keeps for every weight. */
  int moments() {
    return this == SGD ? 0 : 2;
  }

  Optimizer create(SequencedMap<String, Parameter> parameters) {
    return switch (this) {
      case SGD -> new Sgd(parameters);
      case ADAM -> new Adam(parameters, Adam.Options.adam());
      case ADAMW -> new Adam(parameters, Adam.Options.adamW());
    };
  }
}
