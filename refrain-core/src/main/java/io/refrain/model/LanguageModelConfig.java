package io.refrain.model;

import io.refrain.nn.Sizes;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The shape of a language model.
 *
 * @param vocabulary how many tokens there are
 * @param embedding values in a token's embedding; 0 feeds the recurrent layers with one-hot
 *     vectors, as the notebook does
 * @param cell the equations of the recurrent layers
 * @param hidden values in a hidden state
 * @param layers recurrent layers one above the other
 */
public record LanguageModelConfig(
    int vocabulary, int embedding, CellKind cell, int hidden, int layers) {
  private static final int MAXIMUM = 1 << 24;

  /** Checks the sizes. */
  public LanguageModelConfig {
    Sizes.positive("vocabulary size", vocabulary);
    Sizes.positive("hidden size", hidden);
    Sizes.positive("number of layers", layers);
    if (embedding < 0) {
      throw new IllegalArgumentException(
          "embedding size must be at least 0 (0: one-hot vectors), but is " + embedding);
    }
  }

  /** As it stands in {@code config.json}. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("vocabulary", vocabulary);
    json.put("embedding", embedding);
    json.put("cell", cell.label());
    json.put("hidden", hidden);
    json.put("layers", layers);
    return json;
  }

  /** The opposite of {@link #toJson}; every defect is named. */
  public static LanguageModelConfig fromJson(JsonObject json) throws JsonException {
    json.requireOnly(Set.of("vocabulary", "embedding", "cell", "hidden", "layers"));
    return new LanguageModelConfig(
        json.wholeNumber("vocabulary", 1, MAXIMUM),
        json.wholeNumber("embedding", 0, MAXIMUM),
        CellKind.of(json.string("cell")),
        json.wholeNumber("hidden", 1, MAXIMUM),
        json.wholeNumber("layers", 1, 1024));
  }
}
