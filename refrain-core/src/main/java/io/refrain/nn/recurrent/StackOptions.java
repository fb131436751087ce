package io.refrain.nn.recurrent;

import io.refrain.nn.Sizes;
import java.util.Collections;
import java.util.List;

/**
 * The shape of a {@link RecurrentStack}, with the names of PyTorch's options.
 *
 * @param cell its equations
 * @param input values in an input vector, or how many indices there are
 * @param hidden values in a hidden state, for each layer from the lowest up
 * @param projection values that an output is projected to, {@code proj_size}; 0 for none
 * @param biased whether the products with input and state have biases
 * @param bidirectional whether each layer also runs from the last step to the first, and gives both
 *     outputs side by side
 * @param residual whether every layer but the first adds its input to its output
 * @param batchFirst whether sequences are [batch, steps, …] rather than [steps, batch, …]
 * @param indexed whether the input is indices that stand for one-hot vectors
 * @param regularization what happens in training
 */
public record StackOptions(
    Cell cell,
    int input,
    List<Integer> hidden,
    int projection,
    boolean biased,
    boolean bidirectional,
    boolean residual,
    boolean batchFirst,
    boolean indexed,
    Regularization regularization) {

  /** Checks sizes, and whether the options go together. */
  public StackOptions {
    hidden = List.copyOf(hidden);
    Sizes.positive("input size", input);
    Sizes.positive("number of layers", hidden.size());
    for (int width : hidden) {
      Sizes.positive("hidden size", width);
      requireProjection(cell, projection, width);
    }
    if (residual) {
      requireSameWidths(hidden, projection);
    }
    if (cell instanceof ScanCell && regularization.weightDrop() > 0) {
      throw new IllegalArgumentException(
          "weight drop needs a weight of the hidden state, which %s does not have: set it to 0"
              .formatted(cell.getClass().getSimpleName()));
    }
  }

  private static void requireProjection(Cell cell, int projection, int hidden) {
    if (projection == 0) {
      return;
    }
    if (!(cell instanceof StepCell step && step.projectable())) {
      throw new IllegalArgumentException(
          "%s cannot be projected: use an LSTM, or a projection of 0"
              .formatted(cell.getClass().getSimpleName()));
    }
    if (projection < 0 || projection >= hidden) {
      throw new IllegalArgumentException(
          "projection must be at least 0 (0: none) and smaller than the hidden size %d, but is %d"
              .formatted(hidden, projection));
    }
  }

  private static void requireSameWidths(List<Integer> hidden, int projection) {
    if (projection == 0 && hidden.stream().distinct().count() > 1) {
      throw new IllegalArgumentException(
          "residual connections need layers of one width, but the hidden sizes are %s: make them the same"
              .formatted(hidden));
    }
  }

  /** One layer, time first, fed with vectors: PyTorch's defaults. */
  public static StackOptions of(Cell cell, int input, int hidden) {
    return new StackOptions(
        cell, input, List.of(hidden), 0, true, false, false, false, false, Regularization.NONE);
  }

  /** The same with another number of layers, each as wide as the first is now. */
  public StackOptions withLayers(int layers) {
    Sizes.positive("number of layers", layers);
    return withHidden(Collections.nCopies(layers, hidden.getFirst()));
  }

  /** The same with a layer of each of these widths. */
  public StackOptions withHidden(List<Integer> widths) {
    return new StackOptions(
        cell,
        input,
        widths,
        projection,
        biased,
        bidirectional,
        residual,
        batchFirst,
        indexed,
        regularization);
  }

  /** The same with outputs projected to {@code values}: {@code proj_size}. */
  public StackOptions withProjection(int values) {
    return new StackOptions(
        cell,
        input,
        hidden,
        values,
        biased,
        bidirectional,
        residual,
        batchFirst,
        indexed,
        regularization);
  }

  /** The same without biases: {@code bias=False}. */
  public StackOptions withoutBias() {
    return new StackOptions(
        cell,
        input,
        hidden,
        projection,
        false,
        bidirectional,
        residual,
        batchFirst,
        indexed,
        regularization);
  }

  /** The same in both directions. */
  public StackOptions withBothDirections() {
    return new StackOptions(
        cell,
        input,
        hidden,
        projection,
        biased,
        true,
        residual,
        batchFirst,
        indexed,
        regularization);
  }

  /** The same with residual connections from the second layer on. */
  public StackOptions withResidual() {
    return new StackOptions(
        cell,
        input,
        hidden,
        projection,
        biased,
        bidirectional,
        true,
        batchFirst,
        indexed,
        regularization);
  }

  /** The same with [batch, steps, …] sequences. */
  public StackOptions withBatchFirst() {
    return new StackOptions(
        cell,
        input,
        hidden,
        projection,
        biased,
        bidirectional,
        residual,
        true,
        indexed,
        regularization);
  }

  /** The same fed with indices. */
  public StackOptions withIndexedInput() {
    return new StackOptions(
        cell,
        input,
        hidden,
        projection,
        biased,
        bidirectional,
        residual,
        batchFirst,
        true,
        regularization);
  }

  /** The same with another regularization. */
  public StackOptions with(Regularization other) {
    return new StackOptions(
        cell,
        input,
        hidden,
        projection,
        biased,
        bidirectional,
        residual,
        batchFirst,
        indexed,
        other);
  }

  /** How many layers there are. */
  public int layers() {
    return hidden.size();
  }

  /** How many directions a layer has: 1 or 2. */
  public int directions() {
    return bidirectional ? 2 : 1;
  }

  /** Values in the output of one direction of a layer. */
  public int outputWidth(int layer) {
    return projection == 0 ? hidden.get(layer) : projection;
  }

  /** Values in what a layer reads. */
  int inputWidth(int layer) {
    return layer == 0 ? input : directions() * outputWidth(layer - 1);
  }

  /** How many tensors are the state of one direction of a layer. */
  public int states() {
    return RecurrentLayer.states(cell);
  }

  /** Values in a state of a layer. */
  int stateWidth(int layer, int state) {
    return state == 0 ? outputWidth(layer) : hidden.get(layer);
  }
}
