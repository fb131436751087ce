package io.refrain.nn;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * A row of a table for each index, as {@code torch.nn.Embedding}: {@code weight} [count, width],
 * drawn from the normal distribution.
 */
public final class Embedding implements Module {
  private static final Kernels KERNELS = Kernels.get();

  private final int count;
  private final int width;
  private final Parameter weight;

  /**
   * Creates a table with PyTorch's initial distribution.
   *
   * @param count how many indices there are
   * @param width values in a row
   * @param random draws the weights
   */
  public Embedding(int count, int width, RandomGenerator random) {
    this.count = Sizes.positive("number of embeddings", count);
    this.width = Sizes.positive("embedding size", width);
    weight = Parameter.of(count, width);
    weight.normal(random);
  }

  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    return parameters;
  }

  /** The table, [count, width]. */
  public Parameter weight() {
    return weight;
  }

  /**
   * Looks rows up.
   *
   * @param indices each from 0 to count - 1
   * @param shape the shape of the indices
   * @return [shape..., width]
   */
  public Tensor forward(Tape tape, int[] indices, int... shape) {
    Sizes.equal("number of indices", Tensor.size(shape), indices.length);
    Sizes.indices("index", indices, count);
    int[] result = java.util.Arrays.copyOf(shape, shape.length + 1);
    result[shape.length] = width;
    Tensor y = tape.tensor(true, result);
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(weight.data(), indices[i] * width, y.data(), i * width, width);
    }
    tape.record(() -> backward(tape, indices, y));
    return y;
  }

  /** Threads share the columns, so that rows met twice are added in one order. */
  private void backward(Tape tape, int[] indices, Tensor y) {
    if (!y.hasGradient()) {
      return;
    }
    float[] dy = y.gradient();
    float[] dw = tape.gradientToAddRows(weight.tensor(), indices);
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(width, part, parts);
          int length = ThreadTeam.boundary(width, part + 1, parts) - from;
          for (int i = 0; i < indices.length; i++) {
            KERNELS.add(dy, i * width + from, dw, indices[i] * width + from, length);
          }
        });
  }
}
