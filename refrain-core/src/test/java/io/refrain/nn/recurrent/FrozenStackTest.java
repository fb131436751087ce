package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrozenStackTest {
  private static final int STEPS = 9;

  private static RecurrentStack stack(
      ElmanCell.Nonlinearity nonlinearity, int input, int hidden, int layers, boolean indexed) {
    StackOptions options =
        StackOptions.of(new ElmanCell(nonlinearity), input, hidden).withLayers(layers);
    return new RecurrentStack(
        indexed ? options.withIndexedInput() : options, new SplittableRandom(5));
  }

  private static float[] vectors(int count) {
    float[] values = new float[count];
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "TANH, 1, 1, 1",
    "TANH, 5, 16, 2",
    "RELU, 19, 17, 3",
    "TANH, 33, 64, 1",
    "RELU, 64, 100, 2",
  })
  void vectorsGiveTheBitsOfTheStack(
      ElmanCell.Nonlinearity nonlinearity, int input, int hidden, int layers) {
    RecurrentStack stack = stack(nonlinearity, input, hidden, layers, false);
    float[] x = vectors(STEPS * input);
    Tape tape = Tape.computing(ThreadTeam.single());
    float[] expected =
        stack
            .forward(tape, Tensor.constant(x, STEPS, 1, input), stack.initialState(1))
            .output()
            .data();

    FrozenStack frozen = stack.freeze();
    FrozenStack.State state = frozen.initialState();
    for (int step = 0; step < STEPS; step++) {
      frozen.advance(state, x, step * input);
      assertThat(state.output())
          .as("step %d", step)
          .isEqualTo(Arrays.copyOfRange(expected, step * hidden, (step + 1) * hidden));
    }
  }

  @ParameterizedTest
  @CsvSource({"TANH, 1, 1, 1", "TANH, 28, 16, 2", "RELU, 70, 65, 3"})
  void indicesGiveTheBitsOfTheStack(
      ElmanCell.Nonlinearity nonlinearity, int input, int hidden, int layers) {
    RecurrentStack stack = stack(nonlinearity, input, hidden, layers, true);
    int[] indices = new SplittableRandom(2).ints(STEPS, 0, input).toArray();
    Tape tape = Tape.computing(ThreadTeam.single());
    float[] expected =
        stack.forward(tape, indices, STEPS, 1, stack.initialState(1)).output().data();

    FrozenStack frozen = stack.freeze();
    FrozenStack.State state = frozen.initialState();
    for (int step = 0; step < STEPS; step++) {
      frozen.advance(state, indices[step]);
      assertThat(state.output())
          .as("step %d", step)
          .isEqualTo(Arrays.copyOfRange(expected, step * hidden, (step + 1) * hidden));
    }
  }

  @Test
  void aCopyGoesItsOwnWayInEveryLayer() {
    FrozenStack stack = stack(ElmanCell.Nonlinearity.TANH, 6, 5, 3, true).freeze();
    FrozenStack.State state = stack.initialState();
    stack.advance(state, 1);
    FrozenStack.State copy = state.copy();
    stack.advance(copy, 2);
    stack.advance(state, 4);
    stack.advance(state, 5);

    FrozenStack.State again = stack.initialState();
    stack.advance(again, 1);
    stack.advance(again, 2);
    assertThat(copy.output()).isEqualTo(again.output());
    assertThat(copy.output()).isNotEqualTo(state.output());
  }

  @Test
  void theWrongKindOfInputIsNamed() {
    FrozenStack indexed = stack(ElmanCell.Nonlinearity.TANH, 6, 5, 1, true).freeze();
    FrozenStack dense = stack(ElmanCell.Nonlinearity.TANH, 6, 5, 1, false).freeze();

    assertThatIllegalStateException()
        .isThrownBy(() -> indexed.advance(indexed.initialState(), new float[6], 0))
        .withMessage("this stack reads indices");
    assertThatIllegalStateException()
        .isThrownBy(() -> dense.advance(dense.initialState(), 3))
        .withMessage("this stack reads vectors");
  }
}
