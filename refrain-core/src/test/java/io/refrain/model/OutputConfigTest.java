package io.refrain.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.SequentialPartition;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.store.Json;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import io.refrain.tensor.Tape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Language models with every kind of output. */
class OutputConfigTest {
  private static final int VOCABULARY = 23;
  private static final int STEPS = 4;
  private static final int BATCH = 3;

  private static final LanguageModelConfig FULL =
      new LanguageModelConfig(
          VOCABULARY, 6, CellKind.GRU, 9, 2, true, false, LanguageModelRegularization.NONE);

  /** Each with an embedding, tied where that can be. */
  static List<LanguageModelConfig> models() {
    return List.of(
        FULL, FULL.withOutput(new OutputConfig.Sampled(7)), adaptive(false), adaptive(true));
  }

  private static LanguageModelConfig adaptive(boolean headBias) {
    return new LanguageModelConfig(VOCABULARY, 6, CellKind.GRU, 9, 2)
        .withOutput(
            new OutputConfig.Adaptive(new AdaptiveSoftmax.Options(List.of(5, 12), 2, headBias)));
  }

  private static LanguageModel model(LanguageModelConfig config) {
    return new LanguageModel(config, new SplittableRandom(1));
  }

  private static int[] tokens(int length, long seed) {
    return new SplittableRandom(seed).ints(length, 0, VOCABULARY).toArray();
  }

  @ParameterizedTest
  @MethodSource("models")
  void theGradientOfTrainingIsTheDifference(LanguageModelConfig config) {
    LanguageModel model = model(config);
    int[] inputs = tokens(STEPS * BATCH, 2);
    int[] targets = tokens(STEPS * BATCH, 3);
    RecurrentState state = model.initialState(BATCH);
    SplittableRandom random = new SplittableRandom(5);
    Tape tape = Tape.recording(ThreadTeam.single());
    // the same generator each time draws the same sample
    tape.backward(
        model
            .train(tape, inputs, targets, STEPS, BATCH, state, 20, new SplittableRandom(4))
            .loss());

    model
        .parameters()
        .forEach((name, parameter) ->
            GradientCheck.assertRoughSlopes(
                name,
                parameter.tensor().gradient(),
                parameter.data(),
                () ->
                    model
                        .train(
                            Tape.computing(ThreadTeam.single()),
                            inputs,
                            targets,
                            STEPS,
                            BATCH,
                            state,
                            20,
                            new SplittableRandom(4))
                        .loss()
                        .item(),
                random));
  }

  @ParameterizedTest
  @MethodSource("models")
  void evaluationCountsAllTokensAsTheFrozenModelDoes(LanguageModelConfig config) {
    LanguageModel model = model(config);
    int[] tokens = tokens(31, 6);

    LanguageModel.Evaluation evaluation =
        model.evaluate(
            Tape.computing(ThreadTeam.single()),
            TokenSource.of(tokens),
            new SequentialPartition(1, 30));

    FrozenLanguageModel frozen = model.freeze();
    FrozenLanguageModel.State state = frozen.initialState();
    double nats = 0;
    for (int i = 0; i < 30; i++) {
      frozen.advance(state, tokens[i]);
      double sum = 0;
      for (float logit : state.logits()) {
        sum += Math.exp(logit);
      }
      nats += Math.log(sum) - state.logits()[tokens[i + 1]];
      if (config.output() instanceof OutputConfig.Adaptive) {
        assertThat(sum).as("these logits are log P itself").isCloseTo(1, within(1e-5));
      }
    }
    assertThat(evaluation.nats()).isCloseTo(nats / 30, within(1e-5));
  }

  @ParameterizedTest
  @MethodSource("models")
  void theFrozenModelGivesTheBitsOfTheModel(LanguageModelConfig config) {
    LanguageModel model = model(config);
    int[] tokens = tokens(STEPS, 7);
    Tape tape = Tape.computing(ThreadTeam.single());
    float[] logits = model.forward(tape, tokens, STEPS, 1, model.initialState(1)).logits().data();

    FrozenLanguageModel frozen = model.freeze();
    FrozenLanguageModel.State state = frozen.initialState();
    FrozenLanguageModel.State other = frozen.initialState();
    for (int step = 0; step < STEPS; step++) {
      frozen.advance(other, tokens[0]); // goes its own way
      frozen.advance(state, tokens[step]);
      assertThat(state.logits())
          .isEqualTo(Arrays.copyOfRange(logits, step * VOCABULARY, (step + 1) * VOCABULARY));
      state = state.copy();
    }
  }

