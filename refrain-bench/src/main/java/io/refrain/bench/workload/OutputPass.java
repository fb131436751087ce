package io.refrain.bench.workload;

import java.util.ArrayList;
import java.util.List;

/**
 * Forward and backward of an output layer and its loss over a batch: from what the last recurrent
 * layer wrote to the gradients by it and by the layer's weights. No weight changes, so every pass
 * does the same but for what it samples. Inputs and targets are {@link OutputRows}.
 *
 * @param kind how the layer makes probabilities
 * @param vocabulary how many words there are
 * @param width values that the layer reads
 * @param batch sequences in a batch
 * @param steps time steps in a sequence
 */
public record OutputPass(Kind kind, int vocabulary, int width, int batch, int steps)
    implements Workload {

  /** How a layer makes probabilities. */
  public enum Kind {
    /** A linear layer with a bias, and softmax over all words. */
    FULL("full"),
    /** PyTorch's adaptive softmax, in which rare words share clusters. */
    ADAPTIVE("adaptive"),
    /** The full layer, but with a sample of the words. */
    SAMPLED("sampled");

    private final String label;

    Kind(String label) {
      this.label = label;
    }
  }

  /** Where the clusters of an adaptive softmax begin. */
  public static final List<Integer> CUTOFFS = List.of(2_000, 10_000);

  /** How much narrower than the one before each of them is: PyTorch's default. */
  public static final int DIV_VALUE = 4;

  /** Words in a sample, of which each half of a batch draws one. */
  public static final int SAMPLES = 1_024;

  @Override
  public String name() {
    return "softmax-%d-%s".formatted(vocabulary, kind.label);
  }

  /**
   * What is to be cheaper than the full softmax is held against it.
   *
   * @return the full softmax, or nothing
   */
  @Override
  public List<Workload> rivals() {
    return kind == Kind.FULL
        ? List.of()
        : List.of(new OutputPass(Kind.FULL, vocabulary, width, batch, steps));
  }

  /**
   * Counts the inputs of a batch.
   *
   * @return sequences times steps
   */
  public int rows() {
    return batch * steps;
  }

  /**
   * Returns the sizes of the weights, in PyTorch's order.
   *
   * @return rows and columns of each matrix; rows alone of a vector
   */
  public List<int[]> shapes() {
    if (kind != Kind.ADAPTIVE) {
      return List.of(new int[] {vocabulary, width}, new int[] {vocabulary});
    }
    List<int[]> shapes = new ArrayList<>();
    shapes.add(new int[] {CUTOFFS.getFirst() + CUTOFFS.size(), width});
    int narrow = width;
    for (int cluster = 0; cluster < CUTOFFS.size(); cluster++) {
      narrow /= DIV_VALUE;
      shapes.add(new int[] {narrow, width});
      shapes.add(new int[] {end(cluster) - CUTOFFS.get(cluster), narrow});
    }
    return shapes;
  }

  /**
   * Returns where a cluster ends.
   *
   * @param cluster counted from 0
   * @return the first word behind it
   */
  public int end(int cluster) {
    return cluster + 1 < CUTOFFS.size() ? CUTOFFS.get(cluster + 1) : vocabulary;
  }
}
