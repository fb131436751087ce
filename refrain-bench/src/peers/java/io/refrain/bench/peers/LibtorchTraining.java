package io.refrain.bench.peers;

import io.refrain.bench.workload.TokenBatches;
import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Training steps of a libtorch model. */
final class LibtorchTraining implements PeerCase {

  private record Batch(Tensor inputs, Tensor targets) {}

  private final LibtorchModel model;
  private final TensorVector parameters;
  private final SGD optimizer;
  private final List<Batch> batches = new ArrayList<>();
  private int next;

  LibtorchTraining(Workload workload, LibtorchModel model) {
    this.model = model;
    parameters = model.parameters();
    optimizer = new SGD(parameters, new SGDOptions(Workload.LEARNING_RATE));
    for (TokenBatches.Batch batch : TokenBatches.of(workload)) {
      Tensor inputs = torch.tensor(batch.inputs()).view(workload.steps(), workload.batch());
      batches.add(new Batch(inputs, torch.tensor(batch.targets())));
    }
  }

  @Override
  public double run(int units) {
    double loss = Double.NaN;
    for (int unit = 0; unit < units; unit++) {
      loss = step(batches.get(next));
      next = (next + 1) % batches.size();
    }
    return loss;
  }

  private double step(Batch batch) {
    try (PointerScope _ = new PointerScope()) {
      Tensor logits = model.predict(batch.inputs(), model.initialState()).logits();
      Tensor loss = torch.cross_entropy_loss(logits, batch.targets());
      optimizer.zero_grad();
      loss.backward();
      torch.clip_grad_norm_(parameters, Workload.CLIP_NORM);
      optimizer.step();
      return loss.item_float();
    }
  }

  @Override
  public void close() {
    batches.forEach(batch -> {
      batch.inputs().close();
      batch.targets().close();
    });
    optimizer.close();
    parameters.close();
    model.close();
  }
}
