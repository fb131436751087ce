package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.nn.recurrent.StackOptions;
import io.refrain.optim.Adagrad;
import io.refrain.optim.Adam;
import io.refrain.optim.OptimizerConfig;
import io.refrain.optim.RmsProp;
import io.refrain.optim.Sgd;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
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
  private static final int CLASSES = 5;
  private static final int HIDDEN = 64;
  private static final int LAYERS = 2;
  private static final int BATCH = 8;
  private static final int TIME_STEPS = 12;
  private static final int BATCHES = 5;

  /**
   * For gates: many of their gradients are no larger than rounding at first, and the default 1e-8
   * makes whole steps of them.
   */
  private static final RmsProp.Options WIDE_RMS_PROP = new RmsProp.Options(0.99, 1e-5, false, 0, 0);

  private static final Differences DIFFERENCES =
      new Differences("training curves of %d steps".formatted(STEPS));

  /** How a run is trained. */
  record Run(Network network, OptimizerChoice choice, boolean carryState) {

    /** Layers that predict the next index. */
    Run(CellKind kind, OptimizerChoice choice, boolean carryState) {
      this(languageModel(kind), choice, carryState);
    }
  }

  @AfterAll
  static void report() {
    DIFFERENCES.report();
  }

  private static Network languageModel(CellKind kind) {
    StackOptions options = StackOptions.of(kind.cell(), VOCABULARY, HIDDEN).withLayers(LAYERS);
    return Network.of(kind, 1, 1)
        .with(options.withBatchFirst().withIndexedInput())
        .with(Network.Head.EVERY_STEP, VOCABULARY);
  }

  private static Network classifier(CellKind kind) {
    StackOptions options = languageModel(kind).options().withBothDirections();
    return Network.of(kind, 1, 1).with(options).with(Network.Head.LAST_STATE, CLASSES);
  }

  /** All cells but the plain one, and classifiers of ragged sequences in both directions. */
  static Stream<Run> cells() {
    Network lstm = languageModel(CellKind.LSTM);
    Stream<Run> models =
        Stream.of(
                lstm,
                lstm.with(lstm.options().withProjection(HIDDEN / 3)),
                languageModel(CellKind.GRU))
            .flatMap(network -> runs(network, 4, 0.002)); // small gradients, many targets
    Stream<Run> classifiers =
        Stream.of(CellKind.RNN_TANH, CellKind.LSTM, CellKind.GRU)
            .map(TrainingCurveConformanceTest::classifier)
            .flatMap(network -> runs(network, 0.4, 0.001));
    return Stream.concat(models, classifiers);
  }

  private static Stream<Run> runs(Network network, double sgdRate, double adamRate) {
    return Stream.of(
        new Run(network, new OptimizerChoice.Sgd(sgdRate, 0), false),
        new Run(network, new OptimizerChoice.Adam(adamRate, 0), false),
        new Run(network, new OptimizerChoice.Adam(adamRate, 0.001), true));
  }

  static Stream<Run> runs() {
    List<Run> runs = new ArrayList<>();
    OptimizerChoice sgd = new OptimizerChoice.Sgd(1, 0);
    for (boolean carryState : new boolean[] {false, true}) {
      runs.add(new Run(CellKind.RNN_TANH, sgd, carryState));
      runs.add(new Run(CellKind.RNN_TANH, new OptimizerChoice.Adam(0.002, 0.001), carryState));
      runs.add(new Run(CellKind.RNN_TANH, new OptimizerChoice.AdamW(0.002, 0.01), carryState));
      runs.add(new Run(CellKind.RNN_RELU, sgd, carryState));
    }
    runs.add(new Run(CellKind.RNN_RELU, method(0.05, new Sgd.Options(0.8, 0, true, 0.001)), true));
    runs.add(new Run(CellKind.RNN_TANH, method(0.002, RmsProp.Options.defaults()), true));
    runs.add(new Run(CellKind.RNN_TANH, method(0.01, Adagrad.Options.defaults()), true));
    for (CellKind gated : List.of(CellKind.LSTM, CellKind.GRU)) {
      runs.add(new Run(gated, method(0.001, WIDE_RMS_PROP), true));
      runs.add(new Run(gated, method(0.005, Adagrad.Options.defaults()), true));
    }
    for (OptimizerChoice choice : choices()) {
      for (CellKind kind : List.of(CellKind.RNN_TANH, CellKind.LSTM, CellKind.GRU)) {
        runs.add(new Run(kind, choice, true));
      }
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
        method(0.001, new Adam.Options(0.7, 0.99, 1e-5, 0.1, true)),
        method(0.002, new RmsProp.Options(0.95, 1e-4, true, 0, 0.001)),
        method(0.001, new RmsProp.Options(0.9, 1e-4, false, 0.8, 0)),
        method(0.001, new RmsProp.Options(0.9, 1e-3, true, 0.7, 0.001)),
        method(0.1, new Adagrad.Options(0.01, 1e-3, 0.1, 0.001)));
  }

  private static OptimizerChoice method(double learningRate, OptimizerConfig config) {
    return new OptimizerChoice.Method(learningRate, config);
  }

  @ParameterizedTest
  @MethodSource({"runs", "cells"})
  void lossesAndNormsAreLibtorchs(Run run) {
    SplittableRandom random = new SplittableRandom(21);
    Map<String, Shaped> weights = run.network.weights(random);
    List<LibtorchRnn.Batch> batches = batches(run.network, random);
    double clip = firstNorm(run.network, weights, batches.getFirst());

    LibtorchRnn.Curve expected =
        new LibtorchRnn(run.network, weights)
            .trainingCurve(batches, STEPS, run.choice, clip, run.carryState);
    LibtorchRnn.Curve actual =
        new RefrainRnn(run.network, weights)
            .trainingCurve(batches, STEPS, run.choice, clip, run.carryState);

    int clipped = 0;
    for (int step = 0; step < STEPS; step++) {
      double loss = expected.losses()[step];
      double norm = expected.gradientNorms()[step];
      DIFFERENCES.assertClose(
          "losses",
          "%s: loss of step %d".formatted(run, step),
          actual.losses()[step],
          loss,
          1e-4,
          loss);
      DIFFERENCES.assertClose(
          "gradient norms",
          "%s: gradient norm of step %d".formatted(run, step),
          actual.gradientNorms()[step],
          norm,
          1e-3,
          norm);
      clipped += norm > clip ? 1 : 0;
    }
    assertThat(clipped).as("steps whose gradient was clipped").isBetween(1, STEPS - 1);
    assertThat(meanOfAllBatches(expected, STEPS - BATCHES))
        .isLessThan(meanOfAllBatches(expected, 0));
    assertThat(actual.weights()).containsOnlyKeys(weights.keySet());
    expected
        .weights()
        .forEach((name, weight) ->
            DIFFERENCES.assertClose(
                "trained weights",
                "%s: %s".formatted(run, name),
                actual.weights().get(name),
                weight,
                1e-3));
  }

  private static double meanOfAllBatches(LibtorchRnn.Curve curve, int from) {
    return Arrays.stream(curve.losses(), from, from + BATCHES).average().orElseThrow();
  }

  /** The gradient's norm before training: a limit that some steps exceed and others do not. */
  private static double firstNorm(
      Network network, Map<String, Shaped> weights, LibtorchRnn.Batch batch) {
    return new LibtorchRnn(network, weights)
        .trainingCurve(
            List.of(batch), 1, new OptimizerChoice.Sgd(0, 0), Double.POSITIVE_INFINITY, false)
        .gradientNorms()[0];
  }

  /**
   * Something that can be learnt, lest training wander and every rounding send it elsewhere: to
   * each token another that follows it, or ragged sequences whose class is that of their last
   * token.
   */
  private static List<LibtorchRnn.Batch> batches(Network network, SplittableRandom random) {
    boolean classifier = network.head() == Network.Head.LAST_STATE;
    List<LibtorchRnn.Batch> batches = new ArrayList<>();
    for (int i = 0; i < BATCHES; i++) {
      int[] tokens = Draws.indices(random, BATCH * TIME_STEPS, VOCABULARY);
      if (!classifier) {
        int[] next = IntStream.of(tokens).map(token -> (5 * token + 3) % VOCABULARY).toArray();
        Input input = new Input.Indices(tokens, BATCH, TIME_STEPS);
        batches.add(new LibtorchRnn.Batch(input, next));
        continue;
      }
      int[] lengths = random.ints(BATCH, 1, TIME_STEPS + 1).toArray();
      int[] classes = new int[BATCH];
      Arrays.setAll(classes, row -> tokens[row * TIME_STEPS + lengths[row] - 1] % CLASSES);
      Input input = new Input.Indices(tokens, BATCH, TIME_STEPS, lengths);
      batches.add(new LibtorchRnn.Batch(input, classes));
    }
    return batches;
  }
}
