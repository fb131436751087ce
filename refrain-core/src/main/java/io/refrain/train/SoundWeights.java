package io.refrain.train;

import io.refrain.nn.Parameter;
import io.refrain.tensor.Tensor;
import java.util.Map;
import java.util.SequencedMap;

/** Notices that training diverges, before it spoils weights or files. */
final class SoundWeights {
  /** From here on the logits are so large that a float no longer holds a difference of one. */
  private static final float DIVERGED_LOSS = 1 << 24;

  private final SequencedMap<String, Parameter> parameters;

  SoundWeights(SequencedMap<String, Parameter> parameters) {
    this.parameters = parameters;
  }

  /** Demands a loss and a gradient that a step can be made of. */
  void requireGradient(long update, double loss, double norm, double learningRate) {
    if (loss < DIVERGED_LOSS && Double.isFinite(norm)) {
      return;
    }
    String name = "";
    float largest = -1;
    for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
      Tensor tensor = entry.getValue().tensor();
      float magnitude = tensor.hasGradient() ? magnitude(tensor.gradient()) : 0;
      if (Float.compare(magnitude, largest) > 0) { // NaN is the largest of all
        name = entry.getKey();
        largest = magnitude;
      }
    }
    throw diverged(
        update,
        "the loss is %s and the gradient of %s reaches %s".formatted((float) loss, name, largest),
        learningRate);
  }

  /** A step can overflow although its gradient was sound; such weights must not reach a file. */
  void requireFinite(long update, double learningRate) {
    for (Map.Entry<String, Parameter> entry : parameters.entrySet()) {
      float magnitude = magnitude(entry.getValue().data());
      if (!Float.isFinite(magnitude)) {
        throw diverged(
            update, "%s has a value of %s".formatted(entry.getKey(), magnitude), learningRate);
      }
    }
  }

  private static TrainingDivergedException diverged(long update, String sign, double rate) {
    return new TrainingDivergedException(
        "training diverged at update %d: %s".formatted(update, sign),
        "The learning rate %s is probably too high: try a tenth of it, or a smaller clip."
            .formatted(rate));
  }

  /** The largest absolute value; NaN when there is one. */
  private static float magnitude(float[] values) {
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
