package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.ModelWeights;
import io.refrain.model.WeightsMismatchException;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.RecurrentStack;
import io.refrain.nn.recurrent.StackOptions;
import io.refrain.store.NamedTensor;
import io.refrain.store.Safetensors;
import io.refrain.store.SafetensorsFile;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * PyTorch's weights run in Refrain and Refrain's in PyTorch: modules of {@code torch::nn} exchange
 * their {@code state_dict} with Refrain's networks by way of safetensors files.
 */
class StateDictConformanceTest {
  private static final double OUTPUTS = 1e-5;
  private static final int STEPS = 7;
  private static final int BATCH = 5;
  private static final int INPUT = 6;
  private static final int HIDDEN = 11;
  private static final int VOCABULARY = 13;

  private static final Differences DIFFERENCES = new Differences("weights exchanged with libtorch");

  @TempDir Path folder;

  @AfterAll
  static void report() {
    DIFFERENCES.report();
  }

  static Stream<Network> networks() {
    List<Network> networks = new ArrayList<>();
    for (CellKind kind : CellKind.values()) {
      Network network = Network.of(kind, INPUT, HIDDEN);
      StackOptions deep = network.options().withLayers(3);
      networks.add(network);
      networks.add(network.with(deep.withBothDirections()));
      networks.add(network.with(deep.withoutBias().withBatchFirst()));
      if (kind == CellKind.LSTM) {
        networks.add(network.with(deep.withProjection(4)));
        networks.add(network.with(deep.withProjection(3).withBothDirections().withoutBias()));
      }
    }
    return networks.stream();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void whatLibtorchDrewRunsInRefrain(Network network) throws IOException {
    Shaped vectors = Draws.values(new SplittableRandom(4), 1, STEPS, BATCH, INPUT);
    RecurrentStack stack = new RecurrentStack(network.options(), new SplittableRandom(1));
    try (LibtorchModule module = LibtorchModule.recurrent(network, 5)) {
      Path file = written(module.stateDict());
      load(file, stack.parameters());
      DIFFERENCES.assertClose(
          "outputs", network.toString(), outputs(stack, vectors), module.outputs(vectors), OUTPUTS);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void whatRefrainSavedRunsInLibtorch(Network network) throws IOException {
    Shaped vectors = Draws.values(new SplittableRandom(4), 1, STEPS, BATCH, INPUT);
    RecurrentStack stack = new RecurrentStack(network.options(), new SplittableRandom(2));
    try (LibtorchModule module = LibtorchModule.recurrent(network, 6)) {
      module.loadStateDict(saved(stack.parameters()));
      DIFFERENCES.assertClose(
          "outputs", network.toString(), outputs(stack, vectors), module.outputs(vectors), OUTPUTS);
    }
  }

  @ParameterizedTest
  @EnumSource(CellKind.class)
  void aLanguageModelGoesBothWays(CellKind kind) throws IOException {
    int[] tokens = Draws.indices(new SplittableRandom(7), STEPS * BATCH, VOCABULARY);
    Network network = Network.of(kind, INPUT, HIDDEN);
    network = network.with(network.options().withLayers(2));
    LanguageModelConfig config =
        new LanguageModelConfig(VOCABULARY, INPUT, modelCell(kind), HIDDEN, 2);
    LanguageModel model = new LanguageModel(config, new SplittableRandom(3));
    try (LibtorchModule module = LibtorchModule.languageModel(network, VOCABULARY, 8)) {
      Shaped before = logits(model, tokens);
      load(written(module.stateDict()), model.parameters());
      Shaped after = module.logits(tokens, STEPS, BATCH);
      assertThat(logits(model, tokens).values()).isNotEqualTo(before.values());
      DIFFERENCES.assertClose("logits", kind + " loaded", logits(model, tokens), after, OUTPUTS);

      LanguageModel other = new LanguageModel(config, new SplittableRandom(4));
      module.loadStateDict(saved(other.parameters()));
      Shaped expected = module.logits(tokens, STEPS, BATCH);
      assertThat(expected.values()).isNotEqualTo(after.values());
      DIFFERENCES.assertClose("logits", kind + " saved", logits(other, tokens), expected, OUTPUTS);
    }
  }

  private static io.refrain.model.CellKind modelCell(CellKind kind) {
    return switch (kind) {
      case RNN_TANH -> io.refrain.model.CellKind.RNN_TANH;
      case RNN_RELU -> io.refrain.model.CellKind.RNN_RELU;
      case LSTM -> io.refrain.model.CellKind.LSTM;
      case GRU -> io.refrain.model.CellKind.GRU;
    };
  }

  @Test
  void everythingThatDoesNotFitIsNamedAtOnceAndNothingChanges() throws IOException {
    Network theirs = Network.of(CellKind.LSTM, INPUT, HIDDEN);
    theirs = theirs.with(theirs.options().withBothDirections().withoutBias());
    RecurrentStack stack =
        new RecurrentStack(
            Network.of(CellKind.LSTM, INPUT, HIDDEN - 2).options().withLayers(2),
            new SplittableRandom(1));
    List<NamedTensor> before = ModelWeights.of("", stack.parameters());
    try (LibtorchModule module = LibtorchModule.recurrent(theirs, 5)) {
      Path file = written(module.stateDict());
      assertThatExceptionOfType(WeightsMismatchException.class)
          .isThrownBy(() -> load(file, stack.parameters()))
          .withMessageContainingAll(
              "weight_ih_l0 has the shape [44, 6], expected [36, 6]",
              "weight_hh_l0 has the shape [44, 11], expected [36, 9]",
              "bias_ih_l0 is missing",
              "bias_hh_l0 is missing",
              "weight_ih_l1 is missing",
              "weight_hh_l1 is missing",
              "bias_ih_l1 is missing",
              "bias_hh_l1 is missing",
              "weight_ih_l0_reverse is not expected",
              "weight_hh_l0_reverse is not expected");
    }
    assertThat(ModelWeights.of("", stack.parameters())).isEqualTo(before);
  }

  private static void load(Path file, SequencedMap<String, Parameter> parameters)
      throws IOException {
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      ModelWeights.load(open, "", parameters);
    }
  }

  private Map<String, Shaped> saved(SequencedMap<String, Parameter> parameters) throws IOException {
    Path file = folder.resolve("refrain.safetensors");
    Safetensors.write(file, Map.of(), ModelWeights.of("", parameters));
    Map<String, Shaped> values = new LinkedHashMap<>();
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      for (NamedTensor tensor : open.tensors()) {
        values.put(tensor.name(), new Shaped(tensor.data(), tensor.shape()));
      }
    }
    return values;
  }

  /**
   * A file written by the format's description alone, in an order that is not the parameters':
   * names decide.
   */
  private Path written(Map<String, Shaped> stateDict) throws IOException {
    List<String> names = new ArrayList<>(stateDict.keySet());
    Collections.reverse(names);
    List<String> entries = new ArrayList<>();
    int size = 0;
    for (String name : names) {
      Shaped value = stateDict.get(name);
      int end = size + Float.BYTES * value.values().length;
      entries.add(
          "\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
              .formatted(name, Arrays.toString(value.shape()), size, end));
      size = end;
    }
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES + header.length + size).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(header.length).put(header);
    for (String name : names) {
      for (float value : stateDict.get(name).values()) {
        bytes.putFloat(value);
      }
    }
    return Files.write(folder.resolve("libtorch.safetensors"), bytes.array());
  }

  private static Shaped outputs(RecurrentStack stack, Shaped vectors) {
    Tape tape = Tape.computing(ThreadTeam.single());
    Tensor x = Tensor.constant(vectors.values(), vectors.shape());
    int batch = vectors.shape()[stack.options().batchFirst() ? 0 : 1];
    Tensor output = stack.forward(tape, x, stack.initialState(batch)).output();
    return new Shaped(output.data(), output.shape());
  }

  private static Shaped logits(LanguageModel model, int[] tokens) {
    Tape tape = Tape.computing(ThreadTeam.single());
    Tensor logits = model.forward(tape, tokens, STEPS, BATCH, model.initialState(BATCH)).logits();
    return new Shaped(logits.data(), logits.shape());
  }
}
