package io.refrain.nn.recurrent;

import io.refrain.nn.Sizes;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * What a stack of recurrent layers carries from one sequence to the next: for each layer, each
 * state of its cell as a tensor [batch, hidden], or [batch, projection] where the output is
 * projected. A layer of two directions counts as two layers, forward and reverse, as in PyTorch.
 *
 * <p>A state that came out of {@code forward} lives as long as its tape. {@link #assign} copies it
 * into one that outlives it, which is truncated back-propagation through time: the values are
 * carried, the gradient is not.
 */
public final class RecurrentState {
  private final List<List<Tensor>> layers;
  private boolean zero;

  private RecurrentState(List<List<Tensor>> layers, boolean zero) {
    this.layers = layers;
    this.zero = zero;
  }

  /** A state of given values, one list of the cell's states for each layer. */
  public static RecurrentState of(List<List<Tensor>> layers) {
    List<List<Tensor>> copy = new ArrayList<>();
    layers.forEach(states -> copy.add(List.copyOf(states)));
    return new RecurrentState(List.copyOf(copy), false);
  }

  static RecurrentState zeros(StackOptions options, int batch) {
    Sizes.positive("batch size", batch);
    List<List<Tensor>> all = new ArrayList<>();
    for (int layer = 0; layer < options.layers(); layer++) {
      for (int direction = 0; direction < options.directions(); direction++) {
        List<Tensor> tensors = new ArrayList<>();
        for (int state = 0; state < options.states(); state++) {
          int width = options.stateWidth(layer, state);
          tensors.add(Tensor.constant(new float[Tensor.size(batch, width)], batch, width));
        }
        all.add(tensors);
      }
    }
    return new RecurrentState(all, true);
  }

  /** How many layers it is for. */
  public int layers() {
    return layers.size();
  }

  /** The states of one layer, each [batch, width]; the first is the hidden state. */
  public List<Tensor> layer(int layer) {
    return layers.get(layer);
  }

  /** Whether it is known to be all zeros, so that products with it may be left out. */
  public boolean isZero() {
    return zero;
  }

  /** Sets it to zeros: the start of a sequence. */
  public void reset() {
    forEach(tensor -> Arrays.fill(tensor.data(), 0f));
    zero = true;
  }

  /** Copies the values of another state, without its gradient. */
  public void assign(RecurrentState other) {
    Sizes.equal("batch size of a state", batch(), other.batch());
    assignRows(0, other, 0, batch());
  }

  /**
   * Copies the values of neighbouring sequences of another state, without their gradient.
   *
   * @param to the first sequence here to be replaced
   * @param other may be of a different batch size
   * @param from the first sequence there
   * @param count how many sequences
   * @throws IllegalArgumentException when the shapes differ in more than the batch size
   * @throws IndexOutOfBoundsException when there are not so many sequences
   */
  public void assignRows(int to, RecurrentState other, int from, int count) {
    Sizes.equal("number of layers of a state", layers.size(), other.layers.size());
    Objects.checkFromIndexSize(to, count, batch());
    Objects.checkFromIndexSize(from, count, other.batch());
    for (int layer = 0; layer < layers.size(); layer++) {
      Sizes.equal(
          "number of states of layer %d (is it another cell's?)".formatted(layer),
          layers.get(layer).size(),
          other.layers.get(layer).size());
      for (int state = 0; state < layers.get(layer).size(); state++) {
        Tensor source = other.layers.get(layer).get(state);
        Tensor target = layers.get(layer).get(state);
        int hidden = target.length(1);
        Sizes.equal("hidden size of a state of layer " + layer, hidden, source.length(1));
        System.arraycopy(source.data(), from * hidden, target.data(), to * hidden, count * hidden);
      }
    }
    zero = other.zero && (zero || count == batch());
  }

  /** How many sequences it is for. */
  public int batch() {
    return layers.getFirst().getFirst().length(0);
  }

  /** A copy of the values that belongs to no tape. */
  public RecurrentState detach() {
    List<List<Tensor>> copy = new ArrayList<>();
    for (List<Tensor> states : layers) {
      copy.add(states.stream().map(t -> Tensor.constant(t.data().clone(), t.shape())).toList());
    }
    return new RecurrentState(copy, zero);
  }

  private void forEach(java.util.function.Consumer<Tensor> action) {
    layers.forEach(states -> states.forEach(action));
  }
}
