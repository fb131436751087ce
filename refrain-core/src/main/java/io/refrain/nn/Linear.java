package io.refrain.nn;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.MatrixProduct;
import io.refrain.tensor.PackedMatrix;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * y = x · Wᵀ + b on the last dimension, as {@code torch.nn.Linear}: {@code weight} [out, in] and
 * {@code bias} [out], both drawn uniformly from ±1/√in.
 */
public final class Linear implements Module {
  private static final Kernels KERNELS = Kernels.get();

  private final int in;
  private final int out;
  private final Parameter weight;
  private final boolean tied;
  private final Parameter bias;

  private Linear(Parameter weight, RandomGenerator random) {
    this.in = weight.shape()[1];
    this.out = weight.shape()[0];
    this.weight = weight;
    tied = true;
    bias = Parameter.of(out);
    bias.uniform((float) (1 / Math.sqrt(in)), random);
  }

  /**
   * Creates a layer that shares its weight with another module, as an output layer does with an
   * embedding (Press and Wolf 2017).
   *
   * @param weight [out, in], which {@link #parameters} leaves to its owner
   * @param random draws the bias
   * @throws IllegalArgumentException when the weight has not two dimensions, or is stored column by
   *     column, which the products here do not read
   */
  public static Linear tied(Parameter weight, RandomGenerator random) {
    if (weight.shape().length != 2) {
      throw new IllegalArgumentException("a tied weight must have two dimensions: [out, in]");
    }
    if (weight.isTransposed()) {
      throw new IllegalArgumentException(
          "a tied weight of shape %s must be stored row by row, but is stored column by column: make"
                  .formatted(Arrays.toString(weight.shape()))
              + " it with Parameter.of");
    }
    return new Linear(weight, random);
  }

  /**
   * Creates a layer with PyTorch's initial distribution.
   *
   * @param in values in
   * @param out values out
   * @param random draws the weights
   */
  public Linear(int in, int out, RandomGenerator random) {
    this.in = Sizes.positive("input size", in);
    this.out = Sizes.positive("output size", out);
    weight = Parameter.of(out, in);
    tied = false;
    bias = Parameter.of(out);
    float bound = (float) (1 / Math.sqrt(in));
    weight.uniform(bound, random);
    bias.uniform(bound, random);
  }

  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    if (!tied) {
      parameters.put("weight", weight);
    }
    parameters.put("bias", bias);
    return parameters;
  }

  /** The weight, [out, in]. */
  public Parameter weight() {
    return weight;
  }

  /** The bias, [out]. */
  public Parameter bias() {
    return bias;
  }

  /**
   * Applies the layer.
   *
   * @param x [..., in]
   * @return [..., out]
   */
  public Tensor forward(Tape tape, Tensor x) {
    int[] shape = x.shape();
    if (shape.length == 0) {
      throw new IllegalArgumentException(
          "a linear layer's input must have the shape [..., %d], but is a scalar".formatted(in));
    }
    Sizes.equal("last dimension of a linear layer's input", in, shape[shape.length - 1]);
    shape[shape.length - 1] = out;
    int rows = x.size() / in;
    Tensor y = tape.tensor(true, shape); // [rows, out]
    MatrixProduct.multiplyPlusRow(
        tape,
        Matrix.of(x.data(), rows, in),
        PackedMatrix.ofWeight(tape, weight.tensor(), Matrix.of(weight.data(), out, in).transpose()),
        bias.data(),
        Matrix.of(y.data(), rows, out));
    tape.record(() -> backward(tape, x, y, rows));
    return y;
  }

  private void backward(Tape tape, Tensor x, Tensor y, int rows) {
    if (!y.hasGradient()) {
      return;
    }
    Matrix dy = Matrix.of(y.gradient(), rows, out);
    if (tape.wanted(x)) {
      boolean add = tape.hasGradient(x);
      Matrix dx = Matrix.of(tape.gradientToWrite(x), rows, in);
      Matrix w = Matrix.of(weight.data(), out, in);
      MatrixProduct.multiply(tape, dy, PackedMatrix.ofWeight(tape, weight.tensor(), w), dx, add);
    }
    boolean add = tape.hasGradient(weight.tensor());
    Matrix dw = Matrix.of(tape.gradientToWrite(weight.tensor()), out, in);
    MatrixProduct.multiply(tape, dy.transpose(), Matrix.of(x.data(), rows, in), dw, add);
    float[] db = tape.gradientToAdd(bias.tensor());
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(out, part, parts);
          int to = ThreadTeam.boundary(out, part + 1, parts);
          KERNELS.sumRows(rows, dy.data(), from, out, db, from, to - from);
        });
  }
}
