package io.refrain.nn.recurrent;

import io.refrain.nn.Dropout;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent layers one above the other, as {@code torch.nn.RNN}, {@code LSTM} and {@code GRU}: the
 * same parameter names and shapes ({@code weight_ih_l0}, {@code weight_hh_l0}, {@code bias_ih_l0},
 * {@code bias_hh_l0}, {@code weight_hr_l0}, {@code weight_ih_l0_reverse}, …), every one drawn
 * uniformly from ±1/√hidden.
 *
 * <p>The input is a tensor of vectors, or the indices of one-hot vectors: choose with {@link
 * StackOptions#withIndexedInput}. Sequences of a batch may be of {@linkplain Sequences#withLengths
 * different length}.
 */
public final class RecurrentStack implements Module {
  private final StackOptions options;

  /** Layer by layer, each first forward, then reverse. */
  private final List<RecurrentLayer> layers = new ArrayList<>();

  /**
   * What a pass gives.
   *
   * @param output the last layer's output at every step, [steps, batch, directions · width] or
   *     batch first; zeros where a sequence has ended
   * @param state every layer's state after the last step of each sequence
   */
  public record Output(Tensor output, RecurrentState state) {}

  /**
   * Creates a stack with PyTorch's initial distribution.
   *
   * @param random draws the weights
   * @throws IllegalArgumentException when dropout is to be locked and there is none
   */
  public RecurrentStack(StackOptions options, RandomGenerator random) {
    if (options.regularization().locked() && options.regularization().dropout() == 0) {
      throw new IllegalArgumentException(
          "locked dropout needs a dropout above 0: set its probability, or do not lock it");
    }
    this.options = options;
    for (int layer = 0; layer < options.layers(); layer++) {
      for (int direction = 0; direction < options.directions(); direction++) {
        layers.add(
            new RecurrentLayer(
                options.cell(),
                options.inputWidth(layer),
                options.hidden().get(layer),
                options.projection(),
                options.biased(),
                layer == 0 && options.indexed(),
                random));
      }
    }
  }

  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      String suffix = "_" + layerName(i);
      layers
          .get(i)
          .parameters()
          .forEach((name, parameter) -> parameters.put(name + suffix, parameter));
    }
    return parameters;
  }

  /** The parameters of each layer by its name, which ends those of its parameters: {@code l0}. */
  public SequencedMap<String, Collection<Parameter>> layers() {
    SequencedMap<String, Collection<Parameter>> result = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      result.put(layerName(i), layers.get(i).parameters().values());
    }
    return result;
  }

  private String layerName(int index) {
    return "l"
        + index / options.directions()
        + (index % options.directions() == 0 ? "" : "_reverse");
  }

  /** The shape it was made with. */
  public StackOptions options() {
    return options;
  }

  /**
   * Zeros: the state before a sequence begins.
   *
   * @param batch how many sequences
   * @throws IllegalArgumentException when that is less than 1, or more than arrays can hold
   */
  public RecurrentState initialState(int batch) {
    return RecurrentState.zeros(options, batch);
  }

  /**
   * Runs over a batch of sequences of vectors of one length, without dropout.
   *
   * @param x [steps, batch, input], or [batch, steps, input] when batch first
   * @param state the state before the first step, each tensor [batch, width]
   * @throws IllegalArgumentException when a shape does not fit, or this stack reads indices
   */
  public Output forward(Tape tape, Tensor x, RecurrentState state) {
    return forward(tape, Sequences.of(x), state);
  }

  /**
   * Runs over a batch of sequences of indices of one length, without dropout.
   *
   * @param indices [steps × batch] row-major, or [batch × steps] when batch first, each from 0 to
   *     the input size - 1; the array itself is kept, and read again by backward
   * @param state the state before the first step, each tensor [batch, width]
   * @throws IllegalArgumentException when a number or shape does not fit, or this stack reads
   *     vectors
   */
  public Output forward(Tape tape, int[] indices, int steps, int batch, RecurrentState state) {
    return forward(
        tape,
        options.batchFirst()
            ? Sequences.of(indices, batch, steps)
            : Sequences.of(indices, steps, batch),
        state);
  }

  /**
   * Runs over a batch of sequences, without dropout.
   *
   * @param sequences vectors or indices, as the stack reads them
   * @param state the state before the first step, each tensor [batch, width], in the order of the
   *     sequences; gradient flows into tensors that want one
   * @return output and state, which live as long as the tape
   * @throws IllegalArgumentException when an index, a length or a shape does not fit
   */
  public Output forward(Tape tape, Sequences sequences, RecurrentState state) {
    return run(tape, sequences, state, null, null);
  }

  /**
   * Runs over a batch of sequences as training does.
   *
   * @param sequences vectors or indices, as the stack reads them
   * @param state the state before the first step, each tensor [batch, width]
   * @param random draws what the {@linkplain Regularization regularization} leaves out
   * @throws IllegalArgumentException as without a generator
   */
  public Output forward(
      Tape tape, Sequences sequences, RecurrentState state, RandomGenerator random) {
    return run(tape, sequences, state, random, null);
  }

  /**
   * Runs over a batch of sequences without dropout, and lets somebody look.
   *
   * @param sequences vectors or indices, as the stack reads them
   * @param state the state before the first step, each tensor [batch, width]
   * @param observer is shown every layer when it has run
   * @throws IllegalArgumentException as {@link #forward(Tape, Sequences, RecurrentState)}
   */
  public Output observe(
      Tape tape, Sequences sequences, RecurrentState state, LayerObserver observer) {
    return run(tape, sequences, state, null, observer);
  }

  /**
   * The weights as they are now, for sequences that advance step by step.
   *
   * @throws IllegalStateException when the stack runs in both directions
   */
  public FrozenStack freeze() {
    return new FrozenStack(options, layers);
  }

  private Output run(
      Tape tape,
      Sequences sequences,
      RecurrentState state,
      @Nullable RandomGenerator random,
      @Nullable LayerObserver observer) {
    Sizes.positive("number of steps", sequences.steps(options.batchFirst()));
    int batch = Sizes.positive("batch size", sequences.batch(options.batchFirst()));
    check(sequences);
    check(state, batch);
    Layout layout = Layout.of(sequences, options.batchFirst());
    SequenceInput input = layout.input(tape, sequences);
    List<List<Tensor>> last = new ArrayList<>();
    Tensor below = null;
    for (int layer = 0; layer < options.layers(); layer++) {
      if (below != null) {
        Tensor x = random == null ? below : drop(tape, below, layout, random);
        input = new SequenceInput.Dense(x);
      }
      Tensor output = layer(tape, layout, layer, input, state, random, observer, last);
      below = options.residual() && below != null ? Rows.sum(tape, below, output) : output;
    }
    return new Output(layout.output(tape, Objects.requireNonNull(below)), RecurrentState.of(last));
  }

  private Tensor drop(Tape tape, Tensor x, Layout layout, RandomGenerator random) {
    Regularization regularization = options.regularization();
    return regularization.locked()
        ? Dropout.locked(
            tape, x, layout.stepStarts(x.length(x.rank() - 1)), regularization.dropout(), random)
        : Dropout.forward(tape, x, regularization.dropout(), random);
  }

  /** Runs all directions of a layer; their final states join {@code last}. */
  private Tensor layer(
      Tape tape,
      Layout layout,
      int layer,
      SequenceInput input,
      RecurrentState state,
      @Nullable RandomGenerator random,
      @Nullable LayerObserver observer,
      List<List<Tensor>> last) {
    Tensor output = null;
    for (int direction = 0; direction < options.directions(); direction++) {
      int index = layer * options.directions() + direction;
      List<Tensor> initial =
          state.layer(index).stream().map(tensor -> layout.stateIn(tape, tensor)).toList();
      LayerRun run =
          layers
              .get(index)
              .run(
                  tape,
                  layout.timeline(),
                  input,
                  new RecurrentLayer.Pass(
                      initial,
                      state.isHiddenZero(index),
                      direction == 1,
                      options.regularization(),
                      random));
      run.forward();
      tape.record(run::backward);
      if (observer != null) {
        observer.observe(index, run.output(), run.gates());
      }
      last.add(run.last().stream().map(tensor -> layout.stateOut(tape, tensor)).toList());
      output = output == null ? run.output() : Rows.beside(tape, output, run.output());
    }
    return Objects.requireNonNull(output);
  }

  private void check(Sequences sequences) {
    Tensor x = sequences.vectors();
    int[] indices = sequences.indices();
    if (indices != null) {
      if (!options.indexed()) {
        throw new IllegalArgumentException(
            "this stack reads vectors: pass a tensor, or build it with withIndexedInput()");
      }
      sequences.requireIndices(options.input(), options.batchFirst());
    } else if (x != null) {
      if (options.indexed()) {
        throw new IllegalArgumentException(
            "this stack reads indices: pass an int[], or build it without withIndexedInput()");
      }
      if (x.length(2) != options.input()) {
        throw new IllegalArgumentException(
            "input must have the shape [%s, %d], but is %s"
                .formatted(
                    options.batchFirst() ? "batch, steps" : "steps, batch", options.input(), x));
      }
    }
  }

  private void check(RecurrentState state, int batch) {
    Sizes.equal(
        options.bidirectional()
            ? "number of layers in the state, each direction counted,"
            : "number of layers in the state",
        layers.size(),
        state.layers());
    for (int index = 0; index < state.layers(); index++) {
      int layer = index / options.directions();
      List<Tensor> tensors = state.layer(index);
      if (tensors.size() != options.states()) {
        throw new IllegalArgumentException(
            ("number of tensors in the state of %s must be %d for %s, but is %d: begin with"
                    + " initialState(%d)")
                .formatted(
                    name(index),
                    options.states(),
                    options.cell().getClass().getSimpleName(),
                    tensors.size(),
                    batch));
      }
      for (int i = 0; i < options.states(); i++) {
        Tensor tensor = tensors.get(i);
        int width = options.stateWidth(layer, i);
        if (tensor.rank() != 2 || tensor.length(0) != batch || tensor.length(1) != width) {
          throw new IllegalArgumentException(
              "the %s state of %s must have the shape [%d, %d], but is %s: begin with"
                      .formatted(i == 0 ? "hidden" : "cell", name(index), batch, width, tensor)
                  + " initialState(%d)".formatted(batch));
        }
      }
    }
  }

  /** What a message calls a layer. */
  private String name(int index) {
    return "layer %d%s"
        .formatted(
            index / options.directions(), index % options.directions() == 0 ? "" : ", reverse");
  }
}
