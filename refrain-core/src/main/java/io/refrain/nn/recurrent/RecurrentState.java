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

  private RecurrentState(List<List<Tensor>> layers) {
    this.layers = layers;
  }

  /**
   * A state of given values.
   *
   * @param layers for each layer, each direction counted, the states of its cell, the hidden state
   *     first; each a tensor [batch, width], which is not copied, and may want a gradient
   * @throws IllegalArgumentException when there are none, or their shapes are not those of one
   *     batch
   */
  public static RecurrentState of(List<List<Tensor>> layers) {
    if (layers.isEmpty()) {
      throw new IllegalArgumentException(
          "a state needs the states of at least one layer: see initialState(batch) of the stack");
    }
    List<List<Tensor>> copy = new ArrayList<>();
    for (List<Tensor> states : layers) {
      if (states.isEmpty()) {
        throw new IllegalArgumentException(
            "layer %d of a state has no tensors: give it the hidden state at least"
                .formatted(copy.size()));
      }
      copy.add(List.copyOf(states));
    }
    requireOneBatch(copy);
    return new RecurrentState(List.copyOf(copy));
  }

  private static void requireOneBatch(List<List<Tensor>> layers) {
    Tensor first = layers.getFirst().getFirst();
    String batch = first.rank() == 2 ? Integer.toString(first.length(0)) : "batch";
    for (int layer = 0; layer < layers.size(); layer++) {
      for (Tensor tensor : layers.get(layer)) {
        if (tensor.rank() != 2 || tensor.length(0) != first.length(0)) {
          throw new IllegalArgumentException(
              "every tensor in layer %d of this state must have the shape [%s, width], but one is %s"
                  .formatted(layer, batch, tensor));
        }
      }
    }
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
    return new RecurrentState(all);
  }

  /** How many layers it is for, each direction counted. */
  public int layers() {
    return layers.size();
  }

  /**
   * The states of one layer, each [batch, width]; the first is the hidden state. They are the state
   * itself: what is written into their arrays counts.
   *
   * @param layer from 0; a layer of two directions counts as two, forward and reverse
   */
  public List<Tensor> layer(int layer) {
    return layers.get(layer);
  }

  /** Whether all values are zeros, as at the start of a sequence. */
  public boolean isZero() {
    return layers.stream().flatMap(List::stream).allMatch(RecurrentState::isZero);
  }

  /** Whether the hidden state of a layer is zeros, so that products with it may be left out. */
  boolean isHiddenZero(int layer) {
    return isZero(layers.get(layer).getFirst());
  }

  private static boolean isZero(Tensor tensor) {
    for (float value : tensor.data()) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /** Sets it to zeros: the start of a sequence. */
  public void reset() {
    layers.forEach(states -> states.forEach(tensor -> Arrays.fill(tensor.data(), 0f)));
  }

  /**
   * Copies the values of another state, without its gradient.
   *
   * @throws IllegalArgumentException when the shapes differ; nothing has changed then
   */
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
   * @throws IllegalArgumentException when the shapes differ in more than the batch size; nothing
   *     has changed then
   * @throws IndexOutOfBoundsException when there are not so many sequences
   */
  public void assignRows(int to, RecurrentState other, int from, int count) {
    Sizes.equal("number of layers of a state", layers.size(), other.layers.size());
    Objects.checkFromIndexSize(to, count, batch());
    Objects.checkFromIndexSize(from, count, other.batch());
    requireSameWidths(other);
    for (int layer = 0; layer < layers.size(); layer++) {
      for (int state = 0; state < layers.get(layer).size(); state++) {
        Tensor source = other.layers.get(layer).get(state);
        Tensor target = layers.get(layer).get(state);
        int hidden = target.length(1);
        System.arraycopy(source.data(), from * hidden, target.data(), to * hidden, count * hidden);
      }
    }
  }

  private void requireSameWidths(RecurrentState other) {
    for (int layer = 0; layer < layers.size(); layer++) {
      Sizes.equal(
          "number of states of layer %d (is it another cell's?)".formatted(layer),
          layers.get(layer).size(),
          other.layers.get(layer).size());
      for (int state = 0; state < layers.get(layer).size(); state++) {
        Sizes.equal(
            "hidden size of a state of layer " + layer,
            layers.get(layer).get(state).length(1),
            other.layers.get(layer).get(state).length(1));
      }
    }
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
    return new RecurrentState(copy);
  }
}
