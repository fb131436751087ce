package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.optim.Adam;
import io.refrain.optim.Clipping;
import io.refrain.optim.OptimizerConfig;
import io.refrain.optim.Schedule;
import io.refrain.optim.Sgd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Sound trainings are not warned of, those made sick on purpose are. At a rate that is far too high
 * the last bit of a kernel decides what else goes wrong, so there only the main thing is demanded.
 */
class DiagnosedTrainingTest {
  private static final int UPDATES = 520;

  private record Told(long update, Finding.Kind kind, String layer) {}

  private static List<Told> train(
      LanguageModel model, TokenSource tokens, int steps, OptimizerConfig optimizer, double rate)
      throws IOException {
    TrainingConfig config =
        new TrainingConfig(
            new Batching(4, steps, Partition.SEQUENTIAL, true, 1),
            Limits.NONE.withUpdates(UPDATES),
            optimizer,
            rate,
            new Schedule.Constant(),
            Clipping.byNorm(1),
            0,
            1);
    List<Told> told = new ArrayList<>();
    new Trainer(config, model, Split.byPosition(tokens, 0), ThreadTeam.single())
        .run(
            new TrainingListener() {
              @Override
              public void found(Progress progress, Finding finding) {
                told.add(new Told(progress.update(), finding.kind(), finding.layer()));
              }
            });
    return told;
  }

  private static LanguageModel model(int vocabulary, CellKind cell, int hidden, int layers) {
    return new LanguageModel(
        new LanguageModelConfig(vocabulary, 0, cell, hidden, layers), new SplittableRandom(1));
  }

  private static LanguageModel model(CellKind cell, int hidden, int layers) {
    return model(SmallTraining.TOKENIZER.size(), cell, hidden, layers);
  }

  @ParameterizedTest
  @EnumSource
  void soundTrainingIsNotWarnedOf(CellKind cell) throws IOException {
    assertThat(train(model(cell, 32, 1), SmallTraining.tokens(), 24, Adam.Options.adam(), 2e-3))
        .isEmpty();
  }

  @Test
  void theNotebooksDescentIsNotWarnedOf() throws IOException {
    LanguageModel model = model(CellKind.RNN_TANH, 32, 1);
    assertThat(train(model, SmallTraining.tokens(), 18, Sgd.Options.plain(), 1)).isEmpty();
  }

  @Test
  void unitsOfReluDieAtAHighRate() throws IOException {
    LanguageModel model = model(CellKind.RNN_RELU, 16, 2);
    assertThat(train(model, SmallTraining.tokens(), 8, Sgd.Options.plain(), 5))
        .extracting(Told::kind)
        .contains(Finding.Kind.DEAD_UNITS);
  }

  @Test
  void deepTanhSaturatesAtAHighRate() throws IOException {
    LanguageModel model = model(CellKind.RNN_TANH, 24, 4);
    assertThat(train(model, SmallTraining.tokens(), 16, Adam.Options.adam(), 0.1))
        .extracting(Told::kind)
        .contains(Finding.Kind.SATURATED_OUTPUT);
  }

  @Test
  void gatesOfLstmSaturateAtAHighRate() throws IOException {
    LanguageModel model = model(CellKind.LSTM, 24, 2);
    assertThat(train(model, SmallTraining.tokens(), 16, Adam.Options.adam(), 0.3))
        .extracting(Told::kind)
        .contains(Finding.Kind.SATURATED_GATES);
  }

  @Test
  void gradientsExplodeThroughHugeWeights() throws IOException {
    LanguageModel model = model(CellKind.RNN_TANH, 32, 4);
    model
        .parameters()
        .values()
        .forEach(parameter -> {
          for (int i = 0; i < parameter.size(); i++) {
            parameter.data()[i] *= 20;
          }
        });
    assertThat(train(model, SmallTraining.tokens(), 16, Adam.Options.adam(), 1e-3))
        .containsExactly(new Told(50, Finding.Kind.EXPLODING_CLIPPED, "rnn.l0"));
  }

  @Test
  void gradientsVanishInAStackThatIsTooDeep() throws IOException {
    LanguageModel model = model(CellKind.RNN_TANH, 16, 20);
    assertThat(train(model, SmallTraining.tokens(), 16, Adam.Options.adam(), 1e-3))
        .containsExactly(new Told(500, Finding.Kind.VANISHING_IN_DEPTH, "rnn.l0"));
  }

  /** Of 120 tokens, 20 are those of 100 steps before. */
  @Test
  void aPlainCellForgetsWhatALongTaskNeeds() throws IOException {
    int[] tokens = new SplittableRandom(4).ints(8000, 0, 4).toArray();
    for (int i = 120; i < tokens.length; i++) {
      tokens[i] = i % 120 < 20 ? tokens[i - 100] : tokens[i];
    }
    LanguageModel model = model(4, CellKind.RNN_TANH, 16, 1);
    assertThat(train(model, TokenSource.of(tokens), 200, Sgd.Options.plain(), 0.1))
        .containsExactly(new Told(500, Finding.Kind.VANISHING_IN_TIME, "rnn.l0"));
  }
}
