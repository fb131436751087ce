package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.Epoch;
import io.refrain.data.TokenBatch;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.LanguageModelRegularization;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.Regularization;
import io.refrain.optim.Adam;
import io.refrain.optim.Clipping;
import io.refrain.optim.Schedule;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProbeTest {
  private static final int STEPS = 9;
  private static final int HIDDEN = 8;

  private static LanguageModel model(CellKind cell, int layers) {
    return new LanguageModel(
        new LanguageModelConfig(5, 0, cell, HIDDEN, layers), new SplittableRandom(2));
  }

  private static List<Probe.Layer> read(LanguageModel model) {
    TokenBatch batch = new TokenBatch(STEPS, 6);
    Arrays.setAll(batch.inputs(), i -> i % 5);
    Arrays.setAll(batch.targets(), i -> (i + 1) % 5);
    return new Probe(model, STEPS, 6, ThreadTeam.single()).read(batch);
  }

  private static Parameter parameter(LanguageModel model, String name) {
    return Objects.requireNonNull(model.parameters().get(name));
  }

  /** Where h is 0, tanh is the identity, and the gradient goes back through W_hh alone. */
  @Test
  void gradientsOfStepsFollowTheRecurrentWeight() {
    LanguageModel model = model(CellKind.RNN_TANH, 1);
    for (String name : List.of("weight_ih", "bias_ih", "bias_hh", "weight_hh")) {
      Parameter parameter = parameter(model, "rnn." + name + "_l0");
      Arrays.fill(parameter.data(), 0f);
    }
    for (int i = 0; i < HIDDEN; i++) {
      parameter(model, "rnn.weight_hh_l0").data()[i * HIDDEN + i] = 0.5f;
    }
    Probe.Layer layer = read(model).getFirst();
    List<Double> steps = layer.stepGradients();
    assertThat(layer.name()).isEqualTo("rnn.l0");
    assertThat(steps).hasSize(STEPS);
    assertThat(steps.getLast()).isGreaterThan(0.01);
    double squares = 0;
    for (int step = 0; step < STEPS; step++) {
      double expected = steps.getLast() * Math.pow(0.5, STEPS - 1 - step);
      assertThat(steps.get(step)).isCloseTo(expected, within(1e-5 * expected));
      squares += expected * expected;
    }
    double values = STEPS * 4 * HIDDEN; // of four rows
    assertThat(layer.gradient()).isCloseTo(Math.sqrt(squares / values), within(1e-6));
  }

  @ParameterizedTest
  @CsvSource({"RNN_TANH, 50", "RNN_TANH, -50", "RNN_RELU, -50"})
  void countsUnitsThatAreStuck(CellKind cell, float bias) {
    LanguageModel model = model(cell, 2);
    if (cell == CellKind.RNN_RELU) { // or some units are dead by chance
      Arrays.fill(parameter(model, "rnn.bias_ih_l0").data(), 3f);
      Arrays.fill(parameter(model, "rnn.bias_ih_l1").data(), 3f);
    }
    Probe.Layer before = read(model).getLast();
    assertThat(before.saturated() + before.dead()).isZero();
    for (int unit = 0; unit < 6; unit++) {
      parameter(model, "rnn.bias_hh_l1").data()[unit] = bias;
    }
    List<Probe.Layer> layers = read(model);
    boolean relu = cell == CellKind.RNN_RELU;
    assertThat(layers.getFirst().saturated() + layers.getFirst().dead()).isZero();
    assertThat(layers.getLast().saturated()).isEqualTo(relu ? 0 : 0.75);
    assertThat(layers.getLast().dead()).isEqualTo(relu ? 0.75 : 0);
    assertThat(layers.getLast().stuckGates()).isZero();
  }

  /**
   * Of the gates with a sigmoid, the first is opened in all units, another shut in half of them.
   */
  @ParameterizedTest
  @CsvSource({
    "LSTM, 0.5", // (1 + 0.5 + 0) / 3
    "GRU, 0.75",
    "MIN_GRU, 1",
    "MIN_LSTM, 0.75"
  })
  void countsGatesThatAreStuck(CellKind cell, double share) {
    LanguageModel model = model(cell, 1);
    assertThat(read(model).getFirst().stuckGates()).isZero();
    float[] bias = parameter(model, "rnn.bias_ih_l0").data();
    Arrays.fill(bias, 0, HIDDEN, 50f);
    if (cell != CellKind.MIN_GRU) {
      Arrays.fill(bias, HIDDEN, HIDDEN + HIDDEN / 2, -50f);
    }
    assertThat(read(model).getFirst().stuckGates()).isCloseTo(share, within(1e-9));
  }

  /** The candidate of an LSTM is its third gate, and none of those from 0 to 1. */
  @Test
  void aCandidateIsNoGate() {
    LanguageModel model = model(CellKind.LSTM, 1);
    Arrays.fill(parameter(model, "rnn.bias_ih_l0").data(), 2 * HIDDEN, 3 * HIDDEN, 50f);
    assertThat(read(model).getFirst().stuckGates()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void changesNoBitOfTraining(CellKind cell) {
    List<float[]> expected = trained(cell, 1, false);
    for (int threads = 1; threads <= 2; threads++) {
      List<float[]> weights = trained(cell, threads, true);
      for (int i = 0; i < weights.size(); i++) {
        assertThat(weights.get(i)).isEqualTo(expected.get(i));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void seesTheSameWithAnyNumberOfThreads(CellKind cell) {
    LanguageModel model = model(cell, 3);
    TokenBatch batch = new TokenBatch(STEPS, 3);
    List<Probe.Layer> expected = new Probe(model, STEPS, 3, ThreadTeam.single()).read(batch);
    try (ThreadTeam two = new ThreadTeam(2)) {
      assertThat(new Probe(model, STEPS, 3, two).read(batch)).isEqualTo(expected);
    }
  }

  private static List<float[]> trained(CellKind cell, int threads, boolean probed) {
    LanguageModelRegularization regularization =
        new LanguageModelRegularization(0.1, 0.1, 0.1, Regularization.NONE, 0, 0);
    LanguageModel model =
        new LanguageModel(
            new LanguageModelConfig(
                SmallTraining.TOKENIZER.size(), 7, cell, 7, 2, true, true, regularization),
            new SplittableRandom(5));
    Batching batching = new Batching(4, 5, Partition.SEQUENTIAL, true, 1);
    TrainingConfig config =
        new TrainingConfig(
            batching,
            Limits.NONE,
            Adam.Options.adam(),
            0.01,
            new Schedule.Constant(),
            Clipping.byNorm(1),
            0,
            3);
    try (ThreadTeam team = new ThreadTeam(threads)) {
      TrainingStep step = new TrainingStep(config, model, team);
      Probe probe = new Probe(model, 5, 4, team);
      Epoch epoch = batching.epoch(SmallTraining.tokens(), 3, 0);
      for (int i = 0; i < 5; i++) {
        step.update(epoch, i, i + 1, 0.01);
        if (probed) {
          assertThat(probe.read(step.lastBatch())).hasSize(2);
        }
      }
      return model.parameters().values().stream().map(Parameter::values).toList();
    }
  }
}
