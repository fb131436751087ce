package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.nn.Linear;
import io.refrain.tensor.Matrix;
import io.refrain.tensor.PackedMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * An {@link AdaptiveSoftmax} for inference: immutable, shared by any number of threads, with the
 * exact probabilities of all classes. No matrix of all classes times all values is made.
 */
public final class FrozenAdaptiveSoftmax {
  private static final Kernels KERNELS = Kernels.get();

  private final int classes;
  private final FrozenLinear head;
  private final List<FrozenLinear> projections = new ArrayList<>();
  private final List<FrozenLinear> words = new ArrayList<>();
  private final AdaptiveProbabilities probabilities;

  /** A linear layer, packed. */
  private record FrozenLinear(int in, int out, Panels weight, float[] bias) {

    static FrozenLinear of(Linear layer) {
      Matrix weight = Matrix.of(layer.weight().data(), layer.out(), layer.in()).transpose();
      float[] bias = layer.hasBias() ? layer.bias().values() : new float[layer.out()];
      return new FrozenLinear(layer.in(), layer.out(), PackedMatrix.of(weight).panels(), bias);
    }

    /** y[rows × out] = x[rows × in] · Wᵀ + bias. */
    void apply(int rows, float[] x, float[] y) {
      for (int row = 0; row < rows; row++) {
        System.arraycopy(bias, 0, y, row * out, out);
      }
      KERNELS.multiply(rows, in, 0, out, x, 0, in, 1, weight, y, 0, out);
    }
  }

  /** Room for the logits of some rows, which grows as needed; belongs to one thread at a time. */
  public static final class Room {
    private final List<float[]> logits = new ArrayList<>();
    private final List<float[]> projected = new ArrayList<>();
    private int rows;

    private Room() {}

    private void prepare(FrozenAdaptiveSoftmax softmax, int count) {
      if (count <= rows) {
        return;
      }
      rows = count;
      logits.clear();
      projected.clear();
      logits.add(new float[rows * softmax.head.out()]);
      for (int i = 0; i < softmax.words.size(); i++) {
        logits.add(new float[rows * softmax.words.get(i).out()]);
        projected.add(new float[rows * softmax.projections.get(i).out()]);
      }
    }
  }

  FrozenAdaptiveSoftmax(AdaptiveSoftmax softmax) {
    classes = softmax.classes();
    head = FrozenLinear.of(softmax.head());
    for (AdaptiveSoftmax.Tail tail : softmax.tails()) {
      projections.add(FrozenLinear.of(tail.projection()));
      words.add(FrozenLinear.of(tail.words()));
    }
    probabilities = new AdaptiveProbabilities(softmax.options(), classes);
  }

  /** Room for this softmax. */
  public Room room() {
    return new Room();
  }

  /**
   * Computes log P of every class.
   *
   * @param rows how many inputs, at least 1
   * @param x the inputs, [rows × in]
   * @param room of this softmax
   * @param y [rows × classes]
   */
  public void logProbabilities(int rows, float[] x, Room room, float[] y) {
    room.prepare(this, rows);
    head.apply(rows, x, room.logits.getFirst());
    for (int i = 0; i < words.size(); i++) {
      projections.get(i).apply(rows, x, room.projected.get(i));
      words.get(i).apply(rows, room.projected.get(i), room.logits.get(i + 1));
    }
    for (int row = 0; row < rows; row++) {
      probabilities.forward(room.logits, row, y);
    }
  }
}
