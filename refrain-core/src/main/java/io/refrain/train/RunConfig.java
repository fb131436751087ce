package io.refrain.train;

import io.refrain.data.TokenSource;
import io.refrain.model.LanguageModelConfig;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a run came to be: enough to make it again, or to go on with it.
 *
 * @param corpus the corpus as it was named: a catalogue name or a path
 * @param corpusSha1 the SHA-1 of its text in UTF-8
 * @param tokenizer how text becomes tokens: the {@link io.refrain.text.Tokenizer#kind()}
 * @param maximumTokens how many tokens of the corpus are used; 0 for all
 * @param validation what it is validated with
 * @param model the shape of the model
 * @param training how it is trained
 */
public record RunConfig(
    String corpus,
    String corpusSha1,
    String tokenizer,
    long maximumTokens,
    Validation validation,
    LanguageModelConfig model,
    TrainingConfig training) {

  /** The version of a run directory that this code writes, and the newest that it reads. */
  public static final int FORMAT = 2;

  private static final Set<String> KEYS =
      Stream.concat(
              Stream.of(
                  "format", "corpus", "corpus_sha1", "tokens", "max_tokens", "model", "training"),
              Validation.KEYS.stream())
          .collect(Collectors.toUnmodifiableSet());

  /** Checks the ranges. */
  public RunConfig {
    if (maximumTokens < 0) {
      throw new IllegalArgumentException(
          "number of tokens used must be at least 0 (0: all), but is " + maximumTokens);
    }
  }

  /** The same with another way to train. */
  public RunConfig withTraining(TrainingConfig other) {
    return new RunConfig(corpus, corpusSha1, tokenizer, maximumTokens, validation, model, other);
  }

  /** {@return the tokens of a corpus that are used} */
  public TokenSource used(TokenSource corpus) {
    return maximumTokens == 0 ? corpus : corpus.part(0, Math.min(maximumTokens, corpus.size()));
  }

  void requireMemory() {
    Batching batching = training.batching();
    model.requireMemoryToTrain(training.optimizer().moments(), batching.batch(), batching.steps());
  }

  /** As it stands in {@code config.json}. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("format", FORMAT);
    json.put("corpus", corpus);
    json.put("corpus_sha1", corpusSha1);
    json.put("tokens", tokenizer);
    json.put("max_tokens", maximumTokens);
    validation.putInto(json);
    json.put("model", model.toJson());
    json.put("training", training.toJson());
    return json;
  }

  /** The opposite of {@link #toJson}; every defect is named, a newer format first. */
  public static RunConfig fromJson(JsonObject json) throws JsonException {
    long format = json.wholeNumber("format");
    if (format > FORMAT) {
      throw new IllegalArgumentException(
          "the run was written by a newer version (format %d, this one reads up to %d): update Refrain"
              .formatted(format, FORMAT));
    }
    if (format < 1) {
      throw new IllegalArgumentException(
          "format must be from 1 to %d, but is %d".formatted(FORMAT, format));
    }
    json.requireOnly(KEYS);
    return new RunConfig(
        json.string("corpus"),
        json.string("corpus_sha1"),
        json.string("tokens"),
        json.wholeNumber("max_tokens"),
        Validation.fromJson(json),
        LanguageModelConfig.fromJson(json.object("model")),
        TrainingConfig.fromJson(json.object("training")));
  }
}
