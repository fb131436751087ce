package io.refrain.bench.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.SequenceInference;

/** One sequence read to its end by DJL's block. */
final class DjlInference implements PeerCase {

  private final NDManager manager = NDManager.newBaseManager();
  private final Block recurrent;
  private final ParameterStore parameters = new ParameterStore(manager, false);
  private final NDArray input;

  DjlInference(SequenceInference workload) {
    Shape shape = new Shape(workload.steps(), 1, workload.recurrent().inputs());
    recurrent = DjlBlocks.recurrent(workload.recurrent(), false);
    recurrent.initialize(manager, DataType.FLOAT32, shape);
    DjlBlocks.setInitialWeights(workload, recurrent);
    input = manager.create(FloatSequences.of(workload).values(), shape);
  }

  @Override
  public double run(int units) {
    double sum = Double.NaN;
    for (int unit = 0; unit < units; unit++) {
      try (NDManager scope = manager.newSubManager()) {
        scope.tempAttachAll(input);
        NDArray output = recurrent.forward(parameters, new NDList(input), false).head();
        sum = output.get(-1).sum().getFloat();
      }
    }
    return sum;
  }

  @Override
  public void close() {
    manager.close();
  }
}
