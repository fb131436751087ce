package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.Workload;
import org.junit.jupiter.api.Test;

class UsefulWorkTest {

  @Test
  void notebookStepIsThreeTimesItsForwardProducts() {
    double recurrent = 2.0 * 32 * 256 * 256 * 17; // not 18: the first state is zero
    double output = 2.0 * 32 * 256 * 28 * 18;

    assertThat(UsefulWork.operations(Workload.named("rnn-notebook")))
        .isEqualTo(3 * (recurrent + output))
        .isEqualTo(238_682_112);
  }

  @Test
  void upperLayersAndEmbeddingsHaveInputProductsInEveryTimeStep() {
    // B = 1, H = 1, V = 1: every product is one multiplication and one addition
    assertThat(UsefulWork.operations(training(false, 1))).isEqualTo(6 * (2 + 3));
    assertThat(UsefulWork.operations(training(false, 2))).isEqualTo(6 * (2 * 2 + 3 + 3));
    assertThat(UsefulWork.operations(training(true, 2))).isEqualTo(6 * (2 * 2 + 2 * 3 + 3));
  }

  @Test
  void gatheringWordsCostsNothing() {
    double withEmbedding = UsefulWork.operations(Workload.named("rnn-word-embedding"));
    double oneHot = UsefulWork.operations(Workload.named("rnn-word"));

    assertThat(withEmbedding - oneHot).isEqualTo(3 * 2.0 * 32 * 256 * 256 * 18);
  }

  @Test
  void gatesMultiplyTheProducts() {
    Workload generation = Workload.named("generate-rnn");

    assertThat(UsefulWork.operations(generation)).isEqualTo(2.0 * 256 * 256 + 2.0 * 256 * 28);
    assertThat(UsefulWork.operations(generation.withCell(CellKind.LSTM)))
        .isEqualTo(4 * 2.0 * 256 * 256 + 2.0 * 256 * 28);
  }

  private static Workload training(boolean embedded, int layers) {
    return new Workload(
        "tiny", Workload.Unit.TRAINING_STEP, CellKind.RNN, embedded, 1, 1, layers, 1, 3);
  }
}