  @Test
  void aSampledOutputIsTheFullOneWhereNothingIsTrained() {
    LanguageModel full = model(FULL);
    LanguageModel sampled = model(FULL.withOutput(new OutputConfig.Sampled(7)));
    assertThat(sampled.parameters().keySet()).isEqualTo(full.parameters().keySet());
    int[] tokens = tokens(31, 6);
    SequentialPartition partition = new SequentialPartition(1, 30);
    Tape tape = Tape.computing(ThreadTeam.single());

    assertThat(sampled.evaluate(tape, TokenSource.of(tokens), partition))
        .isEqualTo(full.evaluate(tape, TokenSource.of(tokens), partition));
  }

  @Test
  void anAdaptiveOutputsParametersAreNamedAfterPyTorchs() {
    assertThat(model(adaptive(true)).parameters().keySet())
        .contains(
            "softmax.head.weight",
            "softmax.head.bias",
            "softmax.tail.0.0.weight",
            "softmax.tail.0.1.weight",
            "softmax.tail.1.1.weight")
        .doesNotContain("linear.weight");
    assertThat(model(adaptive(true)).layers().sequencedKeySet())
        .containsExactly("embedding", "rnn.l0", "rnn.l1", "softmax");
  }

  @ParameterizedTest
  @MethodSource("models")
  void aConfigurationComesBackAsItWasWritten(LanguageModelConfig config) throws JsonException {
    String json = Json.line(config.toJson());

    assertThat(read(json)).isEqualTo(config);
    assertThat(json.contains("\"output\""))
        .as("older configurations name no output")
        .isEqualTo(!(config.output() instanceof OutputConfig.Full));
  }

  private static LanguageModelConfig read(String json) throws JsonException {
    return LanguageModelConfig.fromJson(
        JsonObject.parse("config.json", json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void whatMakesNoSenseIsNamed() {
    String json = Json.line(adaptive(false).toJson());
    assertThatThrownBy(() -> read(json.replace("adaptive", "adaptative")))
        .hasMessage("unknown output \"adaptative\"; known are full, adaptive, sampled");
    assertThatThrownBy(() -> read(json.replace("[5,12]", "[5,\"x\"]")))
        .hasMessageContainingAll("cutoffs must be whole numbers", "x");
    assertThatThrownBy(() -> read(json.replace("[5,12]", "[5,1.5]"))).hasMessageContaining("1.5");
    assertThatThrownBy(() -> read(json.replace("[5,12]", "[5,23]")))
        .hasMessageContainingAll("below the number of classes, 23", "[5, 23]");
    assertThatThrownBy(() -> read(json.replace("head_bias", "bias"))).hasMessageContaining("bias");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FULL.withOutput(adaptive(true).output()))
        .withMessageContainingAll("adaptive", "do not tie", "sampled");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FULL.withOutput(new OutputConfig.Sampled(VOCABULARY)))
        .withMessageContainingAll("below", "23", "full");
  }

  /** An adaptive output is far smaller, and neither it nor a sample makes all logits. */
  @Test
  void whatTrainingHoldsIsEstimatedForEachOutput() {
    int vocabulary = 300_000;
    OutputConfig adaptive =
        new OutputConfig.Adaptive(new AdaptiveSoftmax.Options(List.of(2_000, 20_000), 4, false));
    OutputConfig full = new OutputConfig.Full();

    assertThat(adaptive.weights(vocabulary, 400)).isLessThan(full.weights(vocabulary, 400) / 10);
    assertThat(adaptive.trainingValues(300, vocabulary, 400))
        .isLessThan(full.trainingValues(300, vocabulary, 400) / 10);
    assertThat(new OutputConfig.Sampled(1_000).trainingValues(300, vocabulary, 400))
        .isLessThan(full.trainingValues(300, vocabulary, 400) / 100);
    assertThat(full.trainingValues(30_000, vocabulary, 400))
        .isEqualTo(full.trainingValues(3_000, vocabulary, 400));
  }
}
