package io.refrain.train;

import io.refrain.optim.Clipping;
import io.refrain.optim.OptimizerConfig;
import io.refrain.optim.Plateau;
import io.refrain.optim.Schedule;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How a model is trained.
 *
 * @param batching how the text becomes batches and updates
 * @param limits when training ends
 * @param optimizer how gradients change weights
 * @param learningRate its rate, which the schedule changes
 * @param schedule how the rate changes
 * @param clipping how far gradients may reach
 * @param evaluateEvery updates between two validations; 0 for one an epoch
 * @param seed of everything random
 */
public record TrainingConfig(
    Batching batching,
    Limits limits,
    OptimizerConfig optimizer,
    double learningRate,
    Schedule schedule,
    Clipping clipping,
    int evaluateEvery,
    long seed) {
  private static final Set<String> KEYS =
      Set.of(
          "batch",
          "steps",
          "partition",
          "carry_state",
          "accumulate",
          "epochs",
          "updates",
          "minutes",
          "optimizer",
          "learning_rate",
          "schedule",
          "clip",
          "clip_value",
          "evaluate_every",
          "patience",
          "seed");

  /** Checks the ranges. */
  public TrainingConfig {
    if (!(learningRate > 0)) {
      throw new IllegalArgumentException("learning rate must be above 0, but is " + learningRate);
    }
    if (Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException("learning rate must be finite");
    }
    if (evaluateEvery < 0) {
      throw new IllegalArgumentException(
          "updates between validations must be at least 0 (0: once an epoch), but are "
              + evaluateEvery);
    }
    double minimum =
        switch (schedule) {
          case Schedule.Cosine cosine -> cosine.minimum();
          case Plateau plateau -> plateau.minimum();
          default -> 0;
        };
    if (minimum > learningRate) {
      throw new IllegalArgumentException(
          "the schedule's minimum of the rate must be at most the learning rate %s, but is %s"
              .formatted(learningRate, minimum));
    }
  }

  /** The same with other limits. */
  public TrainingConfig withLimits(Limits other) {
    return new TrainingConfig(
        batching, other, optimizer, learningRate, schedule, clipping, evaluateEvery, seed);
  }

  /** The same with another schedule. */
  public TrainingConfig withSchedule(Schedule other) {
    return new TrainingConfig(
        batching, limits, optimizer, learningRate, other, clipping, evaluateEvery, seed);
  }

  /** As it stands in {@code config.json}; what has no limit is left out there. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("batch", batching.batch());
    json.put("steps", batching.steps());
    json.put("partition", batching.partition().label());
    json.put("carry_state", batching.carryState());
    json.put("accumulate", batching.accumulate());
    if (limits.epochs() < Integer.MAX_VALUE) {
      json.put("epochs", limits.epochs());
    }
    if (limits.updates() < Long.MAX_VALUE) {
      json.put("updates", limits.updates());
    }
    putFinite(json, "minutes", limits.minutes());
    json.put("optimizer", optimizer.toJson());
    json.put("learning_rate", learningRate);
    json.put("schedule", schedule.toJson());
    putFinite(json, "clip", clipping.norm());
    putFinite(json, "clip_value", clipping.value());
    json.put("evaluate_every", evaluateEvery);
    json.put("patience", limits.patience());
    json.put("seed", seed);
    return json;
  }

  private static void putFinite(Map<String, Object> json, String key, double value) {
    if (!Double.isInfinite(value)) {
      json.put(key, value);
    }
  }

  /**
   * The opposite of {@link #toJson}; every defect is named. What runs of format 1 leave out is what
   * they did: one batch an update, a constant rate; their optimizer is a name, with PyTorch's
   * constants.
   */
  public static TrainingConfig fromJson(JsonObject json) throws JsonException {
    json.requireOnly(KEYS);
    return new TrainingConfig(
        new Batching(
            json.wholeNumber("batch", 1, Integer.MAX_VALUE),
            json.wholeNumber("steps", 1, Integer.MAX_VALUE),
            Partition.of(json.string("partition")),
            json.flag("carry_state"),
            json.has("accumulate") ? json.wholeNumber("accumulate", 1, Integer.MAX_VALUE) : 1),
        limits(json),
        json.asMap().get("optimizer") instanceof String name
            ? OptimizerConfig.of(name)
            : OptimizerConfig.fromJson(json.object("optimizer")),
        json.number("learning_rate"),
        json.has("schedule") ? Schedule.fromJson(json.object("schedule")) : new Schedule.Constant(),
        new Clipping(orInfinity(json, "clip"), orInfinity(json, "clip_value")),
        json.wholeNumber("evaluate_every", 0, Integer.MAX_VALUE),
        json.wholeNumber("seed"));
  }

  private static Limits limits(JsonObject json) throws JsonException {
    return new Limits(
        json.has("epochs") ? json.wholeNumber("epochs", 1, Integer.MAX_VALUE) : Integer.MAX_VALUE,
        json.has("updates") ? json.wholeNumber("updates") : Long.MAX_VALUE,
        orInfinity(json, "minutes"),
        json.wholeNumber("patience", 0, Integer.MAX_VALUE));
  }

  private static double orInfinity(JsonObject json, String key) throws JsonException {
    return json.has(key) ? json.number(key) : Double.POSITIVE_INFINITY;
  }
}
