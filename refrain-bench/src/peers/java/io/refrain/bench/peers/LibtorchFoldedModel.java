package io.refrain.bench.peers;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * A one-layer model prepared for generation at batch 1: both biases are folded into the gathered
 * rows, so that a token costs one row, two matrix-vector products and a tanh. It cannot be trained.
 */
final class LibtorchFoldedModel implements LibtorchModel {

  private final Workload workload;
  private final LibtorchWeights weights;
  private final Tensor rows;

  LibtorchFoldedModel(Workload workload) {
    if (workload.layers() != 1 || workload.batch() != 1 || workload.cell() != CellKind.RNN) {
      throw new IllegalArgumentException(
          "Folded weights serve one RNN layer at batch 1, but %s has %d layers of %s at batch %d."
              .formatted(workload.name(), workload.layers(), workload.cell(), workload.batch()));
    }
    this.workload = workload;
    weights = new LibtorchWeights(workload, InputPath.GATHER);
    try (PointerScope _ = new PointerScope()) {
      rows = weights.table().add(weights.biases(0)).detach();
      rows.retainReference();
    }
  }

  @Override
  public TensorVector initialState() {
    return new TensorVector(torch.zeros(workload.hidden()));
  }

  @Override
  public Prediction predict(Tensor indices, TensorVector state) {
    Tensor row = torch.embedding(rows, indices).view(workload.hidden());
    Tensor hidden = torch.addmv(row, weights.recurrentWeights(0), state.front()).tanh_();
    Tensor logits = torch.addmv(weights.outputBias(), weights.outputWeights(), hidden);
    return new Prediction(logits, new TensorVector(hidden));
  }

  @Override
  public TensorVector parameters() {
    return weights.all();
  }

  @Override
  public void close() {
    rows.releaseReference();
    weights.close();
  }
}
