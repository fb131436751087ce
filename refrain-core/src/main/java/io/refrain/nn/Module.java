package io.refrain.nn;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/** Something with parameters, as {@code torch.nn.Module}. */
public interface Module {

  /** Its parameters by PyTorch's names, in PyTorch's order. */
  SequencedMap<String, Parameter> parameters();

  /** How many weights there are in all. */
  default long parameterCount() {
    return parameters().values().stream().mapToLong(Parameter::size).sum();
  }

  /**
   * The parameters of a module inside another: {@code prefix.name}.
   *
   * @param prefix the field's name, as in PyTorch's {@code state_dict}
   */
  static SequencedMap<String, Parameter> nested(String prefix, Module module) {
    SequencedMap<String, Parameter> result = new LinkedHashMap<>();
    module.parameters().forEach((name, parameter) -> result.put(prefix + "." + name, parameter));
    return result;
  }
}
