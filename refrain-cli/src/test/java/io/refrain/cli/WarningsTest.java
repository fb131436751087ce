package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.model.CellKind;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.LanguageModelRegularization;
import io.refrain.optim.Clipping;
import io.refrain.optim.Schedule;
import io.refrain.optim.Sgd;
import io.refrain.train.Batching;
import io.refrain.train.Finding;
import io.refrain.train.Limits;
import io.refrain.train.Partition;
import io.refrain.train.TrainingConfig;
import org.junit.jupiter.api.Test;

class WarningsTest {
  private static TrainingConfig training(double clip) {
    return new TrainingConfig(
        new Batching(8, 251, Partition.SEQUENTIAL, true, 1),
        Limits.NONE,
        Sgd.Options.plain(),
        5,
        new Schedule.Constant(),
        Clipping.byNorm(clip),
        0,
        1);
  }

  private static String line(CellKind cell, double clip, Finding.Kind kind, double figure) {
    return new Warnings(new LanguageModelConfig(4, 0, cell, 3, 4), training(clip))
        .line(new Finding(kind, "rnn.l1", figure));
  }

  @Test
  void explodingGradientsWantALowerRate() {
    assertThat(line(CellKind.RNN_RELU, 1, Finding.Kind.EXPLODING_CLIPPED, 1234.4))
        .isEqualTo(
            "warning: gradients explode, 1,234 times longer than --clip 1 for dozens of updates,"
                + " most in rnn.l1: try --learning-rate 0.5");
    assertThat(line(CellKind.RNN_RELU, 1, Finding.Kind.EXPLODING_CLIPPED, 2.3e13))
        .contains("2e+13 times");
    assertThat(line(CellKind.LSTM, 0.25, Finding.Kind.EXPLODING_GROWN, 150))
        .isEqualTo(
            "warning: gradients explode, suddenly 150 times longer, most in rnn.l1:"
                + " try --learning-rate 0.5, or --clip 0.025");
    assertThat(line(CellKind.LSTM, Double.POSITIVE_INFINITY, Finding.Kind.EXPLODING_GROWN, 150))
        .endsWith("or --clip 1");
  }

  @Test
  void aPlainCellThatForgetsIsToBecomeAGatedOne() {
    assertThat(line(CellKind.RNN_TANH, 1, Finding.Kind.VANISHING_IN_TIME, 13))
        .isEqualTo(
            "warning: gradients vanish in time, a loss is felt for only 13 of 250 steps in rnn.l1:"
                + " try --cell lstm or gru, or fewer --steps");
    assertThat(line(CellKind.GRU, 1, Finding.Kind.VANISHING_IN_TIME, 13))
        .endsWith(": try fewer --steps");
  }

  @Test
  void aDeepStackIsToHaveResidualConnectionsUnlessItHas() {
    assertThat(line(CellKind.RNN_TANH, 1, Finding.Kind.VANISHING_IN_DEPTH, 3e-7))
        .isEqualTo(
            "warning: gradients vanish on their way down, only 3e-05% of them is left in rnn.l1:"
                + " try --residual, or fewer --layers");
    LanguageModelConfig residual =
        new LanguageModelConfig(
            4, 0, CellKind.RNN_TANH, 3, 4, false, true, LanguageModelRegularization.NONE);
    assertThat(
            new Warnings(residual, training(1))
                .line(new Finding(Finding.Kind.VANISHING_IN_DEPTH, "rnn.l0", 3e-7)))
        .endsWith("left in rnn.l0: try fewer --layers");
  }

  @Test
  void stuckUnitsWantALowerRate() {
    assertThat(line(CellKind.GRU, 1, Finding.Kind.SATURATED_GATES, 0.876))
        .isEqualTo(
            "warning: rnn.l1 is saturated, 88% of its gates are stuck open or shut:"
                + " try --learning-rate 0.5");
    assertThat(line(CellKind.RNN_RELU, 1, Finding.Kind.DEAD_UNITS, 0.6))
        .isEqualTo(
            "warning: rnn.l1 dies, 60% of its units are always 0:"
                + " try --learning-rate 0.5, or --nonlinearity tanh");
  }
}
