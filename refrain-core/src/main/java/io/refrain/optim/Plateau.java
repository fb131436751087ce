package io.refrain.optim;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lowers the rate when validation gets no better, as {@code ReduceLROnPlateau} with a relative
 * threshold and no cool-down.
 *
 * @param factor of the rate when it falls, above 0 and below 1
 * @param patience validations without a better one that are borne, at least 0: the next lowers the
 *     rate
 * @param threshold share by which a loss must be below the best to be better, at least 0, below 1
 * @param minimum the rate it never falls below, at least 0
 */
public record Plateau(double factor, int patience, double threshold, double minimum)
    implements Schedule {
  /** PyTorch's eps: a fall by no more than this is not made. */
  private static final double LEAST_FALL = 1e-8;

  /** Checks the ranges. */
  public Plateau {
    if (!(factor > 0 && factor < 1)) {
      throw new IllegalArgumentException(
          "factor of the rate on a plateau must be above 0 and below 1, but is " + factor);
    }
    if (patience < 0) {
      throw new IllegalArgumentException(
          "patience of the plateau must be at least 0, but is " + patience);
    }
    Optimizer.share("threshold of the plateau", threshold);
    Optimizer.atLeastZero("minimum of the rate", minimum);
  }

  /**
   * What validations have come to.
   *
   * @param rate the present learning rate
   * @param best the smallest loss that was better by the threshold; infinite before the first
   * @param worse validations since then, or since the rate fell
   */
  public record State(double rate, double best, int worse) {}

  /** Before the first validation. */
  public static State start(double learningRate) {
    return new State(learningRate, Double.POSITIVE_INFINITY, 0);
  }

  /** The state after a validation. */
  public State after(State state, double loss) {
    if (loss < state.best() * (1 - threshold)) {
      return new State(state.rate(), loss, 0);
    }
    int worse = state.worse() + 1;
    if (worse <= patience) {
      return new State(state.rate(), state.best(), worse);
    }
    double lower = Math.max(state.rate() * factor, minimum);
    boolean falls = state.rate() - lower > LEAST_FALL;
    return new State(falls ? lower : state.rate(), state.best(), 0);
  }

  @Override
  public String label() {
    return "plateau";
  }

  @Override
  public Map<String, Object> constants() {
    Map<String, Object> constants = new LinkedHashMap<>();
    constants.put("factor", factor);
    constants.put("patience", patience);
    constants.put("threshold", threshold);
    constants.put("minimum", minimum);
    return constants;
  }
}
