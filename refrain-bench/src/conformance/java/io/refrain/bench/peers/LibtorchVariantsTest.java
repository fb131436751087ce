package io.refrain.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import org.junit.jupiter.api.Test;

/** A faster variant of a peer's case must still be the same work: its losses must not change. */
class LibtorchVariantsTest {

  private static final int UNITS = 20;

  @Test
  void gatheringTrainsTheModelThatOneHotInputTrains() {
    Workload workload = Workload.named("rnn-notebook");

    double oneHot = train(workload, new LibtorchLayerModel(workload, InputPath.ONE_HOT));
    double gather = train(workload, new LibtorchGatherModel(workload));

    assertThat(gather).isCloseTo(oneHot, within(1e-4));
  }

  @Test
  void lossFallsFromThatOfGuessing() {
    Workload workload = Workload.named("rnn-notebook");
    try (PeerCase peerCase =
        new LibtorchTraining(workload, new LibtorchLayerModel(workload, InputPath.ONE_HOT))) {
      assertThat(peerCase.run(1)).isCloseTo(Math.log(workload.vocabulary()), within(0.1));
      assertThat(peerCase.run(10 * UNITS)).isLessThan(2.5);
    }
  }

  @Test
  void foldedModelGeneratesWhatTheLayerGenerates() {
    Workload workload = Workload.named("generate-rnn");
    try (PeerCase layer =
            new LibtorchGeneration(new LibtorchLayerModel(workload, InputPath.ONE_HOT));
        PeerCase folded = new LibtorchGeneration(new LibtorchFoldedModel(workload))) {
      assertThat(folded.run(UNITS)).isEqualTo(layer.run(UNITS)).isPositive();
    }
  }

  private static double train(Workload workload, LibtorchModel model) {
    try (PeerCase peerCase = new LibtorchTraining(workload, model)) {
      return peerCase.run(UNITS);
    }
  }
}
