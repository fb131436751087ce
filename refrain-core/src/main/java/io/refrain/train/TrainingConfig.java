package io.refrain.train;

import io.refrain.data.BatchSampler;
import io.refrain.data.RandomSampling;
import io.refrain.data.SequentialPartition;
import io.refrain.nn.Sizes;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * How a model is trained.
 *
 * @param batch sequences side by side
 * @param steps time steps between two updates: the reach of back-propagation
 * @param partition how sequences are taken from the text
 * @param carryState whether a batch goes on from the state of the one before; needs a sequential
 *     partition
 * @param epochs passes over the text, at most; {@link Integer#MAX_VALUE} for no limit
 * @param minutes time to train, at most, counted from where it was last up, or from the beginning,
 *     over all calls of the trainer; infinite for no limit
 * @param optimizer how gradients change weights
 * @param learningRate its rate
 * @param clip the longest that all gradients together may be; infinite for no limit
 * @param evaluateEvery updates between two validations; 0 for one an epoch
 * @param patience validations without a better result before training stops; 0 for never
 * @param seed of everything random
 */
public record TrainingConfig(
    int batch,
    int steps,
    Partition partition,
    boolean carryState,
    int epochs,
    double minutes,
    OptimizerKind optimizer,
    double learningRate,
    double clip,
    int evaluateEvery,
    int patience,
    long seed) {
  private static final Set<String> KEYS =
      Set.of(
          "batch",
          "steps",
          "partition",
          "carry_state",
          "epochs",
          "minutes",
          "optimizer",
          "learning_rate",
          "clip",
          "evaluate_every",
          "patience",
          "seed");

  /** How sequences are taken from the text. */
  public enum Partition {
    /** Rows walk through the text side by side. */
    SEQUENTIAL("sequential"),
    /** Each sequence begins anywhere. */
    RANDOM("random");

    private final String label;

    Partition(String label) {
      this.label = label;
    }

    /** Its name in a configuration. */
    public String label() {
      return label;
    }

    /** The partition of a name. */
    public static Partition of(String label) {
      for (Partition partition : values()) {
        if (partition.label.equals(label)) {
          return partition;
        }
      }
      throw new IllegalArgumentException(
          "unknown partition \"%s\"; known are sequential, random".formatted(label));
    }

    private BatchSampler sampler(int batch, int steps) {
      return switch (this) {
        case SEQUENTIAL -> new SequentialPartition(batch, steps);
        case RANDOM -> new RandomSampling(batch, steps);
      };
    }
  }

  /** Checks the ranges. */
  public TrainingConfig {
    Sizes.positive("batch size", batch);
    Sizes.positive("number of steps", steps);
    Sizes.positive("number of epochs", epochs);
    positive("minutes", minutes);
    positive("learning rate", learningRate);
    positive("clip", clip);
    if (evaluateEvery < 0 || patience < 0) {
      throw new IllegalArgumentException(
          "evaluations every %d updates with patience %d: both must be at least 0"
              .formatted(evaluateEvery, patience));
    }
    if (Double.isInfinite(learningRate)) {
      throw new IllegalArgumentException("learning rate must be finite");
    }
    if (carryState && !partition.sampler(batch, steps).rowsContinue()) {
      throw new IllegalArgumentException(
          "state can be carried between batches only when sequences follow one another:"
              + " use the sequential partition, or do not carry state");
    }
  }

  private static void positive(String name, double value) {
    if (!(value > 0)) {
      throw new IllegalArgumentException(name + " must be above 0, but is " + value);
    }
  }

  BatchSampler sampler() {
    return partition.sampler(batch, steps);
  }

  /** The same with other limits on how long to train. */
  public TrainingConfig withLimits(int otherEpochs, double otherMinutes) {
    return new TrainingConfig(
        batch,
        steps,
        partition,
        carryState,
        otherEpochs,
        otherMinutes,
        optimizer,
        learningRate,
        clip,
        evaluateEvery,
        patience,
        seed);
  }

  /** As it stands in {@code config.json}; what has no limit is left out there. */
  public Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("batch", batch);
    json.put("steps", steps);
    json.put("partition", partition.label());
    json.put("carry_state", carryState);
    if (epochs < Integer.MAX_VALUE) {
      json.put("epochs", epochs);
    }
    if (!Double.isInfinite(minutes)) {
      json.put("minutes", minutes);
    }
    json.put("optimizer", optimizer.label());
    json.put("learning_rate", learningRate);
    if (!Double.isInfinite(clip)) {
      json.put("clip", clip);
    }
    json.put("evaluate_every", evaluateEvery);
    json.put("patience", patience);
    json.put("seed", seed);
    return json;
  }

  /** The opposite of {@link #toJson}; every defect is named. */
  public static TrainingConfig fromJson(JsonObject json) throws JsonException {
    json.requireOnly(KEYS);
    return new TrainingConfig(
        json.wholeNumber("batch", 1, Integer.MAX_VALUE),
        json.wholeNumber("steps", 1, Integer.MAX_VALUE),
        Partition.of(json.string("partition")),
        json.flag("carry_state"),
        json.has("epochs") ? json.wholeNumber("epochs", 1, Integer.MAX_VALUE) : Integer.MAX_VALUE,
        json.has("minutes") ? json.number("minutes") : Double.POSITIVE_INFINITY,
        OptimizerKind.of(json.string("optimizer")),
        json.number("learning_rate"),
        json.has("clip") ? json.number("clip") : Double.POSITIVE_INFINITY,
        json.wholeNumber("evaluate_every", 0, Integer.MAX_VALUE),
        json.wholeNumber("patience", 0, Integer.MAX_VALUE),
        json.wholeNumber("seed"));
  }
}
