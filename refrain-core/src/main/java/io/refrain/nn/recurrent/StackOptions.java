package io.refrain.nn.recurrent;

import io.refrain.nn.Sizes;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/**
 * The shape of a {@link RecurrentStack}, with the names of PyTorch's options.
 *
 * @param cell its equations
 * @param input values in an input vector, or how many indices there are
 * @param hidden values in a hidden state, for each layer from the lowest up
 * @param projection values that an output is projected to, {@code proj_size}; 0 for none
 * @param biased whether the products with input and state have biases; those of a cell that
 *     normalizes them never do, and for it this is true
 * @param bidirectional whether each layer also runs from the last step to the first, and gives both
 *     outputs side by side, which the layer above reads
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

  /**
   * Checks sizes, and whether the options go together.
   *
   * @throws IllegalArgumentException when they do not, or one would change nothing
   */
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
    requireWhatItIsAbout(cell, biased, regularization);
  }

  /** An option that changes nothing is a mistake of somebody who thinks that it does. */
  private static void requireWhatItIsAbout(
      Cell cell, boolean biased, Regularization regularization) {
    String name = cell.getClass().getSimpleName();
    if (!biased && !cell.biased()) {
      throw new IllegalArgumentException(
          "the products of %s have no biases to leave out: build it without withoutBias()"
              .formatted(name));
    }
    if (regularization.weightDrop() > 0 && cell instanceof ScanCell) {
      throw new IllegalArgumentException(
          "weight drop needs a weight of the hidden state, which %s does not have: set it to 0"
              .formatted(name));
    }
    if (regularization.zoneoutCell() > 0 && RecurrentLayer.states(cell) == 1) {
      throw new IllegalArgumentException(
          "zoneout of the cell state needs a state beside the hidden one, which %s does not have:"
                  .formatted(name)
              + " set it to 0");
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

  /**
   * One layer, time first, fed with vectors: PyTorch's defaults.
   *
   * @param input values in an input vector, at least 1
   * @param hidden values in a hidden state, at least 1
   */
  public static StackOptions of(Cell cell, int input, int hidden) {
    return new StackOptions(
        cell, input, List.of(hidden), 0, true, false, false, false, false, Regularization.NONE);
  }

  /** The same with another number of layers, each as wide as the first is now. */
  public StackOptions withLayers(int layers) {
    Sizes.positive("number of layers", layers);
    return withHidden(Collections.nCopies(layers, hidden.getFirst()));
  }

  /** The same with a layer of each of these widths, from the lowest up. */
  public StackOptions withHidden(List<Integer> widths) {
    return changed(options -> options.hidden = widths);
  }

  /**
   * The same with outputs projected to {@code values}: {@code proj_size}.
   *
   * @param values from 1 to the smallest hidden size - 1; 0 for none
   * @throws IllegalArgumentException when it is not, or the cell is no LSTM's
   */
  public StackOptions withProjection(int values) {
    return changed(options -> options.projection = values);
  }

  /**
   * The same without biases: {@code bias=False}.
   *
   * @throws IllegalArgumentException when the cell has none to leave out, because it normalizes
   */
  public StackOptions withoutBias() {
    return changed(options -> options.biased = false);
  }

  /** The same in both directions; the output is twice as wide. */
  public StackOptions withBothDirections() {
    return changed(options -> options.bidirectional = true);
  }

  /**
   * The same with residual connections from the second layer on.
   *
   * @throws IllegalArgumentException when the layers differ in width
   */
  public StackOptions withResidual() {
    return changed(options -> options.residual = true);
  }

  /** The same with [batch, steps, …] sequences. */
  public StackOptions withBatchFirst() {
    return changed(options -> options.batchFirst = true);
  }

  /** The same fed with indices from 0 to {@code input} - 1. */
  public StackOptions withIndexedInput() {
    return changed(options -> options.indexed = true);
  }

  /**
   * The same with another regularization.
   *
   * @throws IllegalArgumentException when the cell lacks what it is about
   */
  public StackOptions with(Regularization other) {
    return changed(options -> options.regularization = other);
  }

  private StackOptions changed(Consumer<Changeable> change) {
    Changeable options = new Changeable(this);
    change.accept(options);
    return options.fixed();
  }

  /** The options as fields, so that one can be changed without naming the others. */
  private static final class Changeable {
    private final Cell cell;
    private final int input;
    private List<Integer> hidden;
    private int projection;
    private boolean biased;
    private boolean bidirectional;
    private boolean residual;
    private boolean batchFirst;
    private boolean indexed;
    private Regularization regularization;

    Changeable(StackOptions options) {
      cell = options.cell;
      input = options.input;
      hidden = options.hidden;
      projection = options.projection;
      biased = options.biased;
      bidirectional = options.bidirectional;
      residual = options.residual;
      batchFirst = options.batchFirst;
      indexed = options.indexed;
      regularization = options.regularization;
    }

    StackOptions fixed() {
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
          regularization);
    }
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
