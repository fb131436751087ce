package io.refrain.cli;

import static io.refrain.cli.OptionCheck.or;

import io.refrain.model.CellKind;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.LanguageModelRegularization;
import io.refrain.nn.recurrent.Regularization;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what the model is, and what keeps it from learning its text by heart. */
final class ModelOptions {
  private static final List<String> CELLS =
      List.of("rnn", "lstm", "gru", "layer-norm-lstm", "layer-norm-gru", "min-gru", "min-lstm");

  @Option(
      names = "--cell",
      paramLabel = "NAME",
      description =
          "The recurrent cell: rnn, lstm, gru, layer-norm-lstm, layer-norm-gru, min-gru or"
              + " min-lstm (default: ${DEFAULT-VALUE}).")
  private String cell;

  @Option(
      names = "--nonlinearity",
      paramLabel = "NAME",
      description = "Of the cell rnn: tanh or relu (default: tanh).")
  private @Nullable String nonlinearity;

  @Option(
      names = "--hidden",
      paramLabel = "N",
      description = "Size of the hidden state (default: ${DEFAULT-VALUE}).")
  private int hidden;

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Recurrent layers (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--embedding",
      paramLabel = "N",
      description = "Size of a token's embedding; 0: one-hot vectors (default: ${DEFAULT-VALUE}).")
  private int embedding;

  @Option(
      names = "--tied",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description =
          "Let the output layer share the embedding's weights; the last layer is as wide as it.")
  private boolean tied;

  @Mixin private OutputOptions output;

