package io.refrain.bench.conformance;

import io.refrain.nn.recurrent.StackOptions;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.GRUImpl;
import org.bytedeco.pytorch.GRUOptions;
import org.bytedeco.pytorch.LSTMImpl;
import org.bytedeco.pytorch.LSTMOptions;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.RNNImpl;
import org.bytedeco.pytorch.RNNOptions;
import org.bytedeco.pytorch.StringTensorDict;
import org.bytedeco.pytorch.StringTensorDictItem;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.kReLU;
import org.bytedeco.pytorch.kTanh;

/**
 * Modules of {@code torch::nn} with weights of their own, exchanged by the names of their {@code
 * state_dict}: recurrent layers alone, or as {@code rnn} between {@code embedding} and {@code
 * linear}. Its memory is libtorch's, until it is closed.
 */
final class LibtorchModule implements AutoCloseable {
  private final PointerScope scope;
  private final Module root;
  private final Module rnn;

  private LibtorchModule(PointerScope scope, Module root, Module rnn) {
    this.scope = scope;
    this.root = root;
    this.rnn = rnn;
  }

  /** {@code torch::nn::RNN}, {@code LSTM} or {@code GRU}, as it draws its own weights. */
  static LibtorchModule recurrent(Network network, long seed) {
    PointerScope scope = new PointerScope();
    torch.manual_seed(seed);
    Module rnn = layers(network);
    return new LibtorchModule(scope, rnn, rnn);
  }

  /**
   * A module of an embedding of {@code vocabulary} tokens, recurrent layers and a linear output.
   */
  static LibtorchModule languageModel(Network network, int vocabulary, long seed) {
    PointerScope scope = new PointerScope();
    torch.manual_seed(seed);
    Module root = new Module("model");
    root.register_module("embedding", new EmbeddingImpl(vocabulary, network.options().input()));
    Module rnn = root.register_module("rnn", layers(network));
    root.register_module("linear", new LinearImpl(network.outputWidth(), vocabulary));
    return new LibtorchModule(scope, root, rnn);
  }

  private static Module layers(Network network) {
    StackOptions options = network.options();
    int input = options.input();
    int hidden = network.hidden();
    return switch (network.kind()) {
      case RNN_TANH, RNN_RELU -> {
        RNNOptions rnn = new RNNOptions(input, hidden);
        put(options, rnn.num_layers(), rnn.bias(), rnn.batch_first(), rnn.bidirectional());
        if (network.kind() == CellKind.RNN_TANH) {
          rnn.nonlinearity().put(new kTanh());
        } else {
          rnn.nonlinearity().put(new kReLU());
        }
        yield new RNNImpl(rnn);
      }
      case LSTM -> {
        LSTMOptions lstm = new LSTMOptions(input, hidden);
        put(options, lstm.num_layers(), lstm.bias(), lstm.batch_first(), lstm.bidirectional());
        lstm.proj_size().put(options.projection());
        yield new LSTMImpl(lstm);
      }
      case GRU -> {
        GRUOptions gru = new GRUOptions(input, hidden);
        put(options, gru.num_layers(), gru.bias(), gru.batch_first(), gru.bidirectional());
        yield new GRUImpl(gru);
      }
    };
  }

  private static void put(
      StackOptions options,
      LongPointer layers,
      BoolPointer bias,
      BoolPointer batchFirst,
      BoolPointer bidirectional) {
    layers.put(options.layers());
    bias.put(options.biased());
    batchFirst.put(options.batchFirst());
    bidirectional.put(options.bidirectional());
  }

  private Map<String, Tensor> namedParameters() {
    StringTensorDict dictionary = root.named_parameters();
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    for (long i = 0; i < dictionary.size(); i++) {
      StringTensorDictItem item = dictionary.get(i);
      parameters.put(item.key().getString(), item.value());
    }
    return parameters;
  }

  /** Copies of its parameters, by name. */
  Map<String, Shaped> stateDict() {
    Map<String, Shaped> values = new LinkedHashMap<>();
    namedParameters().forEach((name, tensor) -> values.put(name, Shaped.of(tensor)));
    return values;
  }

  /** Replaces every parameter by the values of its name, which must be there and nothing else. */
  void loadStateDict(Map<String, Shaped> values) {
    Map<String, Tensor> parameters = namedParameters();
    if (!parameters.keySet().equals(values.keySet())) {
      throw new IllegalArgumentException(
          "the module's parameters are %s, but given are %s"
              .formatted(parameters.keySet(), values.keySet()));
    }
    parameters.forEach((name, tensor) -> {
      Shaped value = values.get(name);
      int[] shape = Shaped.of(tensor).shape();
      if (!Arrays.equals(shape, value.shape())) { // copy_ would stretch some that do not fit
        throw new IllegalArgumentException(
            "%s has the shape %s, but given is %s"
                .formatted(name, Arrays.toString(shape), Arrays.toString(value.shape())));
      }
      tensor.detach().copy_(value.toTensor());
    });
  }

  /** The outputs of the recurrent layers. */
  Shaped outputs(Shaped vectors) {
    return Shaped.of(layersForward(vectors.toTensor()));
  }

  /** The logits of a language model, of indices [steps, batch]. */
  Shaped logits(int[] indices, int steps, int batch) {
    Map<String, Tensor> parameters = namedParameters();
    Tensor rows = LibtorchNetwork.indices(indices).view(steps, batch);
    Tensor vectors = torch.embedding(parameters.get("embedding.weight"), rows);
    Tensor output = layersForward(vectors);
    Tensor logits =
        torch
            .matmul(output, parameters.get("linear.weight").t())
            .add(parameters.get("linear.bias"));
    return Shaped.of(logits);
  }

  private Tensor layersForward(Tensor input) {
    return switch (rnn) {
      case RNNImpl layers -> layers.forward(input).get0();
      case GRUImpl layers -> layers.forward(input).get0();
      case LSTMImpl layers -> layers.forward(input).get0();
      default -> throw new IllegalStateException("no recurrent layers: " + rnn);
    };
  }

  @Override
  public void close() {
    scope.close();
  }
}
