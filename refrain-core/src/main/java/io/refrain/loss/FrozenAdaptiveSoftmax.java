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

    void apply(float[] x, float[] y) {
      System.arraycopy(bias, 0, y, 0, out);
      KERNELS.multiply(1, in, 0, out, x, 0, in, 1, weight, y, 0, out);
    }
  }

  /** Room for the logits of one row; belongs to one thread at a time. */
  public static final class Room {
    private final List<float[]> logits = new ArrayList<>();
    private final List<float[]> projected = new ArrayList<>();

    private Room(FrozenAdaptiveSoftmax softmax) {
      logits.add(new float[softmax.head.out()]);
      for (int i = 0; i < softmax.words.size(); i++) {
        logits.add(new float[softmax.words.get(i).out()]);
        projected.add(new float[softmax.projections.get(i).out()]);
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
    return new Room(this);
  }

  /**
   * Computes log P of every class.
   *
   * @param x the input, of which the first values count
   * @param room of this softmax
   * @param y [classes]
   */
  public void logProbabilities(float[] x, Room room, float[] y) {
    head.apply(x, room.logits.getFirst());
    for (int i = 0; i < words.size(); i++) {
      projections.get(i).apply(x, room.projected.get(i));
      words.get(i).apply(room.projected.get(i), room.logits.get(i + 1));
    }
    probabilities.forward(room.logits, 0, y);
  }
}
