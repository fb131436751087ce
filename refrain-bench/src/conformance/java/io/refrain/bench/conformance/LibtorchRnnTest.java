package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.refrain.nn.recurrent.StackOptions;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference itself: that arrays go in and come out in the right places. */
class LibtorchRnnTest {

  private static final int TOKENS = 5;
  private static final int HIDDEN = 4;
  private static final int STEPS = 3;
  private static final int BATCH = 2;
  private static final int[] INDICES = {1, 4, 0, 2, 3, 1};
  private static final int[] TARGETS = {4, 0, 2, 3, 1, 2};
  private static final Input TIME_FIRST = new Input.Indices(INDICES, STEPS, BATCH);
  private static final Offset<Float> CLOSE = within(1e-6f);

  @ParameterizedTest
  @EnumSource(CellKind.class)
  void indicesAreOneHotVectors(CellKind kind) {
    LibtorchRnn network = new LibtorchRnn(network(kind, 2, false), weights(kind, 2));
    float[] vectors = new float[INDICES.length * TOKENS];
    for (int row = 0; row < INDICES.length; row++) {
      vectors[row * TOKENS + INDICES[row]] = 1;
    }
    Objective objective = new Objective.CrossEntropy(TARGETS);
    Input dense = new Input.Dense(new Shaped(vectors, STEPS, BATCH, TOKENS));

    LibtorchRnn.Result fromIndices = network.run(TIME_FIRST, List.of(), objective);
    LibtorchRnn.Result fromVectors = network.run(dense, List.of(), objective);

    assertThat(fromVectors.loss()).isEqualTo(fromIndices.loss());
    assertThat(fromVectors.gradients()).containsKeys("input", "h_0", "weight_hh_l1");
    assertThat(fromVectors.gradients().get("input").shape()).containsExactly(STEPS, BATCH, TOKENS);
    assertThat(fromIndices.gradients()).doesNotContainKey("input");
    assertThat(fromIndices.finalState()).hasSize(kind == CellKind.LSTM ? 2 : 1);
  }

  @Test
  void oneStepOfTanhIsItsEquation() {
    Map<String, Shaped> weights =
        Map.of(
            "weight_ih_l0", new Shaped(new float[] {0.5f, -1}, 1, 2),
            "weight_hh_l0", new Shaped(new float[] {2}, 1, 1),
            "bias_ih_l0", new Shaped(new float[] {0.1f}, 1),
            "bias_hh_l0", new Shaped(new float[] {0.2f}, 1));
    LibtorchRnn network = new LibtorchRnn(Network.of(CellKind.RNN_TANH, 2, 1), weights);
    Shaped input = new Shaped(new float[] {1, 0.25f}, 1, 1, 2);
    Shaped one = new Shaped(new float[] {1}, 1, 1, 1);
    Shaped state = new Shaped(new float[] {0.3f}, 1, 1, 1);

    LibtorchRnn.Result result =
        network.run(
            new Input.Dense(input), List.of(state), new Objective.WeightedSum(one, List.of()));

    double expected = Math.tanh(0.5 - 0.25 + 0.1 + 2 * 0.3 + 0.2);
    double slope = 1 - expected * expected;
    assertThat(result.loss()).isCloseTo(expected, within(1e-6));
    assertThat(result.output().values()[0]).isCloseTo((float) expected, CLOSE);
    assertThat(result.gradients().get("h_0").values()[0]).isCloseTo((float) (2 * slope), CLOSE);
    assertThat(result.gradients().get("input").values())
        .containsExactly(new float[] {(float) (0.5 * slope), (float) -slope}, CLOSE);
  }

  @Test
  void batchFirstIsTheSameNetworkTransposed() {
    Map<String, Shaped> weights = weights(CellKind.GRU, 1);
    Input batchFirst = new Input.Indices(transposed(INDICES), BATCH, STEPS);

    LibtorchRnn.Result expected =
        new LibtorchRnn(network(CellKind.GRU, 1, false), weights)
            .run(TIME_FIRST, List.of(), new Objective.CrossEntropy(TARGETS));
    LibtorchRnn.Result actual =
        new LibtorchRnn(network(CellKind.GRU, 1, true), weights)
            .run(batchFirst, List.of(), new Objective.CrossEntropy(transposed(TARGETS)));

    assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-6));
    assertThat(actual.output().shape()).containsExactly(BATCH, STEPS, HIDDEN);
    assertThat(actual.finalState().getFirst().values())
        .containsExactly(expected.finalState().getFirst().values(), CLOSE);
  }

  @Test
  void trainingStartsAtTheLossOfOneRunAndLowersIt() {
    Map<String, Shaped> weights = weights(CellKind.RNN_TANH, 1);
    LibtorchRnn network = new LibtorchRnn(network(CellKind.RNN_TANH, 1, false), weights);
    List<LibtorchRnn.Batch> batches = List.of(new LibtorchRnn.Batch(TIME_FIRST, TARGETS));
    double first = network.run(TIME_FIRST, List.of(), new Objective.CrossEntropy(TARGETS)).loss();
    List<OptimizerChoice> choices =
        List.of(
            new OptimizerChoice.Sgd(0.5, 0.9),
            new OptimizerChoice.Adam(0.05, 0),
            new OptimizerChoice.AdamW(0.05, 0.01));
    for (OptimizerChoice choice : choices) {
      LibtorchRnn.Curve curve = network.trainingCurve(batches, 40, choice, 1.0, false);

      assertThat(curve.losses()[0]).isCloseTo(first, within(1e-6));
      assertThat(curve.losses()[39]).as("%s", choice).isLessThan(first / 2);
      assertThat(curve.gradientNorms()).hasSize(40);
      assertThat(curve.weights()).containsOnlyKeys(weights.keySet());
    }
  }

  @Test
  void missingWeightIsNamed() {
    Map<String, Shaped> weights = weights(CellKind.RNN_TANH, 1);
    weights.remove("bias_hh_l0");
    LibtorchRnn network = new LibtorchRnn(network(CellKind.RNN_TANH, 1, false), weights);

    assertThatThrownBy(
            () -> network.run(TIME_FIRST, List.of(), new Objective.CrossEntropy(TARGETS)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("bias_hh_l0");
  }

  /** Reads indices and predicts an index at every step. */
  private static Network network(CellKind kind, int layers, boolean batchFirst) {
    Network network = Network.of(kind, TOKENS, HIDDEN);
    StackOptions options = network.options().withLayers(layers);
    return network
        .with(batchFirst ? options.withBatchFirst() : options)
        .with(Network.Head.EVERY_STEP, TOKENS);
  }

  private static Map<String, Shaped> weights(CellKind kind, int layers) {
    return network(kind, layers, false).weights(new SplittableRandom(3));
  }

  /** [steps, batch] to [batch, steps]. */
  private static int[] transposed(int[] values) {
    int[] result = new int[values.length];
    for (int step = 0; step < STEPS; step++) {
      for (int row = 0; row < BATCH; row++) {
        result[row * STEPS + step] = values[step * BATCH + row];
      }
    }
    return result;
  }
}
