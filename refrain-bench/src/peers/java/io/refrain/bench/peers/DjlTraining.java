package io.refrain.bench.peers;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.BatchCycle;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.TokenBatches;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Update;
import java.util.ArrayList;
import java.util.List;

/** Training steps with DJL's trainer. */
final class DjlTraining implements PeerCase {

  private record Batch(NDArray inputs, NDArray targets) {}

  private final Model model;
  private final Trainer trainer;
  private final NDManager manager;
  private final List<NDArray> parameters = new ArrayList<>();
  private final BatchCycle<Batch> batches;

  DjlTraining(TrainingStep workload, PeerVariant variant) {
    model = Model.newInstance(workload.name());
    model.setBlock(
        new SequentialBlock()
            .add(DjlBlocks.input(workload.model(), variant))
            .add(DjlBlocks.recurrent(workload.model().recurrent(), false))
            .add(
                new LambdaBlock(
                    output -> new NDList(output.head().reshape(-1, workload.model().hidden())),
                    "rows"))
            .add(DjlBlocks.output(workload.model())));
    Tracker rate = Tracker.fixed((float) workload.update().learningRate());
    Optimizer optimizer =
        switch (workload.update()) {
          case SGD -> Optimizer.sgd().setLearningRateTracker(rate).build();
          case ADAM -> Optimizer.adam().optLearningRateTracker(rate).build();
        };
    trainer =
        model.newTrainer(
            new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optOptimizer(optimizer));
    Shape indices = new Shape(workload.steps(), workload.batch());
    model.setDataType(DataType.FLOAT32);
    trainer.initialize(indices);
    DjlBlocks.setInitialWeights(workload, model.getBlock());
    for (Parameter parameter : model.getBlock().getParameters().values()) {
      if (parameter.requiresGradient()) {
        parameters.add(parameter.getArray());
      }
    }
    manager = trainer.getManager().newSubManager();
    List<Batch> all = new ArrayList<>();
    for (TokenBatches.Batch batch : TokenBatches.of(workload)) {
      NDArray inputs = manager.create(batch.inputs(), indices);
      all.add(new Batch(inputs, manager.create(batch.targets())));
    }
    batches = new BatchCycle<>(all);
  }

  @Override
  public double run(int units) {
    return batches.run(units, this::step);
  }

  private double step(Batch batch) {
    try (NDManager scope = manager.newSubManager()) {
      // Results belong to their inputs' manager: the step's, which frees them all at its end.
      scope.tempAttachAll(batch.inputs(), batch.targets());
      NDArray loss;
      try (GradientCollector collector = trainer.newGradientCollector()) {
        NDList logits = trainer.forward(new NDList(batch.inputs()));
        loss = trainer.getLoss().evaluate(new NDList(batch.targets()), logits);
        collector.backward(loss);
      }
      clip(scope);
      trainer.step();
      return loss.getFloat();
    }
  }

  /** DJL clips single values only; this is clip_grad_norm_ in its operations. */
  private void clip(NDManager scope) {
    List<NDArray> gradients = new ArrayList<>(parameters.size());
    double squares = 0;
    for (NDArray parameter : parameters) {
      NDArray gradient = parameter.getGradient();
      scope.tempAttachAll(gradient);
      double norm = gradient.norm().getFloat();
      squares += norm * norm;
      gradients.add(gradient);
    }
    double scale = Update.CLIP_NORM / (Math.sqrt(squares) + 1e-6);
    if (scale < 1) {
      gradients.forEach(gradient -> gradient.muli(scale));
    }
  }

  @Override
  public void close() {
    manager.close();
    trainer.close();
    model.close();
  }
}
