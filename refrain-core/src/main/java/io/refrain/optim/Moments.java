package io.refrain.optim;

import io.refrain.nn.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/** One array for every parameter, stored as its weights are: a part of an optimizer's state. */
final class Moments {
  private final String name;
  private final SequencedMap<String, Parameter> parameters;
  private final Map<String, float[]> values = new LinkedHashMap<>();

  /**
   * Begins with zeros.
   *
   * @param name PyTorch's name of it
   */
  Moments(String name, SequencedMap<String, Parameter> parameters) {
    this.name = name;
    this.parameters = parameters;
    parameters.forEach((key, parameter) -> values.put(key, new float[parameter.size()]));
  }

  /** The array of a parameter: itself, to change. */
  float[] of(String parameter) {
    return Objects.requireNonNull(values.get(parameter));
  }

  /** Adds a copy, in PyTorch's order, of the array of a parameter. */
  void save(String parameter, SequencedMap<String, float[]> state) {
    state.put(key(parameter), named(parameter).inNamedOrder(of(parameter)));
  }

  /** Adds copies of all arrays. */
  void save(SequencedMap<String, float[]> state) {
    parameters.keySet().forEach(parameter -> save(parameter, state));
  }

  /** Whether a saved state has an array for a parameter. */
  boolean isIn(SavedState state, String parameter) {
    return state.has(key(parameter));
  }

  /** Reads the array of a parameter without taking it over. */
  float[] read(SavedState state, String parameter) {
    return named(parameter).inStoredOrder(state.get(key(parameter)));
  }

  /** Reads all arrays without taking them over. */
  Map<String, float[]> read(SavedState state) {
    Map<String, float[]> read = new LinkedHashMap<>();
    parameters.keySet().forEach(parameter -> read.put(parameter, read(state, parameter)));
    return read;
  }

  /** Takes over arrays that were {@linkplain #read read}. */
  void assign(Map<String, float[]> read) {
    values.putAll(read);
  }

  private String key(String parameter) {
    return name + "." + parameter;
  }

  private Parameter named(String parameter) {
    return Objects.requireNonNull(parameters.get(parameter));
  }
}
