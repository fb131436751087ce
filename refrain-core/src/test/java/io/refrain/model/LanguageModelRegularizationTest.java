package io.refrain.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.TokenBatch;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.recurrent.Regularization;
import io.refrain.store.Json;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import io.refrain.tensor.Tape;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageModelRegularizationTest {
  private static final int VOCABULARY = 7;
  private static final int STEPS = 4;
  private static final int BATCH = 3;
  private static final int WIDTH = 5; // of the embedding, and of the last layer tied to it

  private static final LanguageModelRegularization EVERYTHING =
      new LanguageModelRegularization(
          0.1, 0.2, 0.3, new Regularization(0.4, true, 0.5, 0.15, 0.25), 2, 1.5);

  /** The same for cells that have no state beside the hidden one. */
  private static final LanguageModelRegularization OF_ONE_STATE =
      new LanguageModelRegularization(
          0.1, 0.2, 0.3, new Regularization(0.4, true, 0.5, 0.15, 0), 2, 1.5);

  private static LanguageModel model(CellKind cell, LanguageModelRegularization regularization) {
    return new LanguageModel(
        new LanguageModelConfig(VOCABULARY, WIDTH, cell, 6, 2, true, false, regularization),
        new SplittableRandom(1));
  }

  private static TokenBatch batch() {
    SplittableRandom random = new SplittableRandom(2);
    TokenBatch batch = new TokenBatch(STEPS, BATCH);
    Arrays.setAll(batch.inputs(), i -> random.nextInt(VOCABULARY));
    Arrays.setAll(batch.targets(), i -> random.nextInt(VOCABULARY));
    return batch;
  }

  private static LanguageModel.Judgement train(Tape tape, LanguageModel model, int total) {
    TokenBatch batch = batch();
    return model.train(
        tape,
        batch.inputs(),
        batch.targets(),
        STEPS,
        BATCH,
        model.initialState(BATCH),
        total,
        new SplittableRandom(9));
  }

  /**
   * The same seed draws the same masks, so the loss is a function that has differences. Layer
   * normalization is too steep for them where all of a vector was dropped.
   */
  @ParameterizedTest
  @EnumSource(names = {"LSTM", "GRU", "RNN_TANH"})
  void gradientsWithEverythingAreDifferencesOfTheSameSeed(CellKind cell) {
    LanguageModel model = model(cell, cell == CellKind.LSTM ? EVERYTHING : OF_ONE_STATE);
    Tape tape = Tape.recording(ThreadTeam.single());
    tape.backward(train(tape, model, 2 * STEPS * BATCH).loss());

    SplittableRandom random = new SplittableRandom(3);
    model
        .parameters()
        .forEach((name, parameter) ->
            GradientCheck.assertRoughSlopes(
                name,
                parameter.tensor().gradient(),
                parameter.data(),
                () ->
                    train(Tape.computing(ThreadTeam.single()), model, 2 * STEPS * BATCH)
                        .loss()
                        .item(),
                random));
  }

  /** Where nothing is dropped, what is penalized is what an observer sees. */
  @Test
  void thePenaltiesAreMeansOverTheWholeBatch() {
    LanguageModel model =
        model(CellKind.LSTM, new LanguageModelRegularization(0, 0, 0, Regularization.NONE, 2, 1.5));
    Tape tape = Tape.computing(ThreadTeam.single());
    double[][] outputs = new double[2][]; // of each layer, [steps × batch × width]
    model.judgeLastStep(
        tape,
        batch(),
        model.initialState(BATCH),
        (layer, output, gates) -> outputs[layer] = GradientCheck.doubles(output.data()));
    double[] h = outputs[1];
    double squares = Arrays.stream(h).map(value -> value * value).sum();
    double changes = 0;
    for (int i = BATCH * WIDTH; i < h.length; i++) {
      changes += (h[i] - h[i - BATCH * WIDTH]) * (h[i] - h[i - BATCH * WIDTH]);
    }
    double expected = 2 * squares / h.length + 1.5 * changes / (h.length - BATCH * WIDTH);

    LanguageModel.Judgement whole = train(tape, model, STEPS * BATCH);
    assertThat((double) whole.loss().item() - whole.crossEntropy().item())
        .isCloseTo(expected, within(1e-6));
    LanguageModel.Judgement half = train(tape, model, 2 * STEPS * BATCH);
    assertThat((double) half.loss().item() - half.crossEntropy().item())
        .as("half of a batch")
        .isCloseTo(expected / 2, within(1e-6));
  }

  @Test
  void everyRegularizerChangesTheLoss() {
    float plain = loss(LanguageModelRegularization.NONE);
    for (LanguageModelRegularization one :
        List.of(
            new LanguageModelRegularization(0.5, 0, 0, Regularization.NONE, 0, 0),
            new LanguageModelRegularization(0, 0.5, 0, Regularization.NONE, 0, 0),
            new LanguageModelRegularization(0, 0, 0.5, Regularization.NONE, 0, 0),
            new LanguageModelRegularization(0, 0, 0, Regularization.dropout(0.5), 0, 0),
            new LanguageModelRegularization(0, 0, 0, new Regularization(0, false, 0.5, 0, 0), 0, 0),
            new LanguageModelRegularization(0, 0, 0, new Regularization(0, false, 0, 0.5, 0), 0, 0),
            new LanguageModelRegularization(0, 0, 0, new Regularization(0, false, 0, 0, 0.5), 0, 0),
            new LanguageModelRegularization(0, 0, 0, Regularization.NONE, 1, 0),
            new LanguageModelRegularization(0, 0, 0, Regularization.NONE, 0, 1))) {
      assertThat(loss(one)).as("%s", one).isNotEqualTo(plain).isEqualTo(loss(one));
    }
  }

  private static float loss(LanguageModelRegularization regularization) {
    LanguageModel model = model(CellKind.LSTM, regularization);
    return train(Tape.computing(ThreadTeam.single()), model, STEPS * BATCH).loss().item();
  }

  private static JsonObject json(Map<String, Object> values) throws JsonException {
    return JsonObject.parse("config", Json.pretty(values).getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everyValueComesBackFromTheConfiguration() throws JsonException {
    for (LanguageModelRegularization value :
        List.of(
            EVERYTHING,
            LanguageModelRegularization.NONE,
            new LanguageModelRegularization(
                1, 1e-9, 0.1, new Regularization(1, false, 1 / 3.0, 0, 1), 0, 1e300))) {
      assertThat(LanguageModelRegularization.fromJson(json(value.toJson()))).isEqualTo(value);
      LanguageModelConfig config =
          new LanguageModelConfig(VOCABULARY, WIDTH, CellKind.LSTM, 6, 2, true, false, value);
      assertThat(LanguageModelConfig.fromJson(json(config.toJson()))).isEqualTo(config);
    }
  }

  @Test
  void everyKeyIsNeededAndNoOther() {
    for (String key : EVERYTHING.toJson().keySet()) {
      Map<String, Object> lacking = EVERYTHING.toJson();
      lacking.remove(key);
      assertThatExceptionOfType(JsonException.class)
          .isThrownBy(() -> LanguageModelRegularization.fromJson(json(lacking)))
          .withMessageContaining(key);
    }
    Map<String, Object> more = EVERYTHING.toJson();
    more.put("noise", 1);
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> LanguageModelRegularization.fromJson(json(more)))
        .withMessageContaining("noise");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1e-9, 1.000001, Double.NaN, Double.POSITIVE_INFINITY, -1})
  void probabilitiesOutsideZeroToOneAreNamed(double wrong) {
    String range = " must be between 0 and 1, but is " + wrong;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelRegularization(wrong, 0, 0, Regularization.NONE, 0, 0))
        .withMessage("embedding dropout" + range);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelRegularization(0, wrong, 0, Regularization.NONE, 0, 0))
        .withMessage("input dropout" + range);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelRegularization(0, 0, wrong, Regularization.NONE, 0, 0))
        .withMessage("output dropout" + range);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Regularization(wrong, false, 0, 0, 0))
        .withMessage("dropout" + range);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Regularization(0, false, wrong, 0, 0))
        .withMessage("weight drop" + range);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Regularization(0, false, 0, wrong, 0))
        .withMessage("zoneout of the hidden state" + range);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Regularization(0, false, 0, 0, wrong))
        .withMessage("zoneout of the cell state" + range);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {-1e-9, -2, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void penaltiesThatCannotBeAreNamed(double wrong) {
    String range = " must be at least 0 and finite, but is " + wrong;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelRegularization(0, 0, 0, Regularization.NONE, wrong, 0))
        .withMessage("activation penalty" + range);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LanguageModelRegularization(0, 0, 0, Regularization.NONE, 0, wrong))
        .withMessage("temporal activation penalty" + range);
  }

  @Test
  void whatNeedsAnEmbeddingSaysSo() {
    for (LanguageModelRegularization needing :
        List.of(
            new LanguageModelRegularization(0.5, 0, 0, Regularization.NONE, 0, 0),
            new LanguageModelRegularization(0, 0.5, 0, Regularization.NONE, 0, 0))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() ->
              new LanguageModelConfig(VOCABULARY, 0, CellKind.LSTM, 6, 2, false, false, needing))
          .withMessageContaining("dropout needs an embedding, but its size is 0");
    }
  }
}
