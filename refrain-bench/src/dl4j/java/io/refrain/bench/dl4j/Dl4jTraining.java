package io.refrain.bench.dl4j;

import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.BatchCycle;
import io.refrain.bench.workload.TokenBatches;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Update;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Training steps with DL4J's forward and backward passes.
 *
 * <p>Its own clipping knows single layers only and its updaters divide by the batch alone, so the
 * mean over all targets, the global norm and gradient descent are written in ND4J's operations. Its
 * LSTM's one bias stands for two, which have the same gradient each: it counts twice in the norm
 * and moves twice as far.
 */
final class Dl4jTraining implements PeerCase {

  private record Batch(INDArray inputs, INDArray targets) {}

  private final TrainingStep workload;
  private final MultiLayerNetwork network;
  private final INDArray gradient;
  private final BatchCycle<Batch> batches;

  Dl4jTraining(TrainingStep workload) {
    if (workload.update() != Update.SGD) {
      throw new IllegalArgumentException(
          "one bias is two under plain gradient descent only, not " + workload.update());
    }
    this.workload = workload;
    network = Dl4jNetworks.language(workload);
    batches =
        new BatchCycle<>(
            TokenBatches.of(workload).stream()
                .map(batch -> new Batch(oneHot(batch.inputs()), oneHot(batch.targets())))
                .toList());
    network.initGradientsView();
    gradient = network.getFlattenedGradients().reshape(network.params().shape()); // a view
  }

  /** DL4J wants [batch, vocabulary, steps]; in this order the rows of a time step are together. */
  private INDArray oneHot(long[] tokens) {
    int batch = workload.batch();
    INDArray values =
        Nd4j.zeros(new int[] {batch, workload.model().vocabulary(), workload.steps()}, 'f');
    for (int at = 0; at < tokens.length; at++) {
      values.putScalar(new long[] {at % batch, tokens[at], at / batch}, 1);
    }
    return values;
  }

  @Override
  public double run(int units) {
    return batches.run(units, this::step);
  }

  private double step(Batch batch) {
    network.setInput(batch.inputs());
    network.setLabels(batch.targets());
    network.computeGradientAndScore();
    double targets = (double) workload.batch() * workload.steps();
    double squares = square(gradient);
    for (int layer = 0; layer < workload.model().layers(); layer++) {
      INDArray bias = network.gradient().getGradientFor(layer + "_b");
      squares += square(bias);
      bias.muli(2);
    }
    double norm = Math.sqrt(squares) / targets;
    double scale = Math.min(1, Update.CLIP_NORM / (norm + 1e-6)) / targets;
    network.params().subi(gradient.muli(scale * workload.update().learningRate()));
    return network.score() / targets; // DL4J's is a sum
  }

  private static double square(INDArray values) {
    double norm = values.norm2Number().doubleValue();
    return norm * norm;
  }

  @Override
  public void close() {
    network.close();
  }
}
