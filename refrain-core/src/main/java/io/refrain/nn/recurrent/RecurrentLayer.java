package io.refrain.nn.recurrent;

import io.refrain.nn.Dropout;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The weights of one recurrent layer in one direction, with PyTorch's names, shapes and biases. */
final class RecurrentLayer implements Module {
  final Cell cell;
  final int input;
  final int hidden;

  /** Values in an output: {@code hidden}, or what it is projected to. */
  final int output;

  /** [gates·hidden, input]; stored transposed when the input is indices, to be gathered. */
  final Parameter weightInput;

  /** [gates·hidden, output]; a {@link ScanCell} has none. */
  final @Nullable Parameter weightHidden;

  /** [gates·hidden]. */
  final @Nullable Parameter biasInput;

  /** [gates·hidden]. */
  final @Nullable Parameter biasHidden;

  /** [output, hidden] where the output is projected. */
  final @Nullable Parameter weightProjection;

  /** The cell's own, each [blocks·hidden]. */
  final List<Parameter> own = new ArrayList<>();

  /**
   * Creates a layer.
   *
   * @param projection values in an output, or 0 for as many as in a state
   * @param biased whether to have biases, of a cell that may
   * @param indexed whether the input is indices
   */
  RecurrentLayer(
      Cell cell,
      int input,
      int hidden,
      int projection,
      boolean biased,
      boolean indexed,
      RandomGenerator random) {
    this.cell = cell;
    this.input = input;
    this.hidden = hidden;
    output = projection == 0 ? hidden : projection;
    int gates = gates();
    boolean recurrent = cell instanceof StepCell;
    boolean biases = biased && cell.biased();
    weightInput = indexed ? Parameter.transposed(gates, input) : Parameter.of(gates, input);
    weightHidden = recurrent ? Parameter.of(gates, output) : null;
    biasInput = biases ? Parameter.of(gates) : null;
    biasHidden = biases && recurrent ? Parameter.of(gates) : null;
    weightProjection = projection == 0 ? null : Parameter.of(output, hidden);
    float bound = (float) (1 / Math.sqrt(hidden));
    parameters().values().forEach(parameter -> parameter.uniform(bound, random));
    for (CellParameter parameter : cell.parameters()) {
      Parameter values = Parameter.of(Math.multiplyExact(parameter.blocks(), hidden));
      java.util.Arrays.fill(values.data(), parameter.initial());
      own.add(values);
    }
  }

  /** Values in a step's gates. */
  int gates() {
    return Math.multiplyExact(cell.gates(), hidden);
  }

  /** How many tensors are the state of one layer of a cell. */
  static int states(Cell cell) {
    return cell instanceof StepCell step ? step.states() : 1;
  }

  /** Values in a state: the first is the output. */
  int stateWidth(int state) {
    return state == 0 ? output : hidden;
  }

  /**
   * What a pass over a batch is told.
   *
   * @param initial the states before the first step, each [batch, width]
   * @param zero whether the hidden state among them is zeros
   * @param reverse whether to run from the last step to the first
   * @param regularization what may be left out
   * @param random draws it; null when not training
   */
  record Pass(
      List<Tensor> initial,
      boolean zero,
      boolean reverse,
      Regularization regularization,
      @Nullable RandomGenerator random) {}

  /** Prepares a pass over a batch. */
  LayerRun run(Tape tape, Timeline timeline, SequenceInput input, Pass pass) {
    float[] rates = pass.regularization().zoneout(states(cell));
    Zoneout zoneout = Zoneout.of(tape, this, timeline, rates, pass.random());
    return switch (cell) {
      case ScanCell scan -> new ScanRun(this, scan, tape, timeline, input, pass, zoneout);
      case StepCell step -> {
        Tensor weight = Objects.requireNonNull(weightHidden).tensor();
        RandomGenerator random = pass.random();
        Tensor left =
            random == null
                ? weight
                : Dropout.forward(tape, weight, pass.regularization().weightDrop(), random);
        yield new SequenceRun(this, step, tape, timeline, input, pass, left, zoneout);
      }
    };
  }

  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    put(parameters, "weight_ih", weightInput);
    put(parameters, "weight_hh", weightHidden);
    put(parameters, "bias_ih", biasInput);
    put(parameters, "bias_hh", biasHidden);
    put(parameters, "weight_hr", weightProjection);
    for (int i = 0; i < own.size(); i++) {
      put(parameters, cell.parameters().get(i).name(), own.get(i));
    }
    return parameters;
  }

  private static void put(
      SequencedMap<String, Parameter> parameters, String name, @Nullable Parameter parameter) {
    if (parameter != null) {
      parameters.put(name, parameter);
    }
  }
}
