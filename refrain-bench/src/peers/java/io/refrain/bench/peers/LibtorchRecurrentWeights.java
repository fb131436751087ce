package io.refrain.bench.peers;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.RecurrentShape;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** W_ih, W_hh, b_ih and b_hh of a stack of layers, in PyTorch's order. */
final class LibtorchRecurrentWeights implements AutoCloseable {
  private static final int OF_A_LAYER = 4;
  private static final boolean BIASES = true;
  private static final double NO_DROPOUT = 0;
  private static final boolean BIDIRECTIONAL = false;
  private static final boolean BATCH_FIRST = false;

  private final RecurrentShape shape;
  private final List<Tensor> tensors = new ArrayList<>();

  LibtorchRecurrentWeights(RecurrentShape shape, InitialWeights initial) {
    this.shape = shape;
    int rows = shape.gateWidth();
    for (int layer = 0; layer < shape.layers(); layer++) {
      tensors.add(LibtorchTensors.trained(initial, rows, shape.inputs(layer)));
      tensors.add(LibtorchTensors.trained(initial, rows, shape.hidden()));
      tensors.add(LibtorchTensors.trained(initial, rows));
      tensors.add(LibtorchTensors.trained(initial, rows));
    }
  }

  RecurrentShape shape() {
    return shape;
  }

  /** W_ih, [gates · hidden, inputs]. */
  Tensor inputWeights(int layer) {
    return tensors.get(OF_A_LAYER * layer);
  }

  /** Takes the first W_ih's place, in whatever form. */
  void replaceFirst(Tensor weights) {
    tensors.set(0, weights).releaseReference();
  }

  /** W_hh, [gates · hidden, hidden]. */
  Tensor stateWeights(int layer) {
    return tensors.get(OF_A_LAYER * layer + 1);
  }

  /**
   * The biases that join the input's product: both, but for GRU, whose b_hh belongs to the state's
   * product, which the reset gate multiplies.
   */
  Tensor inputBias(int layer) {
    Tensor bias = tensors.get(OF_A_LAYER * layer + 2);
    return shape.cell() == CellKind.GRU ? bias : bias.add(stateBias(layer));
  }

  /** b_hh. */
  Tensor stateBias(int layer) {
    return tensors.get(OF_A_LAYER * layer + 3);
  }

  /** All tensors of the layers from the given one on. */
  TensorVector from(int layer) {
    return new TensorVector(
        tensors.subList(OF_A_LAYER * layer, tensors.size()).toArray(Tensor[]::new));
  }

  List<Tensor> all() {
    return tensors;
  }

  /** One tensor [layers, batch, hidden], or two for LSTM. */
  TensorVector zeroState(int batch) {
    Tensor zeros = torch.zeros(shape.layers(), batch, shape.hidden());
    return shape.cell() == CellKind.LSTM ? new TensorVector(zeros, zeros) : new TensorVector(zeros);
  }

  /**
   * What layers make of a sequence.
   *
   * @param output [steps, batch, hidden] of the last layer
   * @param state as {@link #zeroState}
   */
  record Sequence(Tensor output, TensorVector state) {}

  /**
   * The operation behind nn.RNN, nn.LSTM and nn.GRU.
   *
   * @param input [steps, batch, inputs]
   * @param weights of {@link #from}
   * @param training whether gradients will be asked for
   */
  static Sequence run(
      CellKind cell, Tensor input, TensorVector state, TensorVector weights, boolean training) {
    long layers = weights.size() / OF_A_LAYER;
    return switch (cell) {
      case RNN -> {
        var result =
            torch.rnn_tanh(
                input,
                state.front(),
                weights,
                BIASES,
                layers,
                NO_DROPOUT,
                training,
                BIDIRECTIONAL,
                BATCH_FIRST);
        yield new Sequence(result.get0(), new TensorVector(result.get1()));
      }
      case GRU -> {
        var result =
            torch.gru(
                input,
                state.front(),
                weights,
                BIASES,
                layers,
                NO_DROPOUT,
                training,
                BIDIRECTIONAL,
                BATCH_FIRST);
        yield new Sequence(result.get0(), new TensorVector(result.get1()));
      }
      case LSTM -> {
        var result =
            torch.lstm(
                input,
                state,
                weights,
                BIASES,
                layers,
                NO_DROPOUT,
                training,
                BIDIRECTIONAL,
                BATCH_FIRST);
        yield new Sequence(result.get0(), new TensorVector(result.get1(), result.get2()));
      }
      case MIN_GRU -> throw new IllegalArgumentException("libtorch has no layer for " + cell);
    };
  }

  @Override
  public void close() {
    tensors.forEach(Tensor::releaseReference);
  }
}
