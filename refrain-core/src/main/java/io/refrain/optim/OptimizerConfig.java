package io.refrain.optim;

import io.refrain.nn.Parameter;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/**
 * A method with its constants: what is needed to make an {@link Optimizer}. The learning rate is
 * not one of them, for it is given at every step.
 */
public sealed interface OptimizerConfig
    permits Sgd.Options, Adam.Options, RmsProp.Options, Adagrad.Options, AveragedSgd.Options {

  /** The methods, as they are called on the command line and in a configuration. */
  List<String> LABELS = List.of("sgd", "adam", "adamw", "rmsprop", "adagrad", "asgd");

  /** Its name, one of {@link #LABELS}. */
  String label();

  /** Its constants by their names in a configuration. */
  Map<String, Object> constants();

  /** Values that it keeps for every weight. */
  int moments();

  /** Makes the optimizer, its state being that before the first step. */
  Optimizer create(SequencedMap<String, Parameter> parameters);

  /**
   * The validations that {@link AveragedSgd} looks back over to begin with averaging; 0 where
   * validations change nothing.
   */
  default int nonMonotone() {
    return 0;
  }

  /**
   * A method with the constants that PyTorch gives it by default; those of averaged descent are
   * {@linkplain AveragedSgd.Options#nonMonotone(int) AWD-LSTM's}.
   *
   * @throws IllegalArgumentException when there is no such method
   */
  static OptimizerConfig of(String label) {
    return switch (label) {
      case "sgd" -> Sgd.Options.plain();
      case "adam" -> Adam.Options.adam();
      case "adamw" -> Adam.Options.adamW();
      case "rmsprop" -> RmsProp.Options.defaults();
      case "adagrad" -> Adagrad.Options.defaults();
      case "asgd" -> AveragedSgd.Options.nonMonotone(5);
      default ->
          throw new IllegalArgumentException(
              "unknown optimizer \"%s\"; known are %s".formatted(label, String.join(", ", LABELS)));
    };
  }

  /** As it stands in {@code config.json}: its name and its constants. */
  default Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", label());
    json.putAll(constants());
    return json;
  }

  /** The opposite of {@link #toJson}; every defect is named. */
  static OptimizerConfig fromJson(JsonObject json) throws JsonException {
    OptimizerConfig known = of(json.string("name"));
    json.requireOnly(Set.copyOf(known.toJson().keySet()));
    return switch (known) {
      case Sgd.Options _ ->
          new Sgd.Options(
              json.number("momentum"),
              json.number("dampening"),
              json.flag("nesterov"),
              json.number("weight_decay"));
      case Adam.Options adam ->
          new Adam.Options(
              json.number("beta1"),
              json.number("beta2"),
              json.number("epsilon"),
              json.number("weight_decay"),
              adam.decoupled());
      case RmsProp.Options _ ->
          new RmsProp.Options(
              json.number("alpha"),
              json.number("epsilon"),
              json.flag("centered"),
              json.number("momentum"),
              json.number("weight_decay"));
      case Adagrad.Options _ ->
          new Adagrad.Options(
              json.number("rate_decay"),
              json.number("epsilon"),
              json.number("initial_accumulator"),
              json.number("weight_decay"));
      case AveragedSgd.Options _ ->
          new AveragedSgd.Options(
              json.number("lambda"),
              json.number("alpha"),
              json.wholeNumber("average_after"),
              json.number("weight_decay"),
              json.wholeNumber("non_monotone", 0, Integer.MAX_VALUE));
    };
  }
}
