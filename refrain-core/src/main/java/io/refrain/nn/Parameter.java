package io.refrain.nn;

import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Weights that training changes, with PyTorch's shape.
 *
 * <p>A weight that is read by index, as the input weight of a recurrent layer fed with tokens, is
 * kept with its first two dimensions exchanged, so that what belongs to one index lies together.
 * {@link #values} and {@link #assign} always speak PyTorch's order.
 */
public final class Parameter {
  private final int[] shape;
  private final boolean transposed;
  private final Tensor tensor;

  private Parameter(int[] shape, boolean transposed) {
    this.shape = shape.clone();
    this.transposed = transposed;
    int[] stored = transposed ? new int[] {shape[1], shape[0]} : shape;
    tensor = Tensor.variable(new float[Tensor.size(shape)], stored);
    tensor.reserveGradient();
  }

  /** Zeros of a shape, stored in its order. */
  public static Parameter of(int... shape) {
    return new Parameter(shape, false);
  }

  /** Zeros of shape [rows, columns], stored column after column. */
  public static Parameter transposed(int rows, int columns) {
    return new Parameter(new int[] {rows, columns}, true);
  }

  /** PyTorch's shape. */
  public int[] shape() {
    return shape.clone();
  }

  /** Whether it is stored with its first two dimensions exchanged. */
  boolean isTransposed() {
    return transposed;
  }

  /** How many weights. */
  public int size() {
    return tensor.size();
  }

  /** The weights and their gradient, in the order in which they are stored. */
  public Tensor tensor() {
    return tensor;
  }

  /** The weights as stored: the array itself. */
  public float[] data() {
    return tensor.data();
  }

  /** A copy of the weights in PyTorch's order. */
  public float[] values() {
    return inNamedOrder(tensor.data());
  }

  /** A copy of the gradient in PyTorch's order. */
  public float[] gradient() {
    return inNamedOrder(tensor.gradient());
  }

  /**
   * A copy of an array that is stored as the weights are, such as an optimizer's moments, in
   * PyTorch's order.
   */
  public float[] inNamedOrder(float[] stored) {
    return transposed ? transpose(stored, shape[1], shape[0]) : stored.clone();
  }

  /** The opposite of {@link #inNamedOrder}. */
  public float[] inStoredOrder(float[] named) {
    if (named.length != size()) {
      throw new IllegalArgumentException(
          "a parameter of shape %s needs %d values, but got %d"
              .formatted(Arrays.toString(shape), size(), named.length));
    }
    return transposed ? transpose(named, shape[0], shape[1]) : named.clone();
  }

  /** Replaces the weights by values in PyTorch's order. */
  public void assign(float[] named) {
    System.arraycopy(inStoredOrder(named), 0, tensor.data(), 0, named.length);
  }

  /** Fills with values drawn uniformly from ±bound, in PyTorch's order. */
  public void uniform(float bound, RandomGenerator random) {
    float[] values = new float[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (random.nextFloat() * 2 - 1) * bound;
    }
    assign(values);
  }

  /** Fills with values drawn from the normal distribution of mean 0 and deviation 1. */
  public void normal(RandomGenerator random) {
    float[] values = new float[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    assign(values);
  }

  private static float[] transpose(float[] x, int rows, int columns) {
    float[] result = new float[x.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        result[column * rows + row] = x[row * columns + column];
      }
    }
    return result;
  }
}
