package io.refrain.bench.peers;

import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.BatchCycle;
import io.refrain.bench.workload.TokenBatches;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Update;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Optimizer;
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
  private final Optimizer optimizer;
  private final BatchCycle<Batch> batches;

  LibtorchTraining(TrainingStep workload, LibtorchModel model) {
    this.model = model;
    parameters = model.parameters();
    double rate = workload.update().learningRate();
    optimizer =
        switch (workload.update()) {
          case SGD -> new SGD(parameters, new SGDOptions(rate));
          case ADAM -> new Adam(parameters, new AdamOptions(rate));
        };
    List<Batch> all = new ArrayList<>();
    for (TokenBatches.Batch batch : TokenBatches.of(workload)) {
      Tensor inputs = torch.tensor(batch.inputs()).view(workload.steps(), workload.batch());
      all.add(new Batch(inputs, torch.tensor(batch.targets())));
    }
    batches = new BatchCycle<>(all);
  }

  @Override
  public double run(int units) {
    return batches.run(units, this::step);
  }

  private double step(Batch batch) {
    try (PointerScope _ = new PointerScope()) {
      Tensor logits = model.predict(batch.inputs(), model.initialState()).logits();
      Tensor loss = torch.cross_entropy_loss(logits, batch.targets());
      optimizer.zero_grad();
      loss.backward();
      torch.clip_grad_norm_(parameters, Update.CLIP_NORM);
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
