package io.refrain.bench.dl4j;

import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.Generation;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Greedy generation, one token at a time, with {@code rnnTimeStep}. */
final class Dl4jGeneration implements PeerCase {

  private final MultiLayerNetwork network;
  private final INDArray oneHot;
  private long token;

  Dl4jGeneration(Generation workload) {
    network = Dl4jNetworks.language(workload);
    oneHot = Nd4j.zeros(1, workload.model().vocabulary());
  }

  @Override
  public double run(int units) {
    long sum = 0;
    for (int unit = 0; unit < units; unit++) {
      oneHot.putScalar(token, 1);
      INDArray probabilities = network.rnnTimeStep(oneHot);
      oneHot.putScalar(token, 0);
      token = probabilities.argMax().getLong(0);
      sum += token;
    }
    return sum;
  }

  @Override
  public void close() {
    network.close();
  }
}
