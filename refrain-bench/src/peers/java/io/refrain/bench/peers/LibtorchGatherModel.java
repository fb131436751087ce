package io.refrain.bench.peers;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.TrainingStep;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The model with its first layer written out for training: rows of the transposed W_ih are gathered
 * instead of multiplied by one-hot rows, then come time steps of {@link LibtorchCell}. Layers above
 * the first are libtorch's own. Nobody asks for the state after a batch, so it returns that before
 * it.
 */
final class LibtorchGatherModel implements LibtorchModel {

  private final TrainingStep workload;
  private final LibtorchWeights weights;
  private final TensorVector upperLayers;
  private final TensorOptional outputBias;

  LibtorchGatherModel(TrainingStep workload) {
    this.workload = workload;
    weights = new LibtorchWeights(workload, PeerVariant.GATHER);
    upperLayers = workload.model().layers() > 1 ? weights.recurrent().from(1) : new TensorVector();
    outputBias = new TensorOptional(weights.outputBias());
  }

  @Override
  public TensorVector initialState() {
    return weights.recurrent().zeroState(workload.batch());
  }

  @Override
  public Prediction predict(Tensor indices, TensorVector state) {
    LanguageShape model = workload.model();
    TensorVector inputs = gathered(indices).unbind(0);
    LibtorchCell cell = new LibtorchCell(weights.recurrent(), 0);
    LibtorchCell.State current =
        new LibtorchCell.State(
            state.front().select(0, 0),
            model.cell() == CellKind.LSTM ? state.get(1).select(0, 0) : null);
    TensorVector outputs = new TensorVector();
    for (int step = 0; step < workload.steps(); step++) {
      current = cell.next(inputs.get(step), current);
      outputs.push_back(current.hidden());
    }
    Tensor output = torch.stack(outputs, 0);
    if (model.layers() > 1) {
      output = upper(output, state);
    }
    Tensor rows = output.view(-1, model.hidden());
    return new Prediction(torch.linear(rows, weights.outputWeights(), outputBias), state);
  }

  private Tensor gathered(Tensor indices) {
    boolean fewRows = workload.model().vocabulary() < workload.steps() * workload.batch();
    Tensor biases = weights.recurrent().inputBias(0);
    return fewRows
        ? torch.embedding(weights.table().add(biases), indices)
        : torch.embedding(weights.table(), indices).add(biases);
  }

  private Tensor upper(Tensor input, TensorVector state) {
    int layers = workload.model().layers() - 1;
    TensorVector upperState = new TensorVector();
    for (long index = 0; index < state.size(); index++) {
      upperState.push_back(state.get(index).narrow(0, 1, layers));
    }
    return LibtorchRecurrentWeights.run(
            workload.model().cell(), input, upperState, upperLayers, true)
        .output();
  }

  @Override
  public TensorVector parameters() {
    return weights.all();
  }

  @Override
  public void close() {
    outputBias.close();
    upperLayers.close();
    weights.close();
  }
}
