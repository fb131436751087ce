package io.refrain.bench.dl4j;

import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.SequenceInference;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** One sequence read to its end with {@code output}. */
final class Dl4jInference implements PeerCase {

  private final MultiLayerNetwork network;
  private final INDArray input;
  private final int last;

  Dl4jInference(SequenceInference workload) {
    network = Dl4jNetworks.recurrent(workload.recurrent(), workload);
    FloatSequences sequence = FloatSequences.of(workload);
    last = sequence.steps() - 1;
    // DL4J wants [batch, inputs, steps]
    input =
        Nd4j.createFromArray(sequence.values())
            .reshape('c', sequence.steps(), 1, workload.recurrent().inputs())
            .permute(1, 2, 0)
            .dup('f');
  }

  @Override
  public double run(int units) {
    double sum = Double.NaN;
    for (int unit = 0; unit < units; unit++) {
      INDArray output = network.output(input, false);
      sum =
          output
              .get(NDArrayIndex.point(0), NDArrayIndex.all(), NDArrayIndex.point(last))
              .sumNumber()
              .doubleValue();
    }
    return sum;
  }

  @Override
  public void close() {
    network.close();
  }
}
