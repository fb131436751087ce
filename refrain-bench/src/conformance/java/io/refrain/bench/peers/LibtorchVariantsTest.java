package io.refrain.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.PaddedPass;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.RaggedPass;
import io.refrain.bench.workload.RecurrentShape;
import io.refrain.bench.workload.SequenceInference;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Update;
import io.refrain.bench.workload.Workload;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A faster variant of a peer's case must still be the same work: its figure must not change. */
class LibtorchVariantsTest {

  private static final int UNITS = 20;

  @ParameterizedTest
  @ValueSource(strings = {"rnn-notebook", "lstm-256", "gru-256"})
  void gatheringTrainsTheModelThatOneHotInputTrains(String name) {
    TrainingStep workload = (TrainingStep) Workload.named(name);

    double oneHot = train(workload, new LibtorchLayerModel(workload, PeerVariant.ONE_HOT));
    double gather = train(workload, new LibtorchGatherModel(workload));

    assertThat(gather).isCloseTo(oneHot, within(1e-4));
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MIN_GRU")
  void gatheringIsTheSameUnderAdamWithLayersAbove(CellKind cell) {
    LanguageShape model = new LanguageShape(11, false, cell, 24, 3);
    TrainingStep workload = new TrainingStep("small", model, Update.ADAM, 5, 7);

    double oneHot = train(workload, new LibtorchLayerModel(workload, PeerVariant.ONE_HOT));
    double gather = train(workload, new LibtorchGatherModel(workload));

    assertThat(gather).isCloseTo(oneHot, within(1e-5));
  }

  @Test
  void lossFallsFromThatOfGuessing() {
    TrainingStep workload = (TrainingStep) Workload.named("rnn-notebook");
    try (PeerCase peerCase =
        new LibtorchTraining(workload, new LibtorchLayerModel(workload, PeerVariant.ONE_HOT))) {
      assertThat(peerCase.run(1)).isCloseTo(Math.log(28), within(0.1));
      assertThat(peerCase.run(10 * UNITS)).isLessThan(2.5);
    }
  }

  @ParameterizedTest
  @CsvSource({"RNN,28,256,1", "LSTM,65,512,2", "LSTM,28,64,1", "GRU,65,128,3", "RNN,28,64,2"})
  void foldedModelGeneratesWhatTheLayerGenerates(
      CellKind cell, int vocabulary, int hidden, int layers) {
    Generation workload =
        new Generation("small", new LanguageShape(vocabulary, false, cell, hidden, layers));
    try (PeerCase layer =
            new LibtorchGeneration(new LibtorchLayerModel(workload, PeerVariant.ONE_HOT));
        PeerCase folded = new LibtorchGeneration(new LibtorchFoldedModel(workload))) {
      assertThat(folded.run(UNITS)).isEqualTo(layer.run(UNITS)).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({"LSTM,33,256,2,120", "LSTM,5,16,1,1", "GRU,7,32,3,9", "RNN,3,8,2,4"})
  void stepsByHandReadASequenceAsTheLayerDoes(
      CellKind cell, int features, int hidden, int layers, int steps) {
    SequenceInference workload =
        new SequenceInference("small", new RecurrentShape(cell, features, hidden, layers), steps);
    try (PeerCase layer = new LibtorchInference(workload, PeerVariant.LAYER);
        PeerCase byHand = new LibtorchInference(workload, PeerVariant.BY_HAND)) {
      double figure = layer.run(1);
      assertThat(byHand.run(1)).isCloseTo(figure, within(1e-4));
      assertThat(layer.run(3)).isCloseTo(figure, within(1e-6)); // a sequence leaves nothing behind
      assertThat(figure).isNotZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "6,9", "64,30"})
  void packedSequencesHaveTheGradientsOfPaddedOnes(int batch, int longest) {
    RaggedPass workload =
        new RaggedPass("small", new RecurrentShape(CellKind.LSTM, 5, 16, 2), batch, longest);
    try (PeerCase packed = LibtorchPass.packed(workload);
        PeerCase padded = LibtorchPass.padded(workload, new PaddedPass(workload))) {
      double figure = padded.run(1);
      assertThat(packed.run(1)).isCloseTo(figure, within(1e-4 * figure)).isPositive();
      assertThat(packed.run(3)).isCloseTo(figure, within(1e-4 * figure)); // none is accumulated
      assertThat(padded.run(3)).isCloseTo(figure, within(1e-4 * figure));
    }
  }

  private static double train(TrainingStep workload, LibtorchModel model) {
    try (PeerCase peerCase = new LibtorchTraining(workload, model)) {
      return peerCase.run(UNITS);
    }
  }
}
