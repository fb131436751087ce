package io.refrain.bench.conformance;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** One set of libtorch's leaf tensors and the forward pass over them, within one PointerScope. */
final class LibtorchNetwork {

  private static final boolean BIASES = true;
  private static final double NO_DROPOUT = 0;
  private static final boolean TRAINING = true;

  private final CellKind kind;
  private final boolean batchFirst;
  private final int layers;
  private final boolean bidirectional;
  private final Map<String, Tensor> weights = new LinkedHashMap<>();
  private final TensorVector recurrent = new TensorVector();

  /**
   * What a forward pass gives.
   *
   * @param output all outputs of the last layer
   * @param state h, or h and c
   * @param logits [rows, classes], or null without an output layer
   */
  record Forward(Tensor output, List<Tensor> state, @Nullable Tensor logits) {}

  LibtorchNetwork(CellKind kind, boolean batchFirst, Map<String, Shaped> values) {
    this.kind = kind;
    this.batchFirst = batchFirst;
    bidirectional = values.containsKey("weight_ih_l0_reverse");
    layers =
        (int)
            IntStream.iterate(0, layer -> values.containsKey("weight_ih_l" + layer), n -> n + 1)
                .count();
    values.forEach((name, value) -> weights.put(name, value.toTensor().set_requires_grad(true)));
    for (int layer = 0; layer < layers; layer++) {
      addRecurrent("_l" + layer);
      if (bidirectional) {
        addRecurrent("_l" + layer + "_reverse");
      }
    }
  }

  private void addRecurrent(String suffix) {
    for (String part : List.of("weight_ih", "weight_hh", "bias_ih", "bias_hh")) {
      recurrent.push_back(weight(part + suffix));
    }
  }

  private Tensor weight(String name) {
    Tensor tensor = weights.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "Weight '%s' is missing; given are %s.".formatted(name, weights.keySet()));
    }
    return tensor;
  }

  Map<String, Tensor> weights() {
    return weights;
  }

  TensorVector parameters() {
    return new TensorVector(weights.values().toArray(Tensor[]::new));
  }

  /** Vectors as a leaf; indices as one-hot or embedded rows. */
  Tensor vectors(Input input) {
    return switch (input) {
      case Input.Dense dense -> dense.vectors().toTensor();
      case Input.Indices indices -> {
        Tensor rows = indices(indices.indices()).view(indices.rows(), indices.columns());
        yield weights.containsKey("embedding.weight")
            ? torch.embedding(weight("embedding.weight"), rows)
            : torch.one_hot(rows, weight("weight_ih_l0").size(1)).to(torch.ScalarType.Float);
      }
    };
  }

  static Tensor indices(int[] values) {
    return torch.tensor(IntStream.of(values).asLongStream().toArray());
  }

  /** States of zeros for a given input, [layers * directions, batch, hidden]. */
  List<Tensor> zeroState(Tensor input) {
    long batch = input.size(batchFirst ? 0 : 1);
    long rows = (long) layers * (bidirectional ? 2 : 1);
    Tensor hidden = torch.zeros(rows, batch, weight("weight_hh_l0").size(1));
    return kind == CellKind.LSTM ? List.of(hidden, hidden.clone()) : List.of(hidden);
  }

  Forward forward(Tensor input, List<Tensor> state) {
    Forward sequence =
        switch (kind) {
          case LSTM -> lstm(input, state);
          case GRU -> pair(simple(input, state.getFirst(), torch::gru));
          case RNN_TANH -> pair(simple(input, state.getFirst(), torch::rnn_tanh));
          case RNN_RELU -> pair(simple(input, state.getFirst(), torch::rnn_relu));
        };
    if (!weights.containsKey("linear.weight")) {
      return sequence;
    }
    Tensor rows = sequence.output().reshape(-1, sequence.output().size(2));
    TensorOptional bias = new TensorOptional(weight("linear.bias"));
    Tensor logits = torch.linear(rows, weight("linear.weight"), bias);
    return new Forward(sequence.output(), sequence.state(), logits);
  }

  /** The common shape of libtorch's operations with a single state. */
  @FunctionalInterface
  private interface Operation {
    T_TensorTensor_T apply(
        Tensor input,
        Tensor state,
        TensorVector parameters,
        boolean biases,
        long layers,
        double dropout,
        boolean training,
        boolean bidirectional,
        boolean batchFirst);
  }

  private T_TensorTensor_T simple(Tensor input, Tensor state, Operation operation) {
    return operation.apply(
        input, state, recurrent, BIASES, layers, NO_DROPOUT, TRAINING, bidirectional, batchFirst);
  }

  private static Forward pair(T_TensorTensor_T result) {
    return new Forward(result.get0(), List.of(result.get1()), null);
  }

  private Forward lstm(Tensor input, List<Tensor> state) {
    TensorVector states = new TensorVector(state.get(0), state.get(1));
    T_TensorTensorTensor_T result =
        torch.lstm(
            input,
            states,
            recurrent,
            BIASES,
            layers,
            NO_DROPOUT,
            TRAINING,
            bidirectional,
            batchFirst);
    return new Forward(result.get0(), List.of(result.get1(), result.get2()), null);
  }
}
