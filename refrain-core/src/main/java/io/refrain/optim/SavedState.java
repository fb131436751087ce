package io.refrain.optim;

import java.util.HashSet;
import java.util.SequencedMap;
import java.util.Set;

/** The state of an optimizer as it was saved: what is asked for must be there, and nothing else. */
final class SavedState {
  /** A number of steps is kept in two floats of 24 bits, for one holds no more. */
  private static final String STEP = "step";

  private final String method;
  private final SequencedMap<String, float[]> values;
  private final Set<String> asked = new HashSet<>();

  /**
   * Wraps a saved state.
   *
   * @param method that it is to be of, as messages name it
   */
  SavedState(String method, SequencedMap<String, float[]> values) {
    this.method = method;
    this.values = values;
  }

  boolean isEmpty() {
    return values.isEmpty();
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  float[] get(String name) {
    float[] value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "the saved state of %s lacks %s; it belongs to another method or model"
              .formatted(method, name));
    }
    asked.add(name);
    return value;
  }

  /** A single number. */
  float number(String name) {
    float[] value = get(name);
    if (value.length != 1) {
      throw new IllegalArgumentException(
          "the saved %s of %s must be one number, but is %d".formatted(name, method, value.length));
    }
    return value[0];
  }

  /** The number of steps, which must be there. */
  long steps() {
    float[] halves = get(STEP);
    if (halves.length != 2) {
      throw new IllegalArgumentException("the saved number of steps has no two halves");
    }
    return ((long) halves[0] << 24) + (long) halves[1];
  }

  static void putSteps(long steps, SequencedMap<String, float[]> state) {
    state.put(STEP, new float[] {steps >>> 24, steps & 0xFFFFFF});
  }

  /** Demands that everything has been asked for. */
  void requireNothingElse() {
    for (String name : values.keySet()) {
      if (!asked.contains(name)) {
        throw new IllegalArgumentException(
            "%s has no %s, but the saved state does; it belongs to another method or model"
                .formatted(method, name));
      }
    }
  }
}
