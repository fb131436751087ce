package io.refrain.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.PaddedPass;

/** Forward and backward over padded sequences with DJL's block. */
final class DjlPaddedPass implements PeerCase {

  private final NDManager manager = NDManager.newBaseManager();
  private final Block recurrent;
  private final ParameterStore parameters = new ParameterStore(manager, false);
  private final NDArray input;
  private final NDArray mask;

  DjlPaddedPass(PaddedPass workload) {
    FloatSequences batch = FloatSequences.of(workload.ragged());
    Shape shape =
        new Shape(batch.steps(), batch.lengths().length, workload.ragged().recurrent().inputs());
    recurrent = DjlBlocks.recurrent(workload.ragged().recurrent(), false);
    recurrent.initialize(manager, DataType.FLOAT32, shape);
    DjlBlocks.setInitialWeights(workload, recurrent);
    for (Parameter parameter : recurrent.getParameters().values()) {
      parameter.getArray().setRequiresGradient(true);
    }
    input = manager.create(batch.values(), shape);
    mask = manager.create(weights(batch), new Shape(batch.steps(), batch.lengths().length, 1));
  }

  /** Of each output in the loss. */
  private static float[] weights(FloatSequences batch) {
    int sequences = batch.lengths().length;
    float[] weights = new float[batch.steps() * sequences];
    for (int at = 0; at < weights.length; at++) {
      boolean real = at / sequences < batch.lengths()[at % sequences];
      weights[at] = real ? 1f / batch.realSteps() : 0;
    }
    return weights;
  }

  @Override
  public double run(int units) {
    for (int unit = 0; unit < units; unit++) {
      pass();
    }
    try (NDManager scope = manager.newSubManager()) {
      double squares = 0;
      for (Parameter parameter : recurrent.getParameters().values()) {
        NDArray gradient = parameter.getArray().getGradient();
        scope.tempAttachAll(gradient);
        double norm = gradient.norm().getFloat();
        squares += norm * norm;
      }
      return Math.sqrt(squares);
    }
  }

  private void pass() {
    try (NDManager scope = manager.newSubManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      collector.zeroGradients();
      scope.tempAttachAll(input, mask);
      NDArray output = recurrent.forward(parameters, new NDList(input), true).head();
      collector.backward(output.mul(mask).sum());
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