  @Option(
      names = "--residual",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Let every recurrent layer but the first add its input to its output.")
  private boolean residual;

  @Option(
      names = "--dropout",
      paramLabel = "P",
      defaultValue = "0",
      description =
          "Probability that a value is left out on its way between recurrent layers and to the"
              + " output, and from an embedding (default: 0).")
  private double dropout;

  @Option(
      names = "--input-dropout",
      paramLabel = "P",
      description = "The same from the embedding alone (default: that of --dropout).")
  private @Nullable Double inputDropout;

  @Option(
      names = "--output-dropout",
      paramLabel = "P",
      description = "The same to the output alone (default: that of --dropout).")
  private @Nullable Double outputDropout;

  @Option(
      names = "--locked",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description = "Leave out the same values at every time step of a batch.")
  private boolean locked;

  @Option(
      names = "--embedding-dropout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Probability that a token's embedding is left out of a batch (default: 0).")
  private double embeddingDropout;

  @Option(
      names = "--weight-drop",
      paramLabel = "P",
      description =
          "Probability that a weight between hidden states is left out of a batch (default: 0).")
  private @Nullable Double weightDrop;

  @Option(
      names = "--zoneout",
      paramLabel = "P",
      defaultValue = "0",
      description = "Probability that a value of the hidden state stays as it was (default: 0).")
  private double zoneout;

  @Option(
      names = "--zoneout-cell",
      paramLabel = "P",
      description = "The same of an LSTM's cell state (default: 0).")
  private @Nullable Double zoneoutCell;

  @Option(
      names = "--activation-penalty",
      paramLabel = "X",
      defaultValue = "0",
      description = "Weight of the mean square of the last layer's output (default: 0).")
  private double activationPenalty;

  @Option(
      names = "--temporal-penalty",
      paramLabel = "X",
      defaultValue = "0",
      description = "Weight of the mean square of its change between time steps (default: 0).")
  private double temporalPenalty;

  private static final String CHOICE = "--cell";
  private static final int MOST_KINDS = Integer.MAX_VALUE;

  /**
   * Demands that every value makes sense, before a text is read; the message names its option.
   *
   * @param steps time steps of a batch
   */
  void requireRanges(OptionCheck check, int steps) {
    check.atLeast(1, "--hidden", hidden);
    check.atLeast(1, "--layers", layers);
    check.atLeast(0, "--embedding", embedding);
    share(check, "--dropout", dropout);
    share(check, "--input-dropout", inputDropout);
    share(check, "--output-dropout", outputDropout);
    share(check, "--embedding-dropout", embeddingDropout);
    share(check, "--weight-drop", weightDrop);
    share(check, "--zoneout", zoneout);
    share(check, "--zoneout-cell", zoneoutCell);
    penalty(check, "--activation-penalty", activationPenalty);
    penalty(check, "--temporal-penalty", temporalPenalty);
    cellKind(check);
    requireFitting(check);
    requireUse(check, steps);
    if (embedding == 0) {
      needsEmbedding(check, "--tied", tied);
      needsEmbedding(check, "--embedding-dropout", embeddingDropout > 0);
      needsEmbedding(check, "--input-dropout", inputDropout != null && inputDropout > 0);
    }
    output.requireRanges(check, tied);
    // more kinds of tokens than a text has, which is not read yet: then their number is checked
    config(check, MOST_KINDS);
  }

  /** Whether the smaller ids must be those of the more frequent tokens. */
  boolean takesIdsForRanks() {
    return output.takesIdsForRanks();
  }

  /** Refuses what the chosen cell has no use for. */
  private void requireFitting(OptionCheck check) {
    weightDrop =
        check.fitting(
            "--weight-drop",
            weightDrop,
            CHOICE,
            cell,
            List.of("rnn", "lstm", "gru", "layer-norm-lstm", "layer-norm-gru"));
    zoneoutCell =
        check.fitting(
            "--zoneout-cell", zoneoutCell, CHOICE, cell, List.of("lstm", "layer-norm-lstm"));
  }

  /** Refuses what would do nothing. */
  private void requireUse(OptionCheck check, int steps) {
    boolean drops =
        (layers > 1 && dropout > 0)
            || or(outputDropout, dropout) > 0
            || (embedding > 0 && or(inputDropout, dropout) > 0);
    needs(check, "--locked", locked && !drops, "a dropout: give --dropout too");
    needs(check, "--dropout", dropout > 0 && !drops, "--layers 2 or more");
    needs(check, "--residual", residual && layers < 2, "--layers 2 or more");
    needs(check, "--temporal-penalty", temporalPenalty > 0 && steps < 2, "--steps 2 or more");
    boolean narrow = tied && layers == 1 && embedding > 0 && hidden != embedding;
    if (narrow && check.isGiven("--hidden")) {
      throw new IllegalArgumentException(
          "--hidden does nothing with %s and one layer, which is as wide as the embedding:"
                  .formatted(check.name("--tied"))
              + " leave it out, or give --layers 2");
    }
  }

  private static void needs(OptionCheck check, String option, boolean useless, String what) {
    if (useless) {
      throw new IllegalArgumentException(
          "%s needs %s, or leave it out".formatted(check.name(option), what));
    }
  }

  private static void penalty(OptionCheck check, String option, double value) {
    check.require(value >= 0 && Double.isFinite(value), option, "at least 0 and finite", value);
  }

  private static void share(OptionCheck check, String option, @Nullable Double value) {
    if (value != null) {
      check.require(value >= 0 && value <= 1, option, "between 0 and 1", value);
    }
  }

  private static void needsEmbedding(OptionCheck check, String option, boolean asked) {
    if (asked) {
      throw new IllegalArgumentException(
          check.name(option) + " needs an embedding: give its size with --embedding");
    }
  }

  private CellKind cellKind(OptionCheck check) {
    if (!CELLS.contains(cell)) {
      throw new IllegalArgumentException(
          "%s must be one of %s, but is \"%s\""
              .formatted(check.name(CHOICE), String.join(", ", CELLS), cell));
    }
    String chosen = check.fitting("--nonlinearity", nonlinearity, CHOICE, cell, List.of("rnn"));
    if (!cell.equals("rnn")) {
      return CellKind.of(cell);
    }
    return chosen == null || check.choose("--nonlinearity", chosen, "tanh", "relu")
        ? CellKind.RNN_TANH
        : CellKind.RNN_RELU;
  }

  /** What the options come to, for so many kinds of tokens. */
  LanguageModelConfig config(OptionCheck check, int vocabulary) {
    Regularization layersOwn =
        new Regularization(dropout, locked, or(weightDrop, 0.0), zoneout, or(zoneoutCell, 0.0));
    output.requireVocabulary(check, vocabulary);
    return new LanguageModelConfig(
        vocabulary,
        embedding,
        cellKind(check),
        hidden,
        layers,
        tied,
        residual,
        new LanguageModelRegularization(
            embeddingDropout,
            embedding == 0 ? 0 : or(inputDropout, dropout),
            or(outputDropout, dropout),
            layersOwn,
            activationPenalty,
            temporalPenalty),
        output.config());
  }
}
