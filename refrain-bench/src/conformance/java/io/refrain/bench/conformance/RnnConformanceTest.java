package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.nn.recurrent.StackOptions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Refrain's outputs, final states, losses and gradients are libtorch's, to float32 round-off. */
class RnnConformanceTest {
  private static final int CASES = 1500;
  private static final double OUTPUTS = 1e-5;
  private static final double GRADIENTS = 1e-4;

  /**
   * A gradient smaller than this share of its case's largest is held to that share: terms that
   * cancel leave a sum as small as their rounding.
   */
  private static final double LITTLE = 0.05;

  private static final Differences DIFFERENCES =
      new Differences("conformance with libtorch in %d cases".formatted(CASES));

  static Stream<GeneratedCase> cases() {
    return IntStream.range(0, CASES).mapToObj(GeneratedCase::of);
  }

  @AfterAll
  static void report() {
    DIFFERENCES.report();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void everythingIsLibtorchs(GeneratedCase c) {
    SplittableRandom random = new SplittableRandom(c.number() + 1_000_000);
    Map<String, Shaped> weights = c.network().weights(random);
    Input input = c.input(random);
    List<Shaped> state = c.initialState(random);
    Objective objective = c.objective(random);

    LibtorchRnn.Result expected =
        new LibtorchRnn(c.network(), weights).run(input, state, objective);
    LibtorchRnn.Result actual = new RefrainRnn(c.network(), weights).run(input, state, objective);

    assertOutputs(c, actual, expected);
    Map<String, Shaped> gradients = new LinkedHashMap<>(expected.gradients());
    if (!c.stateGiven()) {
      gradients.remove("h_0"); // Refrain knows that it is zero, and takes no gradient by it
      gradients.remove("c_0");
    }
    assertThat(actual.gradients()).containsOnlyKeys(gradients.keySet());
    double least =
        LITTLE * gradients.values().stream().mapToDouble(Shaped::magnitude).max().orElse(0);
    gradients.forEach((name, gradient) ->
        DIFFERENCES.assertClose(
            "gradients (of at least %s of their case's largest)".formatted(LITTLE),
            c + ": gradient of " + name,
            actual.gradients().get(name),
            gradient,
            GRADIENTS,
            least));
  }

  private static void assertOutputs(
      GeneratedCase c, LibtorchRnn.Result actual, LibtorchRnn.Result expected) {
    DIFFERENCES.assertClose("outputs", c + ": output", actual.output(), expected.output(), OUTPUTS);
    assertThat(actual.finalState()).as("%s: states", c).hasSameSizeAs(expected.finalState());
    for (int i = 0; i < expected.finalState().size(); i++) {
      DIFFERENCES.assertClose(
          "final states",
          "%s: final %s".formatted(c, i == 0 ? "h" : "c"),
          actual.finalState().get(i),
          expected.finalState().get(i),
          OUTPUTS);
    }
    boolean head = c.network().head() != Network.Head.NONE;
    if (head) {
      DIFFERENCES.assertClose(
          "logits", c + ": logits", actual.logits(), expected.logits(), OUTPUTS);
    }
    // A weighted sum may come out near zero, where its terms' rounding is all there is.
    double size =
        head ? expected.loss() : Math.max(1, Math.sqrt(expected.output().values().length));
    DIFFERENCES.assertClose("losses", c + ": loss", actual.loss(), expected.loss(), OUTPUTS, size);
  }

  /** What chance drew leaves no two options untried together. */
  @Test
  void everyPairOfOptionsMeetsInEveryKindOfLayer() {
    for (GeneratedCase.Kind kind : GeneratedCase.KINDS) {
      Set<Set<String>> pairs = new HashSet<>();
      cases()
          .filter(c -> GeneratedCase.kindOf(c.number()).equals(kind))
          .map(RnnConformanceTest::options)
          .forEach(options ->
              options.forEach(a -> options.forEach(b -> pairs.add(Set.copyOf(List.of(a, b))))));
      // of 6 options with 2 values and 2 with 3: the values themselves, and the pairs
      int values = 6 * 2 + 2 * 3;
      int twos = 6 * 5 / 2 * 4;
      int mixed = 6 * 2 * 6;
      int threes = 9;
      assertThat(pairs).as("%s", kind).hasSize(values + twos + mixed + threes);
    }
  }

  private static List<String> options(GeneratedCase c) {
    StackOptions options = c.network().options();
    return List.of(
        "biased " + options.biased(),
        "bidirectional " + options.bidirectional(),
        "batch first " + options.batchFirst(),
        "indexed " + options.indexed(),
        "state given " + c.stateGiven(),
        "ragged " + (c.lengths() != null),
        "layers " + options.layers(),
        "head " + c.network().head());
  }
}
