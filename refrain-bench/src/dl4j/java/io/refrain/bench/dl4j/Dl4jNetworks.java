package io.refrain.bench.dl4j;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.LanguageWorkload;
import io.refrain.bench.workload.RecurrentShape;
import io.refrain.bench.workload.Workload;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Networks of DL4J's layers with the common weights.
 *
 * <p>DL4J's LSTM has one bias, the sum of PyTorch's two, and its weights transposed with the gates
 * in another order: candidate, forget, output, input.
 */
final class Dl4jNetworks {

  /** Where PyTorch keeps the gate that DL4J has in each place. */
  private static final int[] PYTORCH_GATE = {2, 1, 3, 0};

  private Dl4jNetworks() {}

  /** Layers of LSTM alone. */
  static MultiLayerNetwork recurrent(RecurrentShape shape, Workload workload) {
    return withWeights(layers(shape), shape, new InitialWeights(workload));
  }

  /** LSTM and logits with softmax and cross-entropy. */
  static MultiLayerNetwork language(LanguageWorkload workload) {
    RecurrentShape shape = workload.model().recurrent();
    int vocabulary = workload.model().vocabulary();
    NeuralNetConfiguration.ListBuilder layers = layers(shape);
    layers.layer(
        new RnnOutputLayer.Builder(LossFunction.MCXENT)
            .nIn(shape.hidden())
            .nOut(vocabulary)
            .activation(Activation.SOFTMAX)
            .build());
    InitialWeights initial = new InitialWeights(workload);
    MultiLayerNetwork network = withWeights(layers, shape, initial);
    float[] weights = initial.next(vocabulary * shape.hidden());
    assign(network, shape.layers() + "_W", matrix(weights, vocabulary, shape.hidden()).transpose());
    assign(network, shape.layers() + "_b", Nd4j.createFromArray(initial.next(vocabulary)));
    return network;
  }

  private static NeuralNetConfiguration.ListBuilder layers(RecurrentShape shape) {
    if (shape.cell() != CellKind.LSTM) {
      throw new IllegalArgumentException("DL4J is measured with LSTM, not " + shape.cell());
    }
    // weights are set and updated here, in the same way for all who are compared
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder().updater(new NoOp()).miniBatch(false).list();
    for (int layer = 0; layer < shape.layers(); layer++) {
      layers.layer(
          new LSTM.Builder()
              .nIn(shape.inputs(layer))
              .nOut(shape.hidden())
              .activation(Activation.TANH)
              .gateActivationFunction(Activation.SIGMOID)
              .build());
    }
    return layers;
  }

  private static MultiLayerNetwork withWeights(
      NeuralNetConfiguration.ListBuilder layers, RecurrentShape shape, InitialWeights initial) {
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    int rows = shape.gateWidth();
    for (int layer = 0; layer < shape.layers(); layer++) {
      INDArray input = reordered(initial, shape.hidden(), shape.inputs(layer));
      INDArray state = reordered(initial, shape.hidden(), shape.hidden());
      INDArray biases =
          reordered(initial, shape.hidden(), 1).addi(reordered(initial, shape.hidden(), 1));
      assign(network, layer + "_W", input.transpose());
      assign(network, layer + "_RW", state.transpose());
      assign(network, layer + "_b", biases.reshape(rows));
    }
    return network;
  }

  /** The next weights [4 · hidden, columns] with the rows of their gates in DL4J's order. */
  private static INDArray reordered(InitialWeights initial, int hidden, int columns) {
    int size = hidden * columns;
    float[] pytorch = initial.next(PYTORCH_GATE.length * size);
    float[] values = new float[pytorch.length];
    for (int gate = 0; gate < PYTORCH_GATE.length; gate++) {
      System.arraycopy(pytorch, PYTORCH_GATE[gate] * size, values, gate * size, size);
    }
    return matrix(values, PYTORCH_GATE.length * hidden, columns);
  }

  private static INDArray matrix(float[] values, int rows, int columns) {
    return Nd4j.createFromArray(values).reshape('c', rows, columns);
  }

  private static void assign(MultiLayerNetwork network, String name, INDArray values) {
    network.getParam(name).assign(values);
  }
}
