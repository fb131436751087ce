package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import io.refrain.tensor.Tape;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Outputs, final states and every gradient of every cell with all options, against {@link
 * ReferenceStack} and its differences.
 */
class RecurrentGradientTest {
  private static final double TOLERANCE = 5e-6;

  @Provide
  Arbitrary<Shape> shapes() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 6),
            Arbitraries.of(1, 2, 3, 5, 8, 17)) // 17: vectors and a rest
        .as(Shape::new);
  }

  @Provide
  Arbitrary<Set<Option>> options() {
    return Arbitraries.of(Option.class).set().ofMaxSize(Option.values().length);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void outputsAndGradientsAreThoseOfTheReference(
      @ForAll TestedCell cell,
      @ForAll("shapes") Shape shape,
      @ForAll("options") Set<Option> options,
      @ForAll int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    StackProblem problem = new StackProblem(cell, shape, options, random);
    ReferenceStack reference = problem.reference();
    Map<String, double[]> weights = problem.weights();
    double[][][] initial = problem.initial();
    double[] x = problem.vectors();
    ReferenceStack.Result expected = reference.run(x, weights, initial);
    double growth = reference.roughness.growth();
    Assume.that(growth < 100);

    Tape tape = Tape.recording(ThreadTeam.single());
    RecurrentStack.Output output = problem.run(tape, null);
    assertOutput(problem, output, expected, growth);
    tape.backward(problem.loss(tape, output));

    DoubleSupplier loss = () -> problem.loss(reference.run(x, weights, initial));
    Map<String, float[]> gradients = problem.gradients();
    weights.forEach((name, values) ->
        GradientCheck.assertSlopes(
            name, gradients.remove(name), values, loss, random, growth * TOLERANCE));
    for (int index = 0; problem.states != null && index < initial.length; index++) {
      for (int state = 0; state < initial[index].length; state++) {
        String name = "state %d of layer %d".formatted(state, index);
        GradientCheck.assertSlopes(
            name, gradients.remove(name), initial[index][state], loss, random, growth * TOLERANCE);
      }
    }
    if (!problem.options.indexed()) {
      GradientCheck.assertSlopes(
          "input", gradients.remove("input"), x, loss, random, growth * TOLERANCE);
    }
    assertThat(gradients).as("gradients nobody expected").isEmpty();
  }

  private static void assertOutput(
      StackProblem problem,
      RecurrentStack.Output output,
      ReferenceStack.Result expected,
      double growth) {
    int outer = problem.options.batchFirst() ? problem.batch : problem.steps;
    assertThat(output.output().shape())
        .containsExactly(outer, problem.steps * problem.batch / outer, problem.outputWidth());
    double tolerance = growth * TOLERANCE / 2;
    GradientCheck.assertClose("output", output.output().data(), expected.output(), tolerance);
    assertThat(output.state().layers()).isEqualTo(expected.last().length);
    for (int index = 0; index < expected.last().length; index++) {
      for (int state = 0; state < expected.last()[index].length; state++) {
        GradientCheck.assertClose(
            "final state %d of layer %d".formatted(state, index),
            output.state().layer(index).get(state).data(),
            expected.last()[index][state],
            tolerance);
      }
    }
  }
}
