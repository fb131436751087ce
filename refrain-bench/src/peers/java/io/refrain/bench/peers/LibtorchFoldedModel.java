package io.refrain.bench.peers;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.PeerVariant;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A model prepared for generation at batch 1: biases are added once and for all, those of the first
 * layer to the rows that are gathered, so that a token costs one row, matrix-vector products and
 * what the cell's equations say. It cannot be trained. Its state is one vector [hidden] for each
 * layer, or two for LSTM.
 */
final class LibtorchFoldedModel implements LibtorchModel {

  private final LanguageShape model;
  private final LibtorchWeights weights;
  private final Tensor rows;
  private final List<LibtorchCell> cells = new ArrayList<>();
  private final List<Tensor> upperBiases = new ArrayList<>();

  LibtorchFoldedModel(Generation workload) {
    model = workload.model();
    weights = new LibtorchWeights(workload, PeerVariant.GATHER);
    try (PointerScope _ = new PointerScope()) {
      rows = LibtorchTensors.kept(weights.table().add(weights.recurrent().inputBias(0)).detach());
      for (int layer = 1; layer < model.layers(); layer++) {
        upperBiases.add(LibtorchTensors.kept(weights.recurrent().inputBias(layer).detach()));
      }
    }
    for (int layer = 0; layer < model.layers(); layer++) {
      cells.add(new LibtorchCell(weights.recurrent(), layer));
    }
  }

  @Override
  public TensorVector initialState() {
    TensorVector state = new TensorVector();
    for (int layer = 0; layer < model.layers(); layer++) {
      push(state, LibtorchCell.zeroState(model.cell(), model.hidden()));
    }
    return state;
  }

  @Override
  public Prediction predict(Tensor indices, TensorVector state) {
    Tensor input = torch.embedding(rows, indices).view(model.recurrent().gateWidth());
    TensorVector next = new TensorVector();
    LibtorchCell.State current = cells.getFirst().next(input, layerState(state, 0));
    push(next, current);
    for (int layer = 1; layer < model.layers(); layer++) {
      Tensor bias = upperBiases.get(layer - 1);
      input = torch.addmv(bias, weights.recurrent().inputWeights(layer), current.hidden());
      current = cells.get(layer).next(input, layerState(state, layer));
      push(next, current);
    }
    Tensor logits = torch.addmv(weights.outputBias(), weights.outputWeights(), current.hidden());
    return new Prediction(logits, next);
  }

  private static void push(TensorVector vector, LibtorchCell.State state) {
    vector.push_back(state.hidden());
    if (state.memory() != null) {
      vector.push_back(state.memory());
    }
  }

  private LibtorchCell.State layerState(TensorVector state, int layer) {
    return model.cell() == CellKind.LSTM
        ? new LibtorchCell.State(state.get(2L * layer), state.get(2L * layer + 1))
        : new LibtorchCell.State(state.get(layer), null);
  }

  @Override
  public TensorVector parameters() {
    return weights.all();
  }

  @Override
  public void close() {
    upperBiases.forEach(Tensor::releaseReference);
    rows.releaseReference();
    weights.close();
  }
}
