package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.optim.Adagrad;
import io.refrain.optim.Adam;
import io.refrain.optim.OptimizerConfig;
import io.refrain.optim.RmsProp;
import io.refrain.optim.Sgd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A hundred steps of training from the same weights on the same batches go the same way.
 *
 * <p>Not for relu under Adam: sooner or later a gate lies so near to zero that rounding decides on
 * which side, and Adam makes a whole step of whatever gradient that lets through.
 */
class TrainingCurveConformanceTest {
  private static final int STEPS = 100;
  private static final int VOCABULARY = 28;
  private static final int HIDDEN = 64;
  private static final int LAYERS = 2;
  private static final int BATCH = 8;
  private static final int TIME_STEPS = 12;
  private static final int BATCHES = 5;

  /** How a run is trained. */
  record Run(CellKind kind, OptimizerChoice choice, boolean carryState) {}

  static Stream<Run> runs() {
    List<Run> runs = new ArrayList<>();
    OptimizerChoice sgd = new OptimizerChoice.Sgd(1, 0);
    for (boolean carryState : new boolean[] {false, true}) {
      runs.add(new Run(CellKind.RNN_TANH, sgd, carryState));
      runs.add(new Run(CellKind.RNN_TANH, new OptimizerChoice.Adam(0.002, 0.001), carryState));
      runs.add(new Run(CellKind.RNN_TANH, new OptimizerChoice.AdamW(0.002, 0.01), carryState));
      runs.add(new Run(CellKind.RNN_RELU, sgd, carryState));
    }
    for (OptimizerChoice choice : choices()) {
      runs.add(new Run(CellKind.RNN_TANH, choice, true));
    }
    return runs.stream();
  }

  /** Every constant of every optimizer away from its default. */
  private static List<OptimizerChoice> choices() {
    return List.of(
        new OptimizerChoice.Sgd(0.2, 0.9),
        method(0.3, new Sgd.Options(0.8, 0.3, false, 0.001)),
        method(0.2, new Sgd.Options(0.9, 0, true, 0.001)),
        method(0.002, new Adam.Options(0.8, 0.95, 1e-4, 0.01, false)),
        method(0.002, new Adam.Options(0.7, 0.99, 1e-5, 0.1, true)),
        method(0.002, RmsProp.Options.defaults()),
        method(0.002, new RmsProp.Options(0.95, 1e-4, true, 0, 0.001)),
        method(0.001, new RmsProp.Options(0.9, 1e-4, false, 0.8, 0)),
        method(0.001, new RmsProp.Options(0.9, 1e-3, true, 0.7, 0.001)),
        method(0.01, Adagrad.Options.defaults()),
        method(0.1, new Adagrad.Options(0.01, 1e-3, 0.1, 0.001)));
  }

  private static OptimizerChoice method(double learningRate, OptimizerConfig config) {
    return new OptimizerChoice.Method(learningRate, config);
  }

  @ParameterizedTest
  @MethodSource("runs")
  void lossesAndNormsAreLibtorchs(Run run) {
    SplittableRandom random = new SplittableRandom(21);
    Map<String, Shaped> weights = weights(random);
    List<LibtorchRnn.Batch> batches = batches(random);
    double clip = 0.2;

    LibtorchRnn.Curve expected =
        new LibtorchRnn(run.kind, true, weights)
            .trainingCurve(batches, STEPS, run.choice, clip, run.carryState);
    LibtorchRnn.Curve actual =
        new RefrainRnn(run.kind, true, true, weights)
            .trainingCurve(batches, STEPS, run.choice, clip, run.carryState);

    int clipped = 0;
    for (int step = 0; step < STEPS; step++) {
      double loss = expected.losses()[step];
      double norm = expected.gradientNorms()[step];
      assertThat(actual.losses()[step])
          .as("loss of step %d", step)
          .isCloseTo(loss, within(1e-4 * loss));
      assertThat(actual.gradientNorms()[step])
          .as("gradient norm of step %d", step)
          .isCloseTo(norm, within(1e-3 * norm));
      clipped += norm > clip ? 1 : 0;
    }
    assertThat(clipped).as("steps whose gradient was clipped").isPositive();
    assertThat(expected.losses()[STEPS - 1]).isLessThan(expected.losses()[0]);
    assertThat(actual.weights()).containsOnlyKeys(weights.keySet());
    expected
        .weights()
        .forEach(
            (name, weight) -> Draws.assertClose(name, actual.weights().get(name), weight, 1e-3));
  }

  private static Map<String, Shaped> weights(SplittableRandom random) {
    double bound = 1 / Math.sqrt(HIDDEN);
    Map<String, Shaped> weights = new LinkedHashMap<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      int width = layer == 0 ? VOCABULARY : HIDDEN;
      weights.put("weight_ih_l" + layer, Draws.values(random, bound, HIDDEN, width));
      weights.put("weight_hh_l" + layer, Draws.values(random, bound, HIDDEN, HIDDEN));
      weights.put("bias_ih_l" + layer, Draws.values(random, bound, HIDDEN));
      weights.put("bias_hh_l" + layer, Draws.values(random, bound, HIDDEN));
    }
    weights.put("linear.weight", Draws.values(random, bound, VOCABULARY, HIDDEN));
    weights.put("linear.bias", Draws.values(random, bound, VOCABULARY));
    return weights;
  }

  private static List<LibtorchRnn.Batch> batches(SplittableRandom random) {
    List<LibtorchRnn.Batch> batches = new ArrayList<>();
    for (int i = 0; i < BATCHES; i++) {
      int[] tokens = Draws.indices(random, BATCH * TIME_STEPS, VOCABULARY);
      int[] targets = Draws.indices(random, BATCH * TIME_STEPS, VOCABULARY);
      batches.add(new LibtorchRnn.Batch(new Input.Indices(tokens, BATCH, TIME_STEPS), targets));
    }
    return batches;
  }
}
