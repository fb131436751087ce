package io.refrain.model;

import io.refrain.nn.Dropout;
import io.refrain.nn.recurrent.Regularization;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What keeps a language model from learning its text by heart: the regularizers of AWD-LSTM
 * (Merity, Keskar and Socher 2018), and zoneout.
 *
 * @param embedding probability that a token's whole embedding is zero for a pass. Training passes
 *     each half of a batch by itself, so a token may be left out of one half alone; the same holds
 *     of the weights that the layers drop, and of locked masks.
 * @param input probability that a value on its way into the first layer is zero
 * @param output probability that a value on its way into the output layer is zero
 * @param layers of the recurrent layers; where its dropout is locked, input and output are too
 * @param activationPenalty weight of the mean square of the last layer's output, AR in the paper
 * @param temporalPenalty weight of the mean square of its change between time steps, TAR
 */
public record LanguageModelRegularization(
    double embedding,
    double input,
    double output,
    Regularization layers,
    double activationPenalty,
    double temporalPenalty) {

  /** Nothing at all. */
  public static final LanguageModelRegularization NONE =
      new LanguageModelRegularization(0, 0, 0, Regularization.NONE, 0, 0);

  private static final Set<String> KEYS =
      Set.of(
          "embedding_dropout",
          "input_dropout",
          "dropout",
          "output_dropout",
          "locked",
          "weight_drop",
          "zoneout_hidden",
          "zoneout_cell",
          "activation_penalty",
          "temporal_penalty");

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException when one is outside, or dropout is locked and there is none
   */
  public LanguageModelRegularization {
    Dropout.requireProbability("embedding dropout", embedding);
    Dropout.requireProbability("input dropout", input);
    Dropout.requireProbability("output dropout", output);
    requirePenalty("activation penalty", activationPenalty);
    requirePenalty("temporal activation penalty", temporalPenalty);
    if (layers.locked() && layers.dropout() == 0 && input == 0 && output == 0) {
      throw new IllegalArgumentException(
          "locked dropout needs a dropout above 0, between layers, of the input or of the output:"
              + " set one, or do not lock it");
    }
  }

  /** What happens within the recurrent layers: locked only if they drop anything themselves. */
  Regularization ofStack() {
    return layers.locked() && layers.dropout() == 0
        ? new Regularization(
            0, false, layers.weightDrop(), layers.zoneoutHidden(), layers.zoneoutCell())
        : layers;
  }

  private static void requirePenalty(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "%s must be at least 0 and finite, but is %s".formatted(name, value));
    }
  }

  /** As it stands in {@code config.json}. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("embedding_dropout", embedding);
    json.put("input_dropout", input);
    json.put("dropout", layers.dropout());
    json.put("output_dropout", output);
    json.put("locked", layers.locked());
    json.put("weight_drop", layers.weightDrop());
    json.put("zoneout_hidden", layers.zoneoutHidden());
    json.put("zoneout_cell", layers.zoneoutCell());
    json.put("activation_penalty", activationPenalty);
    json.put("temporal_penalty", temporalPenalty);
    return json;
  }

  /** The opposite of {@link #toJson}; every defect is named. */
  static LanguageModelRegularization fromJson(JsonObject json) throws JsonException {
    json.requireOnly(KEYS);
    return new LanguageModelRegularization(
        json.number("embedding_dropout"),
        json.number("input_dropout"),
        json.number("output_dropout"),
        new Regularization(
            json.number("dropout"),
            json.flag("locked"),
            json.number("weight_drop"),
            json.number("zoneout_hidden"),
            json.number("zoneout_cell")),
        json.number("activation_penalty"),
        json.number("temporal_penalty"));
  }
}
