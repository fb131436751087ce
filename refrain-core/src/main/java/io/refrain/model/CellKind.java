package io.refrain.model;

import io.refrain.nn.recurrent.Cell;
import io.refrain.nn.recurrent.ElmanCell;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The cells a model can be configured with, by the names of command line and configuration. */
public enum CellKind {
  /** Elman's cell with tanh. */
  RNN_TANH("rnn-tanh"),
  /** Elman's cell with relu. */
  RNN_RELU("rnn-relu");

  private final String label;

  CellKind(String label) {
    this.label = label;
  }

  /** Its name in a configuration. */
  public String label() {
    return label;
  }

  /** Its equations. */
  public Cell cell() {
    return switch (this) {
      case RNN_TANH -> new ElmanCell(ElmanCell.Nonlinearity.TANH);
      case RNN_RELU -> new ElmanCell(ElmanCell.Nonlinearity.RELU);
    };
  }

  /** The kind of a name. */
  public static CellKind of(String label) {
    return Arrays.stream(values())
        .filter(kind -> kind.label.equals(label))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown cell \"%s\"; known are %s"
                    .formatted(
                        label,
                        Arrays.stream(values())
                            .map(CellKind::label)
                            .collect(Collectors.joining(", ")))));
  }
}
