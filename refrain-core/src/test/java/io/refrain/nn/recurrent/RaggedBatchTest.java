package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ragged batch is each of its sequences by itself, and padding is never looked at. */
class RaggedBatchTest {
  private static final Shape SHAPE = new Shape(2, 7, 6, 3, 17);

  private final Tape tape = Tape.recording(ThreadTeam.single());

  private static StackProblem problem(TestedCell cell, boolean batchFirst, boolean indexed) {
    EnumSet<Option> options =
        EnumSet.of(Option.RAGGED, Option.BOTH_DIRECTIONS, Option.STATE_GIVEN, Option.PROJECTED);
    if (batchFirst) {
      options.add(Option.BATCH_FIRST);
    }
    if (indexed) {
      options.add(Option.INDEXED);
    }
    return new StackProblem(cell, SHAPE, options, new SplittableRandom(7));
  }

  @ParameterizedTest
  @EnumSource
  void isEachSequenceByItself(TestedCell cell) {
    for (boolean batchFirst : new boolean[] {false, true}) {
      StackProblem problem = problem(cell, batchFirst, !batchFirst);
      RecurrentStack.Output output = problem.run(tape, null);
      int width = problem.outputWidth();
      for (int row = 0; row < problem.batch; row++) {
        RecurrentStack.Output alone = alone(problem, row);
        for (int t = 0; t < problem.steps; t++) {
          int at = problem.place(t, row) * width;
          float[] expected = new float[width]; // zeros in padding
          if (t < problem.lengths[row]) {
            System.arraycopy(alone.output().data(), t * width, expected, 0, width);
          }
          assertThat(Arrays.copyOfRange(output.output().data(), at, at + width))
              .as("sequence %d of length %d at step %d", row, problem.lengths[row], t)
              .isEqualTo(expected);
        }
        for (int index = 0; index < output.state().layers(); index++) {
          for (int state = 0; state < problem.options.states(); state++) {
            assertThat(rowOf(output.state().layer(index).get(state), row))
                .as("state %d of layer %d of sequence %d", state, index, row)
                .isEqualTo(alone.state().layer(index).get(state).data());
          }
        }
      }
    }
  }

  /** One sequence of a problem, cut to its length, as a batch of its own. */
  private RecurrentStack.Output alone(StackProblem problem, int row) {
    int length = problem.lengths[row];
    int input = problem.options.input();
    int[] indices = new int[length];
    float[] x = new float[length * input];
    for (int t = 0; t < length; t++) {
      indices[t] = problem.indices[problem.place(t, row)];
      System.arraycopy(problem.x.data(), problem.place(t, row) * input, x, t * input, input);
    }
    boolean batchFirst = problem.options.batchFirst();
    int outer = batchFirst ? 1 : length;
    Sequences sequences =
        problem.options.indexed()
            ? Sequences.of(indices, outer, length / outer)
            : Sequences.of(Tensor.constant(x, outer, length / outer, input));
    List<List<Tensor>> states =
        problem.states.stream()
            .map(tensors ->
                tensors.stream()
                    .map(tensor -> Tensor.constant(rowOf(tensor, row), 1, tensor.length(1)))
                    .toList())
            .toList();
    return problem.stack.forward(tape, sequences, RecurrentState.of(states));
  }

  private static float[] rowOf(Tensor tensor, int row) {
    int width = tensor.length(1);
    return Arrays.copyOfRange(tensor.data(), row * width, (row + 1) * width);
  }

  /** The input's padding is NaN; so is what flows backwards into the output's padding here. */
  @ParameterizedTest
  @EnumSource
  void paddingIsNeverLookedAtAndHasNoGradient(TestedCell cell) {
    StackProblem problem = problem(cell, true, false);
    int width = problem.outputWidth();
    forPadding(
        problem,
        place -> Arrays.fill(problem.outputWeights, place * width, (place + 1) * width, Float.NaN));

    RecurrentStack.Output output = problem.run(tape, null);
    tape.backward(problem.loss(tape, output));

    problem
        .gradients()
        .forEach((name, gradient) -> {
          for (float value : gradient) {
            assertThat(value).as(name).isFinite();
          }
        });
    int input = problem.options.input();
    forPadding(
        problem,
        place ->
            assertThat(Arrays.copyOfRange(problem.x.gradient(), place * input, (place + 1) * input))
                .containsOnly(0f));
  }

