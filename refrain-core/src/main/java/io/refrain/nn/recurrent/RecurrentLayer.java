package io.refrain.nn.recurrent;

import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.List;
import java.util.random.RandomGenerator;

/** The weights of one recurrent layer, with PyTorch's shapes and two biases. */
final class RecurrentLayer {
  final Cell cell;
  final int input;
  final int hidden;

  /** [gates·hidden, input]; stored transposed when the input is indices, to be gathered. */
  final Parameter weightInput;

  /** [gates·hidden, hidden]. */
  final Parameter weightHidden;

  /** [gates·hidden]. */
  final Parameter biasInput;

  /** [gates·hidden]. */
  final Parameter biasHidden;

  RecurrentLayer(Cell cell, int input, int hidden, boolean indexed, RandomGenerator random) {
    this.cell = cell;
    this.input = input;
    this.hidden = hidden;
    int gates = Math.multiplyExact(cell.gates(), hidden);
    weightInput = indexed ? Parameter.transposed(gates, input) : Parameter.of(gates, input);
    weightHidden = Parameter.of(gates, hidden);
    biasInput = Parameter.of(gates);
    biasHidden = Parameter.of(gates);
    float bound = (float) (1 / Math.sqrt(hidden));
    for (Parameter parameter : List.of(weightInput, weightHidden, biasInput, biasHidden)) {
      parameter.uniform(bound, random);
    }
  }

  /** Values in a step's gates. */
  int gates() {
    return cell.gates() * hidden;
  }

  /**
   * Runs over a batch of sequences.
   *
   * @param x [steps, batch, input], or the indices of one-hot vectors
   * @param initial the cell's states, each [batch, hidden]
   * @param zero whether they are known to be zeros
   */
  SequenceRun forward(Tape tape, SequenceInput x, List<Tensor> initial, boolean zero) {
    SequenceRun run = new SequenceRun(this, tape, x, initial, zero);
    run.forward();
    tape.record(run::backward);
    return run;
  }
}
