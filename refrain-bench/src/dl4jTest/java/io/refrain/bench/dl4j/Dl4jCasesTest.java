package io.refrain.bench.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.CellKind;
import io.refrain.bench.workload.FloatSequences;
import io.refrain.bench.workload.Generation;
import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.LanguageShape;
import io.refrain.bench.workload.RecurrentShape;
import io.refrain.bench.workload.SequenceInference;
import io.refrain.bench.workload.TokenBatches;
import io.refrain.bench.workload.TrainingStep;
import io.refrain.bench.workload.Update;
import org.junit.jupiter.api.Test;

/** DL4J with its own form of the weights does what PyTorch's equations say. */
class Dl4jCasesTest {
  private static final LanguageShape MODEL = new LanguageShape(65, false, CellKind.LSTM, 48, 2);

  @Test
  void saysItsVersion() {
    assertThat(new Dl4jPeer().name()).isEqualTo("DL4J 1.0.0-M2.1");
  }

  @Test
  void readsASequenceAsTheEquationsDo() {
    RecurrentShape shape = new RecurrentShape(CellKind.LSTM, 5, 8, 2);
    SequenceInference workload = new SequenceInference("small", shape, 11);
    ScalarLstm twin = new ScalarLstm(shape, new InitialWeights(workload));
    float[] values = FloatSequences.of(workload).values();
    for (int step = 0; step < 11; step++) {
      double[] features = new double[5];
      for (int at = 0; at < 5; at++) {
        features[at] = values[step * 5 + at];
      }
      twin.read(features);
    }
    double expected = 0;
    for (double hidden : twin.output()) {
      expected += hidden;
    }

    try (PeerCase peerCase = new Dl4jInference(workload)) {
      assertThat(peerCase.run(1)).isCloseTo(expected, within(1e-5)).isNotZero();
      assertThat(peerCase.run(2)).isCloseTo(expected, within(1e-5)); // from zeros every time
    }
  }

  @Test
  void generatesWhatTheEquationsGenerate() {
    Generation workload = new Generation("small", MODEL);
    ScalarLanguageModel twin = new ScalarLanguageModel(MODEL, new InitialWeights(workload));
    double expected = 0;
    int token = 0;
    for (int character = 0; character < 25; character++) {
      token = twin.next(token);
      expected += token;
    }

    try (PeerCase peerCase = new Dl4jGeneration(workload)) {
      assertThat(peerCase.run(20) + peerCase.run(5)).isEqualTo(expected).isPositive();
    }
  }

  @Test
  void firstLossIsThatOfTheEquations() {
    TrainingStep workload = new TrainingStep("small", MODEL, Update.SGD, 3, 4);
    TokenBatches.Batch batch = TokenBatches.of(workload).getFirst();
    double expected = 0;
    for (int row = 0; row < 3; row++) {
      ScalarLanguageModel twin = new ScalarLanguageModel(MODEL, new InitialWeights(workload));
      for (int step = 0; step < 4; step++) {
        int at = step * 3 + row;
        twin.next((int) batch.inputs()[at]);
        expected += twin.loss((int) batch.targets()[at]) / 12;
      }
    }

    try (PeerCase peerCase = new Dl4jTraining(workload)) {
      assertThat(peerCase.run(1)).isCloseTo(expected, within(1e-5));
    }
  }

  /**
   * One step with clipped gradients of finite differences over PyTorch's own weights, its two
   * biases apart: the second loss tells whether norm, clip and update are the same.
   */
  @Test
  void secondLossIsThatAfterAStepOfPlainGradientDescent() {
    LanguageShape model = new LanguageShape(3, false, CellKind.LSTM, 2, 1);
    TrainingStep workload = new TrainingStep("small", model, Update.SGD, 2, 6);
    double[] weights = ScalarLanguageModel.draw(model, new InitialWeights(workload));
    double[] gradient = new double[weights.length];
    double squares = 0;
    for (int at = 0; at < weights.length; at++) {
      double kept = weights[at];
      weights[at] = kept + 1e-5;
      double above = loss(workload, model, weights, 0);
      weights[at] = kept - 1e-5;
      gradient[at] = (above - loss(workload, model, weights, 0)) / 2e-5;
      weights[at] = kept;
      squares += gradient[at] * gradient[at];
    }
    double scale = Math.min(1, Update.CLIP_NORM / (Math.sqrt(squares) + 1e-6));
    for (int at = 0; at < weights.length; at++) {
      weights[at] -= Update.SGD.learningRate() * scale * gradient[at];
    }

    try (PeerCase peerCase = new Dl4jTraining(workload)) {
      double first = peerCase.run(1);
      double second = peerCase.run(1);
      assertThat(second).isCloseTo(loss(workload, model, weights, 1), within(1e-5));
      assertThat(second).isNotCloseTo(first, within(1e-5));
    }
  }

  private static double loss(
      TrainingStep workload, LanguageShape model, double[] weights, int which) {
    TokenBatches.Batch batch = TokenBatches.of(workload).get(which);
    double sum = 0;
    for (int row = 0; row < workload.batch(); row++) {
      ScalarLanguageModel twin = new ScalarLanguageModel(model, weights);
      for (int step = 0; step < workload.steps(); step++) {
        int at = step * workload.batch() + row;
        twin.next((int) batch.inputs()[at]);
        sum += twin.loss((int) batch.targets()[at]);
      }
    }
    return sum / (workload.batch() * workload.steps());
  }
}