  private static void forPadding(StackProblem problem, java.util.function.IntConsumer action) {
    int padded = 0;
    for (int row = 0; row < problem.batch; row++) {
      for (int t = problem.lengths[row]; t < problem.steps; t++) {
        action.accept(problem.place(t, row));
        padded++;
      }
    }
    assertThat(padded).isPositive();
  }

  /** Lengths that are all the same may be shorter than the batch, or just as long. */
  @ParameterizedTest
  @EnumSource
  void lengthsThatAreAllTheSameCutTheBatch(TestedCell cell) {
    RecurrentStack stack =
        new RecurrentStack(StackOptions.of(cell.cell, 2, 5), new SplittableRandom(1));
    float[] values = GradientCheck.values(new SplittableRandom(2), 4 * 3 * 2);
    Tensor x = Tensor.variable(values, 4, 3, 2);
    Tensor cut = Tensor.constant(Arrays.copyOf(values, 2 * 3 * 2), 2, 3, 2);

    var whole = stack.forward(tape, x, stack.initialState(3));
    var full = stack.forward(tape, Sequences.of(x).withLengths(4, 4, 4), stack.initialState(3));
    var shorter = stack.forward(tape, Sequences.of(x).withLengths(2, 2, 2), stack.initialState(3));
    var expected = stack.forward(tape, cut, stack.initialState(3));

    assertThat(full.output().data()).isEqualTo(whole.output().data());
    assertThat(shorter.output().shape()).containsExactly(4, 3, 5);
    assertThat(Arrays.copyOf(shorter.output().data(), 2 * 3 * 5))
        .isEqualTo(expected.output().data());
    assertThat(Arrays.copyOfRange(shorter.output().data(), 2 * 3 * 5, 4 * 3 * 5)).containsOnly(0f);
    assertThat(shorter.state().layer(0).getFirst().data())
        .isEqualTo(expected.state().layer(0).getFirst().data());
  }

  /** Whatever the order of the sequences, each has its output, and the weights their gradient. */
  @Test
  void theCallersOrderIsKept() {
    int[] lengths = {3, 1, 4, 4, 2};
    float[] values = GradientCheck.values(new SplittableRandom(2), 4 * 5 * 2);
    RecurrentStack stack =
        new RecurrentStack(
            StackOptions.of(new GruCell(), 2, 5).withBatchFirst(), new SplittableRandom(1));
    float[] sorted = output(stack, values, lengths, 2, 3, 0, 4, 1);
    float[] expected = stack.parameters().get("weight_hh_l0").gradient();
    stack.parameters().values().forEach(parameter -> parameter.tensor().clearGradient());

    float[] shuffled = output(stack, values, lengths, 1, 4, 3, 0, 2);

    assertThat(shuffled).isEqualTo(sorted);
    assertThat(stack.parameters().get("weight_hh_l0").gradient())
        .containsExactly(expected, within(1e-6f));
  }

  /** Runs the sequences in another order; their outputs in their own. */
  private float[] output(RecurrentStack stack, float[] values, int[] lengths, int... order) {
    float[] x = new float[values.length];
    for (int row = 0; row < order.length; row++) {
      System.arraycopy(values, order[row] * 8, x, row * 8, 8);
    }
    Sequences sequences =
        Sequences.of(Tensor.constant(x, 5, 4, 2))
            .withLengths(Arrays.stream(order).map(row -> lengths[row]).toArray());
    Tensor output = stack.forward(tape, sequences, stack.initialState(5)).output();
    float[] result = new float[output.size()];
    float[] weights = new float[output.size()];
    for (int row = 0; row < order.length; row++) {
      System.arraycopy(output.data(), row * 20, result, order[row] * 20, 20);
      Arrays.fill(weights, row * 20, row * 20 + 20, order[row] + 1);
    }
    tape.backward(GradientCheck.weightedSum(tape, output, weights));
    return result;
  }
}
