package io.refrain.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.SequentialPartition;
import io.refrain.data.TokenBatch;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.CrossEntropy;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.recurrent.Regularization;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LanguageModelTest {
  private static LanguageModel model(int vocabulary, int embedding, int hidden, int layers) {
    return new LanguageModel(
        new LanguageModelConfig(vocabulary, embedding, CellKind.RNN_TANH, hidden, layers),
        new SplittableRandom(1));
  }

  private static Map<String, List<Integer>> shapes(LanguageModel model) {
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    model
        .parameters()
        .forEach((name, parameter) -> {
          List<Integer> shape = java.util.Arrays.stream(parameter.shape()).boxed().toList();
          shapes.put(name, shape);
        });
    return shapes;
  }

  private static LanguageModelRegularization locked(double layers, double input, double output) {
    Regularization ofLayers = new Regularization(layers, true, 0, 0.1, 0);
    return new LanguageModelRegularization(0, input, output, ofLayers, 0, 0);
  }

  /** There is nothing to lock; but where only input or output drop, layers need not. */
  @Test
  void lockedDropoutNeedsADropout() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> locked(0, 0, 0))
        .withMessage(
            "locked dropout needs a dropout above 0, between layers, of the input or of the"
                + " output: set one, or do not lock it");
    for (var rates : List.of(locked(0.5, 0, 0), locked(0, 0.5, 0), locked(0, 0, 0.5))) {
      LanguageModelConfig config =
          new LanguageModelConfig(9, 4, CellKind.RNN_TANH, 5, 2, false, false, rates);
      LanguageModel model = new LanguageModel(config, new SplittableRandom(1));
      assertThat(model.config().regularization()).isEqualTo(rates);
      assertThat(config.stack().regularization().zoneoutHidden()).isEqualTo(0.1);
    }
  }

  @Test
  void hasTheShapesOfTheNotebooksTwoLayersOverWords() {
    LanguageModel model = model(4581, 0, 256, 2);

    Map<String, List<Integer>> expected = new LinkedHashMap<>();
    expected.put("rnn.weight_ih_l0", List.of(256, 4581));
    expected.put("rnn.weight_hh_l0", List.of(256, 256));
    expected.put("rnn.bias_ih_l0", List.of(256));
    expected.put("rnn.bias_hh_l0", List.of(256));
    expected.put("rnn.weight_ih_l1", List.of(256, 256));
    expected.put("rnn.weight_hh_l1", List.of(256, 256));
    expected.put("rnn.bias_ih_l1", List.of(256));
    expected.put("rnn.bias_hh_l1", List.of(256));
    expected.put("linear.weight", List.of(4581, 256));
    expected.put("linear.bias", List.of(4581));
    assertThat(shapes(model)).containsExactlyEntriesOf(expected);
    assertThat(model.parameterCount())
        .isEqualTo(256 * 4581 + 3 * 256 * 256 + 4 * 256 + 4581 * 256 + 4581);
  }

  @Test
  void anEmbeddingComesFirstAndNarrowsTheInput() {
    assertThat(shapes(model(7, 3, 5, 1)))
        .containsEntry("embedding.weight", List.of(7, 3))
        .containsEntry("rnn.weight_ih_l0", List.of(5, 3))
        .hasSize(7);
    assertThat(model(7, 3, 5, 1).parameters().firstEntry().getKey()).isEqualTo("embedding.weight");
  }

  @Test
  void everyParameterBelongsToOneLayer() {
    LanguageModel model = model(7, 5, 5, 2);
    assertThat(model.layers().sequencedKeySet())
        .containsExactly("embedding", "rnn.l0", "rnn.l1", "linear");
    assertThat(model.layers().values().stream().flatMap(Collection::stream))
        .containsExactlyElementsOf(model.parameters().values());
    assertThat(model.recurrentLayers().sequencedKeySet()).containsExactly("rnn.l0", "rnn.l1");

    LanguageModelConfig tied =
        new LanguageModelConfig(
            7, 5, CellKind.GRU, 5, 1, true, false, LanguageModelRegularization.NONE);
    LanguageModel other = new LanguageModel(tied, new SplittableRandom(1));
    assertThat(other.layers().values().stream().flatMap(Collection::stream))
        .containsExactlyElementsOf(other.parameters().values());
    assertThat(model(7, 0, 5, 1).layers().sequencedKeySet()).containsExactly("rnn.l0", "linear");
  }

  /** All others see it, but it depends on the last step's targets alone. */
  @ParameterizedTest
  @CsvSource({"0, false", "3, true"})
  void theLastStepIsJudgedAlone(int embedding, boolean residual) {
    LanguageModelConfig config =
        new LanguageModelConfig(
            5, embedding, CellKind.GRU, 4, 2, false, residual, LanguageModelRegularization.NONE);
    LanguageModel model = new LanguageModel(config, new SplittableRandom(6));
    TokenBatch batch = new TokenBatch(3, 2);
    SplittableRandom random = new SplittableRandom(7);
    Arrays.setAll(batch.inputs(), i -> random.nextInt(5));
    Arrays.setAll(batch.targets(), i -> random.nextInt(5));
    Tape tape = Tape.recording(ThreadTeam.single());
    List<String> seen = new ArrayList<>();
    Tensor loss =
        model.judgeLastStep(
            tape,
            batch,
            model.initialState(2),
            (layer, output, gates) -> {
              int rows = output.size() / 4;
              seen.add("%d: %d rows, %d gates".formatted(layer, rows, gates.length / rows));
            });
    assertThat(seen).containsExactly("0: 6 rows, 12 gates", "1: 6 rows, 12 gates");
    float[] logits = new float[10];
    Tensor all = model.forward(tape, batch.inputs(), 3, 2, model.initialState(2)).logits();
    System.arraycopy(all.data(), 20, logits, 0, 10);
    int[] targets = Arrays.copyOfRange(batch.targets(), 4, 6);
    assertThat(loss.item())
        .isEqualTo(CrossEntropy.mean(tape, Tensor.constant(logits, 2, 5), targets).item());

    tape.clear();
    Tape another = Tape.recording(ThreadTeam.single());
    another.backward(judge(another, model, batch));
    model
        .parameters()
        .forEach((name, parameter) ->
            GradientCheck.assertRoughSlopes(
                name,
                parameter.tensor().gradient(),
                parameter.data(),
                () -> judge(Tape.computing(ThreadTeam.single()), model, batch).item(),
                random));
  }

  private static Tensor judge(Tape tape, LanguageModel model, TokenBatch batch) {
    return model.judgeLastStep(tape, batch, model.initialState(2), (layer, output, gates) -> {});
  }

  @Test
  void theSeedDecidesTheWeights() {
    LanguageModelConfig config = new LanguageModelConfig(9, 0, CellKind.RNN_TANH, 4, 1);
    LanguageModel other = new LanguageModel(config, new SplittableRandom(2));

    model(9, 0, 4, 1)
        .parameters()
        .forEach((name, parameter) -> {
          assertThat(model(9, 0, 4, 1).parameters().get(name).values())
              .isEqualTo(parameter.values());
          assertThat(other.parameters().get(name).values()).isNotEqualTo(parameter.values());
        });
  }

  @Test
  void evaluationIsTheMeanOverTheTokensPredicted() {
    LanguageModel model = model(5, 0, 6, 1);
    int[] tokens = new SplittableRandom(3).ints(41, 0, 5).toArray();
    Tape tape = Tape.computing(ThreadTeam.single());

    LanguageModel.Evaluation one =
        model.evaluate(tape, TokenSource.of(tokens), new SequentialPartition(1, 40));
    LanguageModel.Evaluation cut =
        model.evaluate(tape, TokenSource.of(tokens), new SequentialPartition(1, 8));

    FrozenLanguageModel frozen = model.freeze();
    FrozenLanguageModel.State state = frozen.initialState();
    double nats = 0;
    for (int i = 0; i < 40; i++) {
      frozen.advance(state, tokens[i]);
      double sum = 0;
      for (float logit : state.logits()) {
        sum += Math.exp(logit);
      }
      nats += Math.log(sum) - state.logits()[tokens[i + 1]];
    }
    assertThat(one.nats()).isCloseTo(nats / 40, within(1e-5));
    assertThat(one.tokens()).isEqualTo(40);
    assertThat(one.perplexity()).isEqualTo(Math.exp(one.nats()));
    assertThat(cut.nats()).as("the state is carried").isCloseTo(one.nats(), within(1e-6));
  }

  @Test
  void trainingNeedsMemoryForItsBatchesToo() {
    LanguageModelConfig small = new LanguageModelConfig(28, 0, CellKind.RNN_TANH, 9, 1);
    small.requireMemoryToTrain(2, 32, 48);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small.requireMemoryToTrain(2, 1 << 24, 100))
        .withMessageContaining("trained in batches of 16777216 rows of 100 steps, needs");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small.requireMemoryToTrain(2, 1 << 30, 1000))
        .withMessageContaining(" TB, but java may use ")
        .withMessageEndingWith(": make it smaller");
    int quarter = (int) (Runtime.getRuntime().maxMemory() / (4.0 * Float.BYTES * 28));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> small.requireMemoryToTrain(2, quarter, 4))
        .withMessageContaining(" GB, but java may use ")
        .withMessageContaining("-Xmx");
  }

  @Test
  void sizesThatCannotBeAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelConfig(28, 0, CellKind.RNN_TANH, 0, 1))
        .withMessage("hidden size must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelConfig(28, 0, CellKind.RNN_TANH, 8, 0))
        .withMessage("number of layers must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelConfig(0, 0, CellKind.RNN_TANH, 8, 1))
        .withMessage("vocabulary size must be at least 1, but is 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelConfig(28, -1, CellKind.RNN_TANH, 8, 1))
        .withMessage("embedding size must be at least 0 (0: one-hot vectors), but is -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CellKind.of("gru2"))
        .withMessage(
            "unknown cell \"gru2\"; known are rnn-tanh, rnn-relu, lstm, gru, layer-norm-lstm, layer-norm-gru, min-gru, min-lstm");
  }
}
