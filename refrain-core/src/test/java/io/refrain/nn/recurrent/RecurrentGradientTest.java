package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.Parameter;
import io.refrain.nn.recurrent.ElmanCell.Nonlinearity;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Back-propagation through time against differences of {@link ReferenceRnn}. */
class RecurrentGradientTest {

  /** A network and what it reads. */
  record Shape(
      Nonlinearity nonlinearity, int layers, int steps, int batch, int input, int hidden) {}

  /** How it reads, and from which state. */
  record Mode(boolean batchFirst, boolean indexed, boolean stateGiven) {}

  @Provide
  Arbitrary<Shape> shapes() {
    return Combinators.combine(
            Arbitraries.of(Nonlinearity.class),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 5),
            Arbitraries.integers().between(1, 6),
            Arbitraries.of(1, 2, 3, 5, 7))
        .as(Shape::new);
  }

  @Provide
  Arbitrary<Mode> modes() {
    Arbitrary<Boolean> either = Arbitraries.of(true, false);
    return Combinators.combine(either, either, either).as(Mode::new);
  }

  @Property(tries = 80)
  void gradientsAreDifferences(
      @ForAll("shapes") Shape shape, @ForAll("modes") Mode mode, @ForAll int seed) {
    Problem problem = new Problem(shape, mode, new SplittableRandom(seed));
    ReferenceRnn reference =
        new ReferenceRnn(
            shape.nonlinearity == Nonlinearity.RELU,
            shape.layers,
            shape.steps,
            shape.batch,
            shape.input,
            shape.hidden);
    List<float[]> inputs = problem.inputs();
    double[][] expected =
        GradientCheck.differences(arrays -> problem.loss(reference, arrays), inputs);
    Assume.that(reference.distanceFromKink() > 1e-4);

    Tape tape = Tape.recording(ThreadTeam.single());
    tape.backward(problem.loss(tape));

    int index = 0;
    for (var entry : problem.stack.parameters().entrySet()) {
      GradientCheck.assertClose(entry.getKey(), entry.getValue().gradient(), expected[index++]);
    }
    if (mode.stateGiven) {
      for (Tensor tensor : problem.states) {
        GradientCheck.assertClose("initial state", tensor.gradient(), expected[index++]);
      }
    } else {
      index += shape.layers;
    }
    if (!mode.indexed) {
      float[] gradient = problem.timeFirst(problem.x.gradient(), shape.input);
      GradientCheck.assertClose("input", gradient, expected[index]);
    }
  }

  /** A stack, its input, its state, and the weights of a sum over outputs and final states. */
  private static final class Problem {
    final Shape shape;
    final Mode mode;
    final RecurrentStack stack;
    final int[] indices;
    final Tensor x;
    final List<Tensor> states = new ArrayList<>();
    final float[] outputWeights;
    final List<float[]> stateWeights = new ArrayList<>();

    Problem(Shape shape, Mode mode, SplittableRandom random) {
      this.shape = shape;
      this.mode = mode;
      StackOptions options =
          StackOptions.of(new ElmanCell(shape.nonlinearity), shape.input, shape.hidden)
              .withLayers(shape.layers);
      options = mode.batchFirst ? options.withBatchFirst() : options;
      stack = new RecurrentStack(mode.indexed ? options.withIndexedInput() : options, random);
      int rows = shape.steps * shape.batch;
      indices = random.ints(rows, 0, shape.input).toArray();
      int outer = mode.batchFirst ? shape.batch : shape.steps;
      x =
          Tensor.variable(
              GradientCheck.values(random, rows * shape.input), outer, rows / outer, shape.input);
      outputWeights = GradientCheck.values(random, rows * shape.hidden);
      int size = shape.batch * shape.hidden;
      for (int layer = 0; layer < shape.layers; layer++) {
        float[] values = mode.stateGiven ? GradientCheck.values(random, size) : new float[size];
        states.add(Tensor.variable(values, shape.batch, shape.hidden));
        stateWeights.add(GradientCheck.values(random, size));
      }
    }

    Tensor loss(Tape tape) {
      RecurrentState state =
          mode.stateGiven
              ? RecurrentState.of(states.stream().map(List::of).toList())
              : stack.initialState(shape.batch);
      RecurrentStack.Output output =
          mode.indexed
              ? stack.forward(tape, indices, shape.steps, shape.batch, state)
              : stack.forward(tape, x, state);
      assertThat(output.output().length(mode.batchFirst ? 0 : 1)).isEqualTo(shape.batch);
      Tensor loss = GradientCheck.weightedSum(tape, output.output(), outputWeights);
      for (int layer = 0; layer < shape.layers; layer++) {
        Tensor last = output.state().layer(layer).getFirst();
        loss =
            GradientCheck.sum(
                tape, loss, GradientCheck.weightedSum(tape, last, stateWeights.get(layer)));
      }
      return loss;
    }

    /** Parameters, then states, then the input, time first. */
    List<float[]> inputs() {
      List<float[]> inputs = new ArrayList<>();
      stack.parameters().values().stream().map(Parameter::values).forEach(inputs::add);
      states.forEach(tensor -> inputs.add(tensor.data()));
      inputs.add(mode.indexed ? oneHot() : timeFirst(x.data(), shape.input));
      return inputs;
    }

    double loss(ReferenceRnn reference, double[][] arrays) {
      int parameters = 4 * shape.layers;
      double[][] state = new double[shape.layers][];
      System.arraycopy(arrays, parameters, state, 0, shape.layers);
      double[] output = reference.run(arrays[arrays.length - 1], arrays, 0, state);
      double sum = dot(timeFirst(outputWeights, shape.hidden), output);
      for (int layer = 0; layer < shape.layers; layer++) {
        sum += dot(stateWeights.get(layer), state[layer]);
      }
      return sum;
    }

    private static double dot(float[] weights, double[] values) {
      double sum = 0;
      for (int i = 0; i < weights.length; i++) {
        sum += weights[i] * values[i];
      }
      return sum;
    }

    private float[] oneHot() {
      float[] vectors = new float[indices.length * shape.input];
      for (int i = 0; i < indices.length; i++) {
        vectors[i * shape.input + indices[i]] = 1;
      }
      return timeFirst(vectors, shape.input);
    }

    float[] timeFirst(float[] values, int width) {
      if (!mode.batchFirst) {
        return values;
      }
      float[] result = new float[values.length];
      for (int row = 0; row < shape.batch; row++) {
        for (int t = 0; t < shape.steps; t++) {
          int from = (row * shape.steps + t) * width;
          System.arraycopy(values, from, result, (t * shape.batch + row) * width, width);
        }
      }
      return result;
    }
  }
}
