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
import org.jspecify.annotations.Nullable;

/**
 * y = x · Wᵀ + b on the last dimension, as {@code torch.nn.Linear}: {@code weight} [out, in] and
 * {@code bias} [out], both drawn uniformly from ±1/√in. The bias may be left out.
 */
public final class Linear implements Module {
  private static final Kernels KERNELS = Kernels.get();

  private final int in;
  private final int out;
  private final Parameter weight;
  private final boolean tied;
  private final @Nullable Parameter bias;

  private Linear(Parameter weight, boolean tied, boolean biased, RandomGenerator random) {
    this.in = weight.shape()[1];
    this.out = weight.shape()[0];
    this.weight = weight;
    this.tied = tied;
    float bound = (float) (1 / Math.sqrt(in));
    if (!tied) {
      weight.uniform(bound, random);
    }
    bias = biased ? Parameter.of(out) : null;
    if (bias != null) {
      bias.uniform(bound, random);
    }
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
    return new Linear(weight, true, true, random);
  }

  /**
   * Creates a layer that only multiplies, as with {@code bias=False}.
   *
   * @param in values in
   * @param out values out
   * @param random draws the weights
   */
  public static Linear withoutBias(int in, int out, RandomGenerator random) {
    return new Linear(weight(in, out), false, false, random);
  }

  /**
   * Creates a layer with PyTorch's initial distribution.
   *
   * @param in values in
   * @param out values out
   * @param random draws the weights
   */
  public Linear(int in, int out, RandomGenerator random) {
    this(weight(in, out), false, true, random);
  }

  private static Parameter weight(int in, int out) {
    return Parameter.of(Sizes.positive("output size", out), Sizes.positive("input size", in));
  }

  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    if (!tied) {
      parameters.put("weight", weight);
    }
    if (bias != null) {
      parameters.put("bias", bias);
    }
    return parameters;
  }

  /** The weight, [out, in]. */
  public Parameter weight() {
    return weight;
  }

  /** Whether it adds a bias. */
  public boolean hasBias() {
    return bias != null;
  }

  /**
   * The bias, [out].
   *
   * @throws IllegalStateException when there is none
   */
  public Parameter bias() {
    if (bias == null) {
      throw new IllegalStateException("this layer has no bias: see hasBias()");
    }
    return bias;
  }

  /** Values in. */
  public int in() {
    return in;
  }

  /** Values out. */
  public int out() {
    return out;
  }

  /**
   * Applies the layer.
   *
   * @param x [..., in]
   * @return [..., out]
   */
  public Tensor forward(Tape tape, Tensor x) {
    int rows = rows(x);
    int[] shape = x.shape();
    shape[shape.length - 1] = out;
    Tensor y = tape.tensor(true, shape); // [rows, out]
    Matrix to = Matrix.of(y.data(), rows, out);
    multiply(tape, Matrix.of(x.data(), rows, in), packed(tape), to);
    tape.record(() -> backward(tape, x, y, rows));
    return y;
  }

  /**
   * How many rows an input has.
   *
   * @param x [..., in]
   * @throws IllegalArgumentException when it has another width
   */
  public int rows(Tensor x) {
    if (x.rank() == 0) {
      throw new IllegalArgumentException(
          "a linear layer's input must have the shape [..., %d], but is a scalar".formatted(in));
    }
    Sizes.equal("last dimension of a linear layer's input", in, x.length(x.rank() - 1));
    return x.size() / in;
  }

  private void backward(Tape tape, Tensor x, Tensor y, int rows) {
    if (!y.hasGradient()) {
      return;
    }
    Matrix dy = Matrix.of(y.gradient(), rows, out);
    if (tape.wanted(x)) {
      boolean add = tape.hasGradient(x);
      Matrix dx = Matrix.of(tape.gradientToWrite(x), rows, in);
      MatrixProduct.multiply(tape, dy, packedBack(tape), dx, add);
    }
    boolean add = tape.hasGradient(weight.tensor());
    Matrix dw = Matrix.of(tape.gradientToWrite(weight.tensor()), out, in);
    MatrixProduct.multiply(tape, dy.transpose(), Matrix.of(x.data(), rows, in), dw, add);
    if (bias != null) {
      addSums(tape, dy, tape.gradientToAdd(bias.tensor()));
    }
  }

  /** Wᵀ, for {@link #multiply} by an operation that the layer is a part of. */
  public PackedMatrix packed(Tape tape) {
    return PackedMatrix.ofWeight(
        tape, weight.tensor(), Matrix.of(weight.data(), out, in).transpose());
  }

  /** W: the gradient of the output times it is that of the input. */
  public PackedMatrix packedBack(Tape tape) {
    return PackedMatrix.ofWeight(tape, weight.tensor(), Matrix.of(weight.data(), out, in));
  }

  /**
   * y = x · Wᵀ + b, which the tape does not remember.
   *
   * @param x [rows, in]
   * @param packed the weight, {@link #packed}
   * @param y [rows, out]
   */
  public void multiply(Tape tape, Matrix x, PackedMatrix packed, Matrix y) {
    if (bias == null) {
      MatrixProduct.multiply(tape, x, packed, y, false);
    } else {
      MatrixProduct.multiplyPlusRow(tape, x, packed, bias.data(), y);
    }
  }

  /**
   * Adds the rows of a gradient to that of a bias.
   *
   * @param dy [rows, out]
   * @param db [out]
   */
  public static void addSums(Tape tape, Matrix dy, float[] db) {
    int out = dy.columns();
    tape.team()
        .run((part, parts) -> {
          int from = ThreadTeam.boundary(out, part, parts);
          int to = ThreadTeam.boundary(out, part + 1, parts);
          KERNELS.sumRows(dy.rows(), dy.data(), dy.at() + from, out, db, from, to - from);
        });
  }
}
