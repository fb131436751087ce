package io.refrain.model;

import io.refrain.nn.recurrent.Cell;
import io.refrain.nn.recurrent.ElmanCell;
import io.refrain.nn.recurrent.GruCell;
import io.refrain.nn.recurrent.LayerNormGruCell;
import io.refrain.nn.recurrent.LayerNormLstmCell;
import io.refrain.nn.recurrent.LstmCell;
import io.refrain.nn.recurrent.MinGruCell;
import io.refrain.nn.recurrent.MinLstmCell;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The cells a model can be configured with, by the names of command line and configuration. */
public enum CellKind {
  /** Elman's cell with tanh. */
  RNN_TANH("rnn-tanh"),
  /** Elman's cell with relu. */
  RNN_RELU("rnn-relu"),
  /** Long short-term memory. */
  LSTM("lstm"),
  /** Gated recurrent unit. */
  GRU("gru"),
  /** Long short-term memory with layer normalization. */
  LAYER_NORM_LSTM("layer-norm-lstm"),
  /** Gated recurrent unit with layer normalization. */
  LAYER_NORM_GRU("layer-norm-gru"),
  /** Minimal gated recurrent unit, trained by a scan. */
  MIN_GRU("min-gru"),
  /** Minimal long short-term memory, trained by a scan. */
  MIN_LSTM("min-lstm");

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
      case LSTM -> new LstmCell();
      case GRU -> new GruCell();
      case LAYER_NORM_LSTM -> new LayerNormLstmCell();
      case LAYER_NORM_GRU -> new LayerNormGruCell();
      case MIN_GRU -> new MinGruCell();
      case MIN_LSTM -> new MinLstmCell();
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
