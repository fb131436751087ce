package io.refrain.bench.peers;

import io.refrain.bench.serve.PeerCase;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Greedy generation with a libtorch model, one token at a time. */
final class LibtorchGeneration implements PeerCase {

  private final LibtorchModel model;
  private Tensor index;
  private TensorVector state;

  LibtorchGeneration(LibtorchModel model) {
    this.model = model;
    index = torch.zeros(1).to(torch.ScalarType.Long);
    state = model.initialState();
  }

  @Override
  public double run(int units) {
    long sum = 0;
    // Faster than no_grad, which would also keep version counters.
    try (InferenceMode _ = new InferenceMode(true)) {
      for (int unit = 0; unit < units; unit++) {
        sum += step();
      }
    }
    return sum;
  }

  private long step() {
    try (PointerScope _ = new PointerScope()) {
      LibtorchModel.Prediction prediction = model.predict(index.view(1, 1), state);
      index.close();
      state.close();
      index = prediction.logits().argmax();
      state = prediction.state();
      index.retainReference();
      state.retainReference();
      return index.item_long();
    }
  }

  @Override
  public void close() {
    index.close();
    state.close();
    model.close();
  }
}
