package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.OutputPass;
import io.refrain.bench.workload.OutputRows;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.RecurrentShape;
import io.refrain.bench.workload.SequenceInference;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Update;
import io.refrain.bench.workload.Workload;
import org.junit.jupiter.api.Test;

class UsefulWorkTest {

  @Test
  void notebookStepIsThreeTimesItsForwardProducts() {
    double recurrent = 2.0 * 32 * 256 * 256 * 17; // not 18: the first state is zero
    double output = 2.0 * 32 * 256 * 28 * 18;

    assertThat(operations("rnn-notebook"))
        .isEqualTo(3 * (recurrent + output))
        .isEqualTo(238_682_112);
  }

  @Test
  void gatesMultiplyTheRecurrentProductsAlone() {
    double recurrent = 2.0 * 32 * 256 * 256 * 17;
    double output = 2.0 * 32 * 256 * 28 * 18;

    assertThat(operations("lstm-256"))
        .isEqualTo(3 * (4 * recurrent + output))
        .isEqualTo(880_410_624);
    assertThat(operations("gru-256"))
        .isEqualTo(3 * (3 * recurrent + output))
        .isEqualTo(666_501_120);
  }

  @Test
  void minimalCellHasNoProductWithItsState() {
    // one layer that reads indices: nothing is left but the logits
    assertThat(operations("min-gru"))
        .isEqualTo(3 * 2.0 * 32 * 256 * 28 * 512)
        .isEqualTo(704_643_072);
    // B = 1, H = 1, V = 1, T = 3: two gates read the layer below, logits
    assertThat(UsefulWork.operations(training(CellKind.MIN_GRU, false, 2))).isEqualTo(6 * (6 + 3));
  }

  @Test
  void upperLayersAndEmbeddingsHaveInputProductsInEveryTimeStep() {
    // B = 1, H = 1, V = 1: every product is one multiplication and one addition
    assertThat(UsefulWork.operations(training(CellKind.RNN, false, 1))).isEqualTo(6 * (2 + 3));
    assertThat(UsefulWork.operations(training(CellKind.RNN, false, 2)))
        .isEqualTo(6 * (2 * 2 + 3 + 3));
    assertThat(UsefulWork.operations(training(CellKind.RNN, true, 2)))
        .isEqualTo(6 * (2 * 2 + 2 * 3 + 3));
    assertThat(UsefulWork.operations(training(CellKind.LSTM, false, 2)))
        .isEqualTo(6 * (4 * (2 * 2 + 3) + 3));
  }

  @Test
  void gatheringWordsCostsNothing() {
    assertThat(operations("rnn-word-embedding") - operations("rnn-word"))
        .isEqualTo(3 * 2.0 * 32 * 256 * 256 * 18);
  }

  @Test
  void generatedCharactersHaveAStateBeforeThem() {
    assertThat(operations("generate-rnn")).isEqualTo(2.0 * 256 * 256 + 2.0 * 256 * 28);
    // two products with states and one with the layer below
    assertThat(operations("generate-lstm"))
        .isEqualTo(3 * 2.0 * 512 * 2048 + 2.0 * 512 * 65)
        .isEqualTo(6_358_016);
    LanguageShape smallest = new LanguageShape(1, false, CellKind.GRU, 1, 1);
    assertThat(UsefulWork.operations(new Generation("tiny", smallest))).isEqualTo(6 + 2);
  }

  @Test
  void sequencesOfVectorsAreMultiplied() {
    // F = 5, H = 1, 2 layers, T = 3, four gates: features, states of both layers, second's input
    RecurrentShape shape = new RecurrentShape(CellKind.LSTM, 5, 1, 2);

    assertThat(UsefulWork.operations(new SequenceInference("tiny", shape, 3)))
        .isEqualTo(2 * 4 * (5 * 3 + 2 * 2 + 3));
    assertThat(operations("infer-lstm")).isEqualTo(2.0 * 1024 * (33 * 120 + 256 * (119 * 2 + 120)));
  }

  @Test
  void paddingIsNotUsefulAndFeaturesNeedNoGradient() {
    RaggedPass pass = new RaggedPass("tiny", new RecurrentShape(CellKind.LSTM, 5, 1, 2), 4, 9);
    int real = FloatSequences.of(pass).realSteps();

    double ragged = UsefulWork.operations(pass);

    assertThat(ragged).isEqualTo(2.0 * 4 * (2 * 5 * real + 3 * (2 * (real - 4) + real)));
    assertThat(UsefulWork.operations(pass.rivals().getFirst())).isEqualTo(ragged);
  }

  @Test
  void anOutputCountsWhatItCannotDoWithout() {
    double rows = 20 * 35;
    assertThat(operations("softmax-33278-full")).isEqualTo(3 * 2.0 * rows * 400 * 33_278);
    assertThat(operations("softmax-33278-sampled")).isEqualTo(3 * 2.0 * rows * 400 * 1_025);

    OutputPass adaptive = (OutputPass) Workload.named("softmax-33278-adaptive");
    OutputRows data = OutputRows.of(adaptive);
    int first = data.targets(2_000, 10_000);
    int second = data.targets(10_000, 33_278);
    assertThat(data.targets(0, 33_278)).isEqualTo(700);
    assertThat((double) first).isBetween(70.0, 150.0); // a share of ln 5 / ln 33,279
    assertThat((double) second).isBetween(50.0, 120.0);
    assertThat(UsefulWork.operations(adaptive))
        .isEqualTo(
            3
                * 2.0
                * (rows * 400 * 2_002
                    + first * (400.0 * 100 + 100.0 * 8_000)
                    + second * (400.0 * 25 + 25.0 * 23_278)));
  }

  @Test
  void tokensTakeNoFloatingPoint() {
    assertThat(operations("bpe-encode-o200k")).isNaN();
    assertThat(operations("bpe-train")).isNaN();
  }

  private static double operations(String name) {
    return UsefulWork.operations(Workload.named(name));
  }

  private static TrainingStep training(CellKind cell, boolean embedded, int layers) {
    return new TrainingStep(
        "tiny", new LanguageShape(1, embedded, cell, 1, layers), Update.SGD, 1, 3);
  }
}
