package io.refrain.bench.peers;

import io.refrain.bench.workload.InitialWeights;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Tensors that outlive the scope they are made in; their owner releases them. */
final class LibtorchTensors {
  private LibtorchTensors() {}

  /** The next weights in the common order, with gradients. */
  static Tensor trained(InitialWeights initial, int... shape) {
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    Tensor weights = kept(initial.next(size), Arrays.stream(shape).asLongStream().toArray());
    weights.set_requires_grad(true);
    return weights;
  }

  /** A number as operations take it. */
  static Scalar scalar(double value) {
    return new Scalar(value);
  }

  /** A copy of an array. */
  static Tensor kept(float[] values, long... shape) {
    try (PointerScope _ = new PointerScope()) {
      return kept(torch.tensor(values).view(shape));
    }
  }

  /** The same tensor, which the open scope no longer frees. */
  static Tensor kept(Tensor tensor) {
    tensor.retainReference();
    return tensor;
  }
}
