package io.refrain.optim;

import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How the learning rate changes while training goes on, by the closed forms of {@code
 * torch.optim.lr_scheduler} with one step of the scheduler an update. It depends on the number of
 * updates or on validations, never on the clock, so that the same seed gives the same bits.
 */
public sealed interface Schedule permits Schedule.ByUpdate, Plateau {

  /** The schedules, as they are called on the command line and in a configuration. */
  List<String> LABELS =
      List.of("constant", "step", "exponential", "cosine", "one-cycle", "plateau");

  /** Its name, one of {@link #LABELS}. */
  String label();

  /** Its constants by their names in a configuration. */
  Map<String, Object> constants();

  /** A schedule whose rate is a function of the number of updates alone. */
  sealed interface ByUpdate extends Schedule {
    /**
     * The rate of an update.
     *
     * @param learningRate the configured one
     * @param update how many updates were made before it
     */
    double rate(double learningRate, long update);
  }

  /** The configured rate throughout. */
  record Constant() implements ByUpdate {
    @Override
    public String label() {
      return "constant";
    }

    @Override
    public Map<String, Object> constants() {
      return Map.of();
    }

    @Override
    public double rate(double learningRate, long update) {
      return learningRate;
    }
  }

  /**
   * Multiplies the rate by a factor now and then, as {@code StepLR}.
   *
   * @param every updates between two falls, at least 1
   * @param factor above 0
   */
  record Step(long every, double factor) implements ByUpdate {
    /** Checks the ranges. */
    public Step {
      atLeastOne("updates between two falls of the rate", every);
      positive("factor of the rate", factor);
    }

    @Override
    public String label() {
      return "step";
    }

    @Override
    public Map<String, Object> constants() {
      return ordered("every", every, "factor", factor);
    }

    @Override
    public double rate(double learningRate, long update) {
      long falls = update / every;
      return learningRate * Math.pow(factor, (double) falls);
    }
  }

  /**
   * Multiplies the rate by a factor little by little; with {@code every} 1 it is {@code
   * ExponentialLR}.
   *
   * @param every updates in which the rate falls by the factor, at least 1
   * @param factor above 0
   */
  record Exponential(long every, double factor) implements ByUpdate {
    /** Checks the ranges. */
    public Exponential {
      atLeastOne("updates in which the rate falls", every);
      positive("factor of the rate", factor);
    }

    @Override
    public String label() {
      return "exponential";
    }

    @Override
    public Map<String, Object> constants() {
      return ordered("every", every, "factor", factor);
    }

    @Override
    public double rate(double learningRate, long update) {
      return learningRate * Math.pow(factor, (double) update / every);
    }
  }

  /**
   * Rises along a line, then falls along half a cosine (Loshchilov and Hutter 2017): with W updates
   * of warm-up among T, {@code SequentialLR} of {@code LinearLR(start_factor=1/(W+1),
   * total_iters=W)} and {@code CosineAnnealingLR(T_max=T-W, eta_min=minimum)}. From update T on the
   * rate stays at its minimum.
   *
   * @param updates in all
   * @param warmUp of them, at least 0 and fewer than all
   * @param minimum the rate it falls to, at least 0
   */
  record Cosine(long updates, long warmUp, double minimum) implements ByUpdate {
    /** Checks the ranges. */
    public Cosine {
      if (warmUp < 0 || warmUp >= updates) {
        throw new IllegalArgumentException(
            "updates of warm-up must be at least 0 and fewer than the schedule's %d, but are %d"
                .formatted(updates, warmUp));
      }
      Optimizer.atLeastZero("minimum of the rate", minimum);
    }

    @Override
    public String label() {
      return "cosine";
    }

    @Override
    public Map<String, Object> constants() {
      Map<String, Object> constants = ordered("updates", updates, "warm_up", warmUp);
      constants.put("minimum", minimum);
      return constants;
    }

    @Override
    public double rate(double learningRate, long update) {
      if (update < warmUp) {
        return learningRate * (update + 1) / (warmUp + 1);
      }
      double share = Math.min(1, (double) (update - warmUp) / (updates - warmUp));
      return cosine(learningRate, minimum, share);
    }
  }

