package io.refrain.model;

import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.loss.LinearCrossEntropy;
import io.refrain.loss.LogUniformSample;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a language model makes probabilities of what its last recurrent layer writes.
 *
 * <p>{@link Adaptive} and {@link Sampled} take the id of a token for its rank. Those of a counted
 * vocabulary are; of byte pairs, {@code FrequentFirst} makes them so.
 */
public sealed interface OutputConfig {

  /** The ways, as they are called on the command line and in a configuration. */
  List<String> LABELS = List.of("full", "adaptive", "sampled");

  /** A linear layer and softmax over all tokens: {@code linear.weight} and {@code linear.bias}. */
  record Full() implements OutputConfig {
    @Override
    public String label() {
      return "full";
    }

    @Override
    public Map<String, Object> constants() {
      return Map.of();
    }
  }

  /**
   * Rare tokens in clusters, {@link AdaptiveSoftmax}: {@code softmax.head.weight}, {@code
   * softmax.tail.0.0.weight}, …. It costs a fraction of the full one, in training and afterwards,
   * and is another model.
   *
   * @param options how tokens are dealt out
   */
  record Adaptive(AdaptiveSoftmax.Options options) implements OutputConfig {
    @Override
    public String label() {
      return "adaptive";
    }

    @Override
    public Map<String, Object> constants() {
      Map<String, Object> constants = new LinkedHashMap<>();
      constants.put("cutoffs", options.cutoffs());
      constants.put("div_value", options.divValue());
      constants.put("head_bias", options.headBias());
      return constants;
    }
  }

  /**
   * The model of {@link Full}, trained with a sample of the tokens at each step, {@link
   * io.refrain.loss.SampledSoftmax}; each half of a batch draws its own. All tokens count where the
   * model is measured or used.
   *
   * @param samples tokens in a sample, fewer than there are
   */
  record Sampled(int samples) implements OutputConfig {
    @Override
    public String label() {
      return "sampled";
    }

    @Override
    public Map<String, Object> constants() {
      return Map.of("samples", samples);
    }
  }

  /** Its name, one of {@link #LABELS}. */
  String label();

  /** Its constants by their names in a configuration. */
  Map<String, Object> constants();

  /**
   * Demands that it goes with a model.
   *
   * @param vocabulary how many tokens there are
   * @param width values that it reads
   * @param tied whether its weight is to be the embedding's
   */
  default void requireFitting(int vocabulary, int width, boolean tied) {
    switch (this) {
      case Full _ -> {}
      case Adaptive(AdaptiveSoftmax.Options options) -> {
        if (tied) {
          throw new IllegalArgumentException(
              "an adaptive output has no weight that an embedding could share: do not tie them, or"
                  + " use the full or the sampled output");
        }
        options.requireFitting(width, vocabulary);
      }
      case Sampled(int samples) -> LogUniformSample.requireCount(vocabulary, samples);
    }
  }

  /** How many weights it has, but for biases. */
  default double weights(int vocabulary, int width) {
    if (!(this instanceof Adaptive(AdaptiveSoftmax.Options options))) {
      return (double) vocabulary * width;
    }
    double weights = (double) options.headSize() * width;
    for (int i = 0; i < options.clusters(); i++) {
      weights += (double) options.width(width, i) * (width + options.size(vocabulary, i));
    }
    return weights;
  }

  /**
   * About how many values training holds for so many rows, but for weights and their gradients.
   *
   * @param rows of a half of a batch
   */
  default double trainingValues(long rows, int vocabulary, int width) {
    return switch (this) {
      case Full _ -> LinearCrossEntropy.values(rows, width, vocabulary);
      case Adaptive _ ->
          weights(vocabulary, width) + AdaptiveSoftmax.MOST_LOGITS + 4.0 * rows * width;
      case Sampled(int samples) -> (double) samples * (rows + 2.0 * width);
    };
  }

  /** As it stands in {@code config.json}: its name and its constants. */
  default Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("kind", label());
    json.putAll(constants());
    return json;
  }

  /** The opposite of {@link #toJson}; every defect is named. */
  static OutputConfig fromJson(JsonObject json) throws JsonException {
    String kind = json.string("kind");
    return switch (kind) {
      case "full" -> {
        json.requireOnly(Set.of("kind"));
        yield new Full();
      }
      case "adaptive" -> {
        json.requireOnly(Set.of("kind", "cutoffs", "div_value", "head_bias"));
        yield new Adaptive(
            new AdaptiveSoftmax.Options(
                cutoffs(json), json.number("div_value"), json.flag("head_bias")));
      }
      case "sampled" -> {
        json.requireOnly(Set.of("kind", "samples"));
        yield new Sampled(json.wholeNumber("samples", 1, Integer.MAX_VALUE));
      }
      default ->
          throw new IllegalArgumentException(
              "unknown output \"%s\"; known are %s".formatted(kind, String.join(", ", LABELS)));
    };
  }

  private static List<Integer> cutoffs(JsonObject json) throws JsonException {
    List<Integer> cutoffs = new ArrayList<>();
    for (@Nullable Object value : json.list("cutoffs")) {
      if (!(value instanceof Long cutoff) || cutoff < 1 || cutoff > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "cutoffs must be whole numbers from 1 on, but one is " + value);
      }
      cutoffs.add(cutoff.intValue());
    }
    return cutoffs;
  }
}
