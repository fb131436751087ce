package io.refrain.bench;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.Workload;
import io.refrain.nn.Embedding;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.ElmanCell;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The language model of a workload: indices gathered as one-hot vectors, or an embedding, then
 * recurrent layers and an output layer, with the weights that the peers have.
 */
final class BenchModel implements Module {
  private final @Nullable Embedding embedding;
  private final RecurrentStack recurrent;
  private final Linear output;
  private final RecurrentState zeros;

  BenchModel(Workload workload) {
    if (workload.cell() != CellKind.RNN) {
      throw new IllegalArgumentException(
          "Refrain's cases run cell RNN, but this asks for " + workload.cell());
    }
    // The layers draw weights that are replaced below.
    SplittableRandom random = new SplittableRandom(0);
    int hidden = workload.hidden();
    ElmanCell cell = new ElmanCell(ElmanCell.Nonlinearity.TANH);
    embedding = workload.embedded() ? new Embedding(workload.vocabulary(), hidden, random) : null;
    RecurrentStack.Options options =
        embedding == null
            ? RecurrentStack.Options.of(cell, workload.vocabulary(), hidden).withIndexedInput()
            : RecurrentStack.Options.of(cell, hidden, hidden);
    recurrent = new RecurrentStack(options.withLayers(workload.layers()), random);
    output = new Linear(hidden, workload.vocabulary(), random);
    zeros = recurrent.initialState(workload.batch());
    InitialWeights initial = new InitialWeights(workload);
    for (Parameter parameter : parameters().values()) {
      parameter.assign(initial.next(parameter.size()));
    }
  }

  /** In the order of {@link InitialWeights}. */
  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    if (embedding != null) {
      parameters.putAll(Module.nested("embedding", embedding));
    }
    parameters.putAll(Module.nested("rnn", recurrent));
    parameters.putAll(Module.nested("linear", output));
    return parameters;
  }

  /**
   * Reads a batch of sequences from a state of zeros.
   *
   * @param indices [steps, batch] row-major
   * @return logits [steps, batch, vocabulary]
   */
  Tensor forward(Tape tape, int[] indices, int steps, int batch) {
    RecurrentStack.Output hidden =
        embedding == null
            ? recurrent.forward(tape, indices, steps, batch, zeros)
            : recurrent.forward(tape, embedding.forward(tape, indices, steps, batch), zeros);
    return output.forward(tape, hidden.output());
  }

  RecurrentStack recurrent() {
    return recurrent;
  }

  Linear output() {
    return output;
  }
}
