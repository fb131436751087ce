package io.refrain.nn;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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
    return forward(tape, indices, null, shape);
  }

  /**
   * Looks rows up in a table of which whole rows are zero (Gal and Ghahramani 2016), the {@code
   * embedded_dropout} of AWD-LSTM: every occurrence of an index is dropped, or none.
   *
   * @param indices each from 0 to count - 1
   * @param probability of a row to be zero, from 0 to 1
   * @param random draws the rows
   * @param shape the shape of the indices
   * @return [shape..., width]
   */
  public Tensor forward(
      Tape tape, int[] indices, double probability, RandomGenerator random, int... shape) {
    Dropout.requireProbability("embedding dropout", probability);
    return forward(
        tape,
        indices,
        probability == 0 ? null : Dropout.mask(tape, count, probability, random),
        shape);
  }

  private Tensor forward(Tape tape, int[] indices, float @Nullable [] mask, int... shape) {
    Sizes.equal("number of indices", Tensor.size(shape), indices.length);
    Sizes.indices("index", indices, count);
    int[] result = java.util.Arrays.copyOf(shape, shape.length + 1);
    result[shape.length] = width;
    Tensor y = tape.tensor(true, result);
    for (int i = 0; i < indices.length; i++) {
      System.arraycopy(weight.data(), indices[i] * width, y.data(), i * width, width);
    }
    scale(y.data(), indices, mask);
    tape.record(() -> backward(tape, indices, mask, y));
    return y;
  }

  private void scale(float[] rows, int[] indices, float @Nullable [] mask) {
    if (mask != null) {
      for (int i = 0; i < indices.length; i++) {
        KERNELS.scale(mask[indices[i]], rows, i * width, width);
      }
    }
  }

  /** Threads share the columns, so that rows met twice are added in one order. */
  private void backward(Tape tape, int[] indices, float @Nullable [] mask, Tensor y) {
    if (!y.hasGradient()) {
      return;
    }
    float[] dy = y.gradient();
    scale(dy, indices, mask);
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
