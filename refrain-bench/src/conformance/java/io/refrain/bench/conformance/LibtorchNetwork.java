package io.refrain.bench.conformance;

import io.refrain.nn.recurrent.StackOptions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.PackedSequence;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** One set of libtorch's leaf tensors and the forward pass over them, within one PointerScope. */
final class LibtorchNetwork {

  private static final double NO_DROPOUT = 0;
  private static final boolean TRAINING = true;

  private final Network network;
  private final StackOptions options;
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

  LibtorchNetwork(Network network, Map<String, Shaped> values) {
    this.network = network;
    options = network.options();
    values.forEach((name, value) -> weights.put(name, value.toTensor().set_requires_grad(true)));
    network.recurrentShapes().keySet().forEach(name -> recurrent.push_back(weight(name)));
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
            : torch.one_hot(rows, options.input()).to(torch.ScalarType.Float);
      }
    };
  }

  static Tensor indices(int[] values) {
    return torch.tensor(IntStream.of(values).asLongStream().toArray());
  }

  /** States of zeros for a given input, h, or h and c. */
  List<Tensor> zeroState(Tensor input) {
    int batch = Math.toIntExact(input.size(options.batchFirst() ? 0 : 1));
    return network.stateShapes(batch).stream()
        .map(shape -> torch.zeros(Arrays.stream(shape).asLongStream().toArray()))
        .toList();
  }

  /** Runs over padded sequences, packed where they have lengths. */
  Forward forward(Tensor input, int @Nullable [] lengths, List<Tensor> state) {
    Forward sequence = lengths == null ? padded(input, state) : packed(input, lengths, state);
    Tensor features =
        switch (network.head()) {
          case NONE -> null;
          case EVERY_STEP -> sequence.output().reshape(-1, sequence.output().size(2));
          case LAST_STATE -> lastLayer(sequence.state().getFirst());
        };
    if (features == null) {
      return sequence;
    }
    TensorOptional bias = new TensorOptional(weight("linear.bias"));
    Tensor logits = torch.linear(features, weight("linear.weight"), bias);
    return new Forward(sequence.output(), sequence.state(), logits);
  }

  /** [layers * directions, batch, width] to the last layer's [batch, directions * width]. */
  private Tensor lastLayer(Tensor state) {
    long end = state.size(0);
    return options.bidirectional()
        ? torch.cat(new TensorVector(state.select(0, end - 2), state.select(0, end - 1)), 1)
        : state.select(0, end - 1);
  }

  private Forward padded(Tensor input, List<Tensor> state) {
    return switch (network.kind()) {
      case LSTM -> {
        T_TensorTensorTensor_T result =
            torch.lstm(
                input,
                new TensorVector(state.get(0), state.get(1)),
                recurrent,
                options.biased(),
                options.layers(),
                NO_DROPOUT,
                TRAINING,
                options.bidirectional(),
                options.batchFirst());
        yield new Forward(result.get0(), List.of(result.get1(), result.get2()), null);
      }
      case GRU -> padded(input, state, torch::gru);
      case RNN_TANH -> padded(input, state, torch::rnn_tanh);
      case RNN_RELU -> padded(input, state, torch::rnn_relu);
    };
  }

  /** The common shape of libtorch's operations with a single state on padded sequences. */
  @FunctionalInterface
  private interface PaddedOperation {
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

  private Forward padded(Tensor input, List<Tensor> state, PaddedOperation operation) {
    T_TensorTensor_T result =
        operation.apply(
            input,
            state.getFirst(),
            recurrent,
            options.biased(),
            options.layers(),
            NO_DROPOUT,
            TRAINING,
            options.bidirectional(),
            options.batchFirst());
    return new Forward(result.get0(), List.of(result.get1()), null);
  }

  /** As a module does with what {@code pack_padded_sequence} gives, and padded again. */
  private Forward packed(Tensor input, int[] lengths, List<Tensor> state) {
    boolean batchFirst = options.batchFirst();
    PackedSequence packed =
        torch.pack_padded_sequence(
            input, indices(lengths), batchFirst, /* enforce_sorted= */ false);
    List<Tensor> sorted =
        state.stream().map(tensor -> tensor.index_select(1, packed.sorted_indices())).toList();
    Forward result =
        switch (network.kind()) {
          case LSTM -> packedLstm(packed, sorted);
          case GRU -> packed(packed, sorted, torch::gru);
          case RNN_TANH -> packed(packed, sorted, torch::rnn_tanh);
          case RNN_RELU -> packed(packed, sorted, torch::rnn_relu);
        };
    PackedSequence output =
        new PackedSequence(
            result.output(),
            packed.batch_sizes(),
            packed.sorted_indices(),
            packed.unsorted_indices());
    LongOptional totalLength = new LongOptional(input.size(batchFirst ? 1 : 0));
    return new Forward(
        torch.pad_packed_sequence(output, batchFirst, 0, totalLength).get0(),
        result.state().stream()
            .map(tensor -> tensor.index_select(1, packed.unsorted_indices()))
            .toList(),
        null);
  }

  private Forward packedLstm(PackedSequence packed, List<Tensor> state) {
    T_TensorTensorTensor_T result =
        torch.lstm(
            packed.data(),
            packed.batch_sizes(),
            new TensorVector(state.get(0), state.get(1)),
            recurrent,
            options.biased(),
            options.layers(),
            NO_DROPOUT,
            TRAINING,
            options.bidirectional());
    return new Forward(result.get0(), List.of(result.get1(), result.get2()), null);
  }

  /** The common shape of libtorch's operations with a single state on packed sequences. */
  @FunctionalInterface
  private interface PackedOperation {
    T_TensorTensor_T apply(
        Tensor data,
        Tensor batchSizes,
        Tensor state,
        TensorVector parameters,
        boolean biases,
        long layers,
        double dropout,
        boolean training,
        boolean bidirectional);
  }

  private Forward packed(PackedSequence packed, List<Tensor> state, PackedOperation operation) {
    T_TensorTensor_T result =
        operation.apply(
            packed.data(),
            packed.batch_sizes(),
            state.getFirst(),
            recurrent,
            options.biased(),
            options.layers(),
            NO_DROPOUT,
            TRAINING,
            options.bidirectional());
    return new Forward(result.get0(), List.of(result.get1()), null);
  }
}
