package io.refrain.model;

import io.refrain.nn.Parameter;
import io.refrain.store.NamedTensor;
import io.refrain.store.SafetensorsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** Moves parameters to and from named tensors, PyTorch's {@code state_dict}. */
public final class ModelWeights {
  private ModelWeights() {}

  /** Copies of all parameters in PyTorch's order, their names led by {@code prefix}. */
  public static List<NamedTensor> of(String prefix, SequencedMap<String, Parameter> parameters) {
    List<NamedTensor> tensors = new ArrayList<>();
    parameters.forEach((name, parameter) ->
        tensors.add(new NamedTensor(prefix + name, parameter.shape(), parameter.values())));
    return tensors;
  }

  /** Fills parameters from a file, all of them or, when {@link #read} throws, none. */
  public static void load(
      SafetensorsFile file, String prefix, SequencedMap<String, Parameter> parameters)
      throws IOException {
    assign(read(file, prefix, parameters), parameters);
  }

  /**
   * Reads the values of parameters from a file; names in it that do not begin with {@code prefix}
   * are left alone.
   *
   * @return one tensor for each parameter, in their order
   * @throws WeightsMismatchException naming every missing, unexpected and mis-shaped tensor at once
   */
  public static List<NamedTensor> read(
      SafetensorsFile file, String prefix, SequencedMap<String, Parameter> parameters)
      throws IOException {
    List<String> defects = new ArrayList<>();
    for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
      String name = prefix + entry.getKey();
      if (!file.names().contains(name)) {
        defects.add(name + " is missing");
      } else if (!Arrays.equals(file.shape(name), entry.getValue().shape())) {
        defects.add(
            "%s has the shape %s, expected %s"
                .formatted(
                    name,
                    Arrays.toString(file.shape(name)),
                    Arrays.toString(entry.getValue().shape())));
      }
    }
    for (String name : file.names()) {
      if (name.startsWith(prefix) && !parameters.containsKey(name.substring(prefix.length()))) {
        defects.add(name + " is not expected");
      }
    }
    if (!defects.isEmpty()) {
      throw new WeightsMismatchException(file.toString(), defects);
    }
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : parameters.keySet()) {
      tensors.add(file.tensor(prefix + name));
    }
    return tensors;
  }

  /** Fills parameters with what {@link #read} gave for them. */
  public static void assign(List<NamedTensor> tensors, SequencedMap<String, Parameter> parameters) {
    int next = 0;
    for (Parameter parameter : parameters.values()) {
      parameter.assign(tensors.get(next++).data());
    }
  }
}
