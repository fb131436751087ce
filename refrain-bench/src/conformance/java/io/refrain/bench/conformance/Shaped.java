package io.refrain.bench.conformance;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Numbers with a shape, which is all that a test and libtorch need to exchange.
 *
 * @param values row-major, not copied
 * @param shape sizes, outermost first; empty for a single number
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier of arrays, never compared
public record Shaped(float[] values, int... shape) {

  /**
   * Checks that the shape holds all values.
   *
   * @throws IllegalArgumentException if the sizes do not multiply to the number of values
   */
  public Shaped {
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (size != values.length) {
      throw new IllegalArgumentException(
          "Shape %s holds %d values, but %d were given."
              .formatted(Arrays.toString(shape), size, values.length));
    }
  }

  /** The largest absolute value. */
  double magnitude() {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** Copies into a tensor of the open PointerScope. */
  Tensor toTensor() {
    return torch.tensor(values).view(Arrays.stream(shape).asLongStream().toArray());
  }

  /** Copies out of a tensor of any layout. */
  static Shaped of(Tensor tensor) {
    Tensor dense = tensor.detach().contiguous();
    int[] shape = new int[Math.toIntExact(dense.dim())];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = Math.toIntExact(dense.size(axis));
    }
    float[] values = new float[Math.toIntExact(dense.numel())];
    FloatBuffer buffer = dense.createBuffer();
    buffer.get(values);
    return new Shaped(values, shape);
  }
}