  /**
   * Rises to the configured rate and falls far below the first (Smith and Topin 2018), both along
   * half a cosine, as {@code OneCycleLR} of two phases. The momentum is not cycled ({@code
   * cycle_momentum=False}). After the last update the rate stays where it is.
   *
   * @param updates in all, at least 2
   * @param rise share of them in which the rate rises ({@code pct_start}), from 0 to 1
   * @param initialDivisor what the configured rate is divided by at the first update
   * @param finalDivisor what the first update's rate is divided by at the last
   */
  record OneCycle(long updates, double rise, double initialDivisor, double finalDivisor)
      implements ByUpdate {
    /** Checks the ranges. */
    public OneCycle {
      if (updates < 2) {
        throw new IllegalArgumentException("a cycle needs at least 2 updates, but has " + updates);
      }
      if (!(rise >= 0 && rise <= 1)) {
        throw new IllegalArgumentException(
            "share of the updates in which the rate rises must be from 0 to 1, but is " + rise);
      }
      positive("initial divisor of the rate", initialDivisor);
      positive("final divisor of the rate", finalDivisor);
    }

    /** With PyTorch's divisors, 25 and 10,000. */
    public static OneCycle of(long updates, double rise) {
      return new OneCycle(updates, rise, 25, 1e4);
    }

    @Override
    public String label() {
      return "one-cycle";
    }

    @Override
    public Map<String, Object> constants() {
      Map<String, Object> constants = ordered("updates", updates, "rise", rise);
      constants.put("initial_divisor", initialDivisor);
      constants.put("final_divisor", finalDivisor);
      return constants;
    }

    @Override
    public double rate(double learningRate, long update) {
      double first = learningRate / initialDivisor;
      double last = first / finalDivisor;
      double top = rise * updates - 1;
      double end = updates - 1.0;
      if (update <= top) {
        return cosine(first, learningRate, top == 0 ? 1 : update / top);
      }
      return cosine(learningRate, last, Math.min(1, (update - top) / (end - top)));
    }
  }

  /** From one value to another along half a cosine. */
  private static double cosine(double from, double to, double share) {
    return to + (from - to) / 2 * (1 + Math.cos(Math.PI * share));
  }

  private static void atLeastOne(String name, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " must be at least 1, but are " + value);
    }
  }

  private static void positive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must be above 0 and finite, but is " + value);
    }
  }

  private static Map<String, Object> ordered(
      String first, Object firstValue, String second, Object secondValue) {
    Map<String, Object> constants = new LinkedHashMap<>();
    constants.put(first, firstValue);
    constants.put(second, secondValue);
    return constants;
  }

  /** As it stands in {@code config.json}: its name and its constants. */
  default Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", label());
    json.putAll(constants());
    return json;
  }

  /** The opposite of {@link #toJson}; every defect is named. */
  static Schedule fromJson(JsonObject json) throws JsonException {
    String name = json.string("name");
    Schedule read =
        switch (name) {
          case "constant" -> new Constant();
          case "step" -> new Step(json.wholeNumber("every"), json.number("factor"));
          case "exponential" -> new Exponential(json.wholeNumber("every"), json.number("factor"));
          case "cosine" ->
              new Cosine(
                  json.wholeNumber("updates"), json.wholeNumber("warm_up"), json.number("minimum"));
          case "one-cycle" ->
              new OneCycle(
                  json.wholeNumber("updates"),
                  json.number("rise"),
                  json.number("initial_divisor"),
                  json.number("final_divisor"));
          case "plateau" ->
              new Plateau(
                  json.number("factor"),
                  json.wholeNumber("patience", 0, Integer.MAX_VALUE),
                  json.number("threshold"),
                  json.number("minimum"));
          default ->
              throw new IllegalArgumentException(
                  "unknown schedule \"%s\"; known are %s"
                      .formatted(name, String.join(", ", LABELS)));
        };
    json.requireOnly(Set.copyOf(read.toJson().keySet()));
    return read;
  }
}
