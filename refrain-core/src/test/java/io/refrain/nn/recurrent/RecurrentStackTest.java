package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.GradientCheck;
import io.refrain.nn.recurrent.ElmanCell.Nonlinearity;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RecurrentStackTest {
  private static final ElmanCell TANH = new ElmanCell(Nonlinearity.TANH);

  private final Tape tape = Tape.recording(ThreadTeam.single());
  private final SplittableRandom random = new SplittableRandom(8);

  @Test
  void parametersHavePyTorchsNamesAndShapes() {
    RecurrentStack stack =
        new RecurrentStack(
            StackOptions.of(TANH, 4581, 256).withLayers(2).withIndexedInput(), random);

    assertThat(stack.parameters().keySet())
        .containsExactly(
            "weight_ih_l0",
            "weight_hh_l0",
            "bias_ih_l0",
            "bias_hh_l0",
            "weight_ih_l1",
            "weight_hh_l1",
            "bias_ih_l1",
            "bias_hh_l1");
    assertThat(stack.parameters().get("weight_ih_l0").shape()).containsExactly(256, 4581);
    assertThat(stack.parameters().get("weight_ih_l1").shape()).containsExactly(256, 256);
    assertThat(stack.parameters().get("bias_hh_l1").shape()).containsExactly(256);
    assertThat(stack.parameterCount()).isEqualTo(256L * (4581 + 3 * 256 + 4));
    float largest = 0;
    for (float value : stack.parameters().get("weight_ih_l0").values()) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(largest).isBetween(0.999f / 16, 1f / 16);
  }

  @Test
  void theSameSeedGivesTheSameWeightsHoweverTheyAreStored() {
    StackOptions options = StackOptions.of(TANH, 5, 7).withLayers(2);
    RecurrentStack dense = new RecurrentStack(options, new SplittableRandom(1));
    RecurrentStack indexed =
        new RecurrentStack(options.withIndexedInput(), new SplittableRandom(1));

    dense
        .parameters()
        .forEach((name, parameter) ->
            assertThat(indexed.parameters().get(name).values()).isEqualTo(parameter.values()));
  }

  /** As in truncated back-propagation, but without cutting the gradient off. */
  @Test
  void twoPiecesInTurnAreOneSequence() {
    RecurrentStack stack = new RecurrentStack(StackOptions.of(TANH, 3, 5).withLayers(2), random);
    float[] values = GradientCheck.values(random, 6 * 2 * 3);
    float[] weights = GradientCheck.values(random, 2 * 2 * 5);

    Tensor whole = Tensor.variable(values, 6, 2, 3);
    var output = stack.forward(tape, whole, stack.initialState(2));
    float[] lastSteps = new float[6 * 2 * 5];
    System.arraycopy(weights, 0, lastSteps, 4 * 2 * 5, weights.length);
    tape.backward(GradientCheck.weightedSum(tape, output.output(), lastSteps));
    float[] expected = stack.parameters().get("weight_hh_l0").gradient();
    float[] expectedState = output.state().layer(1).getFirst().data().clone();
    stack.parameters().values().forEach(parameter -> parameter.tensor().clearGradient());

    Tensor early = Tensor.variable(Arrays.copyOf(values, 4 * 2 * 3), 4, 2, 3);
    Tensor late = Tensor.variable(Arrays.copyOfRange(values, 4 * 2 * 3, values.length), 2, 2, 3);
    var first = stack.forward(tape, early, stack.initialState(2));
    var second = stack.forward(tape, late, first.state());
    tape.backward(GradientCheck.weightedSum(tape, second.output(), weights));

    assertThat(second.state().layer(1).getFirst().data()).isEqualTo(expectedState);
    assertThat(stack.parameters().get("weight_hh_l0").gradient())
        .containsExactly(expected, within(1e-6f));
    assertThat(early.gradient())
        .containsExactly(Arrays.copyOf(whole.gradient(), 4 * 2 * 3), within(1e-6f));
  }

  @Test
  void carriedAndResetStatesAreValuesWithoutGradient() {
    RecurrentStack stack = new RecurrentStack(StackOptions.of(TANH, 3, 5), random);
    RecurrentState state = stack.initialState(2);
    Tensor x = Tensor.constant(GradientCheck.values(random, 4 * 2 * 3), 4, 2, 3);
    var output = stack.forward(tape, x, state);
    float[] last = output.state().layer(0).getFirst().data().clone();

    RecurrentState copy = output.state().detach();
    state.assign(output.state());
    tape.clear();

    for (RecurrentState carried : List.of(state, copy)) {
      assertThat(carried.layer(0).getFirst().data()).isEqualTo(last);
      assertThat(carried.layer(0).getFirst().requiresGradient()).isFalse();
      assertThat(carried.isZero()).isFalse();
    }
    state.reset();
    assertThat(state.isZero()).isTrue();
    assertThat(state.layer(0).getFirst().data()).containsOnly(0f);
    assertThat(copy.layer(0).getFirst().data()).as("a copy").isEqualTo(last);
  }

  /** The arrays of a state are its own: what is written there counts, however it was made. */
  @ParameterizedTest
  @EnumSource
  void valuesWrittenIntoAnInitialStateCount(TestedCell cell) {
    RecurrentStack stack =
        new RecurrentStack(StackOptions.of(cell.cell, 3, 5).withLayers(2), random);
    Tensor x = Tensor.constant(GradientCheck.values(random, 4 * 2 * 3), 4, 2, 3);
    float[] weights = GradientCheck.values(random, 4 * 2 * 5);
    RecurrentState written = stack.initialState(2);
    for (int layer = 0; layer < 2; layer++) {
      for (Tensor tensor : written.layer(layer)) {
        System.arraycopy(GradientCheck.values(random, 10), 0, tensor.data(), 0, 10);
      }
    }
    assertThat(written.isZero()).isFalse();
    List<List<Tensor>> given = List.of(written.detach().layer(0), written.detach().layer(1));

    List<float[]> actual = outputAndGradients(stack, x, written, weights);
    List<float[]> expected = outputAndGradients(stack, x, RecurrentState.of(given), weights);

    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).isEqualTo(expected.get(i));
    }
    float[] ofZeros = outputAndGradients(stack, x, stack.initialState(2), weights).getFirst();
    assertThat(actual.getFirst()).isNotEqualTo(ofZeros);
    written.reset();
    assertThat(outputAndGradients(stack, x, written, weights).getFirst()).isEqualTo(ofZeros);
  }

  private List<float[]> outputAndGradients(
      RecurrentStack stack, Tensor x, RecurrentState state, float[] weights) {
    tape.clear();
    stack.parameters().values().forEach(parameter -> parameter.tensor().clearGradient());
    Tensor output = stack.forward(tape, x, state).output();
    List<float[]> result = new ArrayList<>(List.of(output.data().clone()));
    tape.backward(GradientCheck.weightedSum(tape, output, weights));
    stack.parameters().values().forEach(parameter -> result.add(parameter.gradient()));
    return result;
  }

  @ParameterizedTest
  @CsvSource({"1, true", "2, true", "3, false", "1, false"})
  void aFrozenStackGivesTheSameBits(int layers, boolean indexed) {
    for (int hidden : new int[] {1, 17, 64, 256, 300}) {
      StackOptions options = StackOptions.of(TANH, 9, hidden).withLayers(layers);
      options = indexed ? options.withIndexedInput() : options;
      RecurrentStack stack = new RecurrentStack(options, random);
      int steps = 6;
      int[] indices = random.ints(steps, 0, 9).toArray();
      float[] x = GradientCheck.values(random, steps * 9);
      Tensor expected =
          indexed
              ? stack.forward(tape, indices, steps, 1, stack.initialState(1)).output()
              : stack
                  .forward(tape, Tensor.constant(x, steps, 1, 9), stack.initialState(1))
                  .output();

      FrozenStack frozen = stack.freeze();
      FrozenStack.State state = frozen.initialState();
      for (int step = 0; step < steps; step++) {
        if (indexed) {
          frozen.advance(state, indices[step]);
        } else {
          frozen.advance(state, x, step * 9);
        }
        assertThat(state.output())
            .isEqualTo(Arrays.copyOfRange(expected.data(), step * hidden, (step + 1) * hidden));
      }
      tape.clear();
    }
  }

  @Test
  void aComputingTapeGivesTheSameOutputsAndNoGradient() {
    RecurrentStack stack = new RecurrentStack(StackOptions.of(TANH, 3, 5), random);
    Tensor x = Tensor.constant(GradientCheck.values(random, 4 * 2 * 3), 4, 2, 3);
    Tape computing = Tape.computing(ThreadTeam.single());

    Tensor expected = stack.forward(tape, x, stack.initialState(2)).output();
    Tensor actual = stack.forward(computing, x, stack.initialState(2)).output();

    assertThat(actual.data()).isEqualTo(expected.data());
    assertThat(actual.requiresGradient()).isFalse();
  }

  @Test
  void mistakesAreNamed() {
    RecurrentStack dense = new RecurrentStack(StackOptions.of(TANH, 3, 5), random);
    RecurrentStack indexed =
        new RecurrentStack(StackOptions.of(TANH, 3, 5).withIndexedInput().withBatchFirst(), random);
    RecurrentState two = dense.initialState(2);
    Tensor x = Tensor.constant(new float[24], 4, 2, 3);

    assertMessage(() -> StackOptions.of(TANH, 0, 5), "input size", "0");
    assertMessage(() -> StackOptions.of(TANH, 3, 0), "hidden size", "0");
    assertMessage(() -> StackOptions.of(TANH, 3, 5).withLayers(0), "layers", "0");
    assertMessage(() -> dense.initialState(0), "batch size", "0");
    assertMessage(() -> indexed.forward(tape, x, two), "int[]", "withIndexedInput()");
    assertMessage(() -> dense.forward(tape, new int[8], 4, 2, two), "withIndexedInput()");
    assertMessage(
        () -> dense.forward(tape, Tensor.constant(new float[24], 3, 2, 4), two),
        "[steps, batch, 3]",
        "[3, 2, 4]");
    assertMessage(() -> dense.forward(tape, Tensor.constant(new float[3], 3), two), "[3]");
    assertMessage(
        () -> dense.forward(tape, x, dense.initialState(4)),
        "state of layer 0",
        "[2, 5]",
        "[4, 5]");
    assertMessage(
        () -> indexed.forward(tape, new int[] {0, 1, 2, 3}, 2, 2, two), "index 3", "position 3");
    assertMessage(() -> indexed.forward(tape, new int[5], 2, 2, two), "indices", "4", "5");
    assertMessage(() -> indexed.forward(tape, new int[0], 0, 2, two), "steps", "0");
    RecurrentStack deep = new RecurrentStack(StackOptions.of(TANH, 3, 5).withLayers(2), random);
    assertMessage(() -> deep.forward(tape, x, two), "layers in the state", "2", "1");
  }

  /** As PyTorch's ignored index -100, padding may be what is no index at all. */
  @Test
  void indicesInPaddingAreNeverLookedAt() {
    for (boolean batchFirst : new boolean[] {false, true}) {
      StackOptions options = StackOptions.of(TANH, 3, 5).withIndexedInput();
      options = batchFirst ? options.withBatchFirst() : options;
      RecurrentStack stack = new RecurrentStack(options, random);
      RecurrentState state = stack.initialState(2);
      int[] timeFirst = {2, 0, 1, -100, 1, 99};
      int[] rowsFirst = {2, 1, 1, 0, -100, 99};
      Sequences sequences =
          batchFirst ? Sequences.of(rowsFirst, 2, 3) : Sequences.of(timeFirst, 3, 2);

      Tensor output = stack.forward(tape, sequences.withLengths(3, 1), state).output();

      assertThat(output.size()).isEqualTo(3 * 2 * 5);
      assertMessage(
          () -> stack.forward(tape, sequences.withLengths(3, 2), state),
          "index -100",
          batchFirst ? "position 4" : "position 3");
    }
  }

  private static void assertMessage(Runnable mistake, String... parts) {
    assertThatIllegalArgumentException()
        .isThrownBy(mistake::run)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void whatNoArrayCanHoldIsRefused() {
    SplittableRandom random = new SplittableRandom(1);
    RecurrentStack stack =
        new RecurrentStack(
            StackOptions.of(new ElmanCell(ElmanCell.Nonlinearity.TANH), 2, 1024).withIndexedInput(),
            random);
    Tape tape = Tape.computing(ThreadTeam.single());
    RecurrentState state = stack.initialState(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stack.initialState(1 << 22))
        .withMessage("a tensor of shape [4194304, 1024] is larger than an array can be");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stack.forward(tape, new int[0], 1 << 16, 1 << 16, state))
        .withMessage("a tensor of shape [65536, 65536] is larger than an array can be");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stack.forward(tape, new int[1 << 21], 1 << 21, 1, state))
        .withMessage("a tensor of shape [2097152, 1024] is larger than an array can be");
  }
}
