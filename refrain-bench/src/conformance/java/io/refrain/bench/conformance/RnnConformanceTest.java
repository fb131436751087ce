package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Refrain's outputs, final states, losses and gradients are libtorch's, to float32 round-off. */
class RnnConformanceTest {
  private static final int CASES = 96;
  private static final double OUTPUTS = 1e-5;
  private static final double GRADIENTS = 1e-4;

  /** A network and how it is fed; sizes are drawn from its number. */
  record Case(
      int number,
      CellKind kind,
      int input,
      int hidden,
      int layers,
      boolean batchFirst,
      boolean indexed,
      boolean stateGiven,
      boolean head,
      int steps,
      int batch) {

    static Case of(int number) {
      SplittableRandom random = new SplittableRandom(number);
      int[] hidden = {1, 3, 16, 33, 64, 65, 130, 256, 300};
      return new Case(
          number,
          (number & 1) == 0 ? CellKind.RNN_TANH : CellKind.RNN_RELU,
          random.nextInt(1, 70),
          hidden[random.nextInt(hidden.length)],
          random.nextInt(1, 4),
          (number & 2) == 0,
          (number & 4) == 0,
          (number & 8) == 0,
          (number & 16) == 0,
          random.nextInt(1, 20),
          random.nextInt(1, 20));
    }

    int classes() {
      return input + 3;
    }

    Map<String, Shaped> weights(SplittableRandom random) {
      double bound = 1 / Math.sqrt(hidden);
      Map<String, Shaped> weights = new LinkedHashMap<>();
      for (int layer = 0; layer < layers; layer++) {
        int width = layer == 0 ? input : hidden;
        weights.put("weight_ih_l" + layer, Draws.values(random, bound, hidden, width));
        weights.put("weight_hh_l" + layer, Draws.values(random, bound, hidden, hidden));
        weights.put("bias_ih_l" + layer, Draws.values(random, bound, hidden));
        weights.put("bias_hh_l" + layer, Draws.values(random, bound, hidden));
      }
      if (head) {
        weights.put("linear.weight", Draws.values(random, bound, classes(), hidden));
        weights.put("linear.bias", Draws.values(random, bound, classes()));
      }
      return weights;
    }

    Input input(SplittableRandom random) {
      int rows = batchFirst ? batch : steps;
      int columns = batchFirst ? steps : batch;
      return indexed
          ? new Input.Indices(Draws.indices(random, rows * columns, input), rows, columns)
          : new Input.Dense(Draws.values(random, 1, rows, columns, input));
    }

    Objective objective(SplittableRandom random) {
      if (head) {
        return new Objective.CrossEntropy(Draws.indices(random, steps * batch, classes()));
      }
      Shaped output =
          batchFirst
              ? Draws.values(random, 1, batch, steps, hidden)
              : Draws.values(random, 1, steps, batch, hidden);
      return new Objective.WeightedSum(output, Draws.values(random, 1, layers, batch, hidden));
    }
  }

  static Stream<Case> cases() {
    return IntStream.range(0, CASES).mapToObj(Case::of);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everythingIsLibtorchs(Case c) {
    SplittableRandom random = new SplittableRandom(c.number + 1_000);
    Map<String, Shaped> weights = c.weights(random);
    Input input = c.input(random);
    Objective objective = c.objective(random);
    @Nullable Shaped state =
        c.stateGiven ? Draws.values(random, 1, c.layers, c.batch, c.hidden) : null;

    LibtorchRnn.Result expected =
        new LibtorchRnn(c.kind, c.batchFirst, weights)
            .run(input, state == null ? List.of() : List.of(state), objective);
    LibtorchRnn.Result actual =
        new RefrainRnn(c.kind, c.batchFirst, c.indexed, weights).run(input, state, objective);

    Draws.assertClose("output", actual.output(), expected.output(), OUTPUTS);
    Draws.assertClose(
        "final state", actual.finalState().getFirst(), expected.finalState().getFirst(), OUTPUTS);
    if (c.head) {
      Draws.assertClose("logits", actual.logits(), expected.logits(), OUTPUTS);
    }
    // A weighted sum may come out near zero, where its terms' rounding is all there is.
    double size = c.head ? expected.loss() : Math.sqrt(c.steps * c.batch * c.hidden);
    assertThat(Math.abs(actual.loss() - expected.loss()))
        .as("loss")
        .isLessThanOrEqualTo(OUTPUTS * Math.max(1, size));
    Map<String, Shaped> gradients = new LinkedHashMap<>(expected.gradients());
    if (!c.stateGiven) {
      gradients.remove("h_0"); // Refrain knows that it is zero, and takes no gradient by it
    }
    assertThat(actual.gradients()).containsOnlyKeys(gradients.keySet());
    gradients.forEach((name, gradient) ->
        Draws.assertClose(
            "gradient of " + name, actual.gradients().get(name), gradient, GRADIENTS));
  }
}
