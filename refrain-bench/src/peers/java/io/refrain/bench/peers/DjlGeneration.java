package io.refrain.bench.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.PeerVariant;

/** Greedy generation with DJL's blocks, one token at a time. */
final class DjlGeneration implements PeerCase {

  private final NDManager manager = NDManager.newBaseManager();
  private final Block input;
  private final Block recurrent;
  private final Block output;
  private final ParameterStore parameters;
  private NDArray index;
  private NDList state = new NDList();

  DjlGeneration(Generation workload) {
    LanguageShape model = workload.model();
    input = DjlBlocks.input(model, PeerVariant.ONE_HOT);
    recurrent = DjlBlocks.recurrent(model.recurrent(), true);
    output = DjlBlocks.output(model);
    recurrent.initialize(manager, DataType.FLOAT32, new Shape(1, 1, model.vocabulary()));
    output.initialize(manager, DataType.FLOAT32, new Shape(1, 1, model.hidden()));
    DjlBlocks.setInitialWeights(workload, recurrent, output);
    parameters = new ParameterStore(manager, false);
    index = manager.zeros(new Shape(1, 1), DataType.INT64);
  }

  @Override
  public double run(int units) {
    long sum = 0;
    for (int unit = 0; unit < units; unit++) {
      sum += step();
    }
    return sum;
  }

  private long step() {
    try (NDManager scope = manager.newSubManager()) {
      index.attach(scope);
      state.attach(scope);
      NDList inputs = input.forward(parameters, new NDList(index), false);
      inputs.addAll(state);
      NDList sequence = recurrent.forward(parameters, inputs, false);
      NDArray logits =
          output.forward(parameters, new NDList(sequence.head()), false).singletonOrThrow();
      index = logits.argMax().reshape(1, 1);
      state = sequence.subNDList(1);
      long token = index.getLong();
      index.attach(manager);
      state.attach(manager);
      return token;
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
