package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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

  static List<Set<Option>> combinations() {
    return List.of(
        Set.of(),
        Set.of(Option.INDEXED, Option.ZONEOUT),
        Set.of(Option.PROJECTED, Option.WITHOUT_BIAS),
        Set.of(Option.RESIDUAL, Option.INDEXED),
        Set.of(Option.WIDTHS, Option.ZONEOUT),
        Set.of(Option.PROJECTED, Option.RESIDUAL, Option.WIDTHS, Option.ZONEOUT));
  }

  @ParameterizedTest
  @EnumSource
  void everyCellGivesTheBitsOfTheStackWithEveryOption(TestedCell cell) {
    for (Set<Option> options : combinations()) {
      for (int hidden : new int[] {1, 17, 64}) {
        Shape shape = new Shape(3, STEPS, 1, 5, hidden);
        StackProblem problem = new StackProblem(cell, shape, options, new SplittableRandom(3));
        float[] expected = problem.run(Tape.computing(ThreadTeam.single()), null).output().data();
        int width = problem.outputWidth();

        FrozenStack frozen = problem.stack.freeze();
        FrozenStack.State state = frozen.initialState();
        for (int step = 0; step < STEPS; step++) {
          advance(problem, frozen, state, step);
          assertThat(state.output())
              .as("%s, hidden size %d, step %d", options, hidden, step)
              .isEqualTo(Arrays.copyOfRange(expected, step * width, (step + 1) * width));
        }
      }
    }
  }

  private static void advance(
      StackProblem problem, FrozenStack frozen, FrozenStack.State state, int step) {
    if (problem.options.indexed()) {
      frozen.advance(state, problem.indices[step]);
    } else {
      frozen.advance(state, problem.x.data(), step * problem.options.input());
    }
  }

  @ParameterizedTest
  @EnumSource
  void copiesOfEveryCellGoTheirOwnWay(TestedCell cell) {
    for (Set<Option> options : combinations()) {
      Shape shape = new Shape(2, STEPS, 1, 5, 6);
      StackProblem problem = new StackProblem(cell, shape, options, new SplittableRandom(4));
      FrozenStack frozen = problem.stack.freeze();
      FrozenStack.State state = frozen.initialState();
      advance(problem, frozen, state, 0);
      FrozenStack.State copy = state.copy();
      assertThat(copy.output()).isEqualTo(state.output());
      for (int step = 1; step < STEPS; step++) {
        advance(problem, frozen, state, step);
      }
      float[] expected = state.output().clone();
      for (int step = 1; step < STEPS; step++) {
        advance(problem, frozen, copy, step);
      }

      assertThat(copy.output()).as("%s", options).isEqualTo(expected);
      assertThat(state.output()).as("%s", options).isEqualTo(expected);
    }
  }

  /** What is trained on does not change what was frozen. */
  @ParameterizedTest
  @EnumSource
  void weightsAreThoseOfTheMomentItWasFrozen(TestedCell cell) {
    Shape shape = new Shape(1, STEPS, 1, 5, 6);
    StackProblem problem = new StackProblem(cell, shape, Set.of(), new SplittableRandom(4));
    float[] expected = problem.run(Tape.computing(ThreadTeam.single()), null).output().data();
    FrozenStack frozen = problem.stack.freeze();
    problem.stack.parameters().values().forEach(p -> p.uniform(1, new SplittableRandom(1)));

    FrozenStack.State state = frozen.initialState();
    advance(problem, frozen, state, 0);

    assertThat(state.output()).isEqualTo(Arrays.copyOf(expected, 6));
  }

  @ParameterizedTest
  @EnumSource(names = {"MIN_GRU", "MIN_LSTM"})
  void longScansAgreeButForRounding(TestedCell cell) {
    int steps = 1100;
    Shape shape = new Shape(1, steps, 1, 5, 6);
    StackProblem problem = new StackProblem(cell, shape, Set.of(), new SplittableRandom(4));
    float[] expected = problem.run(Tape.computing(ThreadTeam.single()), null).output().data();
    FrozenStack frozen = problem.stack.freeze();
    FrozenStack.State state = frozen.initialState();
    for (int step = 0; step < steps; step++) {
      advance(problem, frozen, state, step);
      assertThat(state.output())
          .containsExactly(Arrays.copyOfRange(expected, step * 6, step * 6 + 6), within(2e-6f));
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

    String indices =
        "this stack reads indices: pass an int, or build it without withIndexedInput()";
    assertMessage(() -> indexed.advance(indexed.initialState(), new float[6], 0), indices);
    assertMessage(
        () -> indexed.run(ThreadTeam.single(), indexed.initialState(), new float[0], new float[0]),
        indices);
    assertMessage(
        () -> dense.advance(dense.initialState(), 3),
        "this stack reads vectors: pass a float[], or build it with withIndexedInput()");
  }

  private static void assertMessage(Runnable mistake, String message) {
    assertThatIllegalArgumentException().isThrownBy(mistake::run).withMessage(message);
  }

  @Test
  void whatDoesNotFitIsNamedAndChangesNothing() {
    FrozenStack indexed = stack(ElmanCell.Nonlinearity.TANH, 6, 5, 1, true).freeze();
    FrozenStack dense = stack(ElmanCell.Nonlinearity.TANH, 6, 5, 1, false).freeze();
    FrozenStack.State ofIndices = indexed.initialState();
    FrozenStack.State ofVectors = dense.initialState();
    for (int index : new int[] {-1, 6, Integer.MAX_VALUE}) {
      assertMessage(
          () -> indexed.advance(ofIndices, index), "index %d is outside 0 to 5".formatted(index));
    }
    for (int at : new int[] {-1, 7, Integer.MAX_VALUE}) {
      assertMessage(
          () -> dense.advance(ofVectors, new float[12], at),
          "the array must hold a vector of 6 values from %d on, but its length is 12"
              .formatted(at));
    }
    assertMessage(
        () -> dense.advance(ofVectors, new float[5], 0),
        "the array must hold a vector of 6 values from 0 on, but its length is 5");
    ThreadTeam team = ThreadTeam.single();
    assertMessage(
        () -> dense.run(team, ofVectors, new float[13], new float[10]),
        "number of input values must be 12, but is 13");
    assertMessage(
        () -> dense.run(team, ofVectors, new float[12], new float[11]),
        "number of output values must be 10, but is 11");
    dense.run(team, ofVectors, new float[0], new float[0]);

    assertThat(ofIndices.output()).containsOnly(0f);
    assertThat(ofVectors.output()).containsOnly(0f);
    dense.advance(ofVectors, vectors(12), 6); // the last that fits
  }

  @Test
  void aStateOfAnotherStackIsRefused() {
    RecurrentStack stack = stack(ElmanCell.Nonlinearity.TANH, 6, 5, 1, false);
    FrozenStack frozen = stack.freeze();
    FrozenStack again = stack.freeze(); // its weights may be others by then
    FrozenStack.State state = again.initialState();
    String message =
        "this state is of another stack: advance it with the one whose initialState() made it";

    assertMessage(() -> frozen.advance(state, new float[6], 0), message);
    assertMessage(() -> frozen.advance(state.copy(), new float[6], 0), message);
    assertMessage(() -> frozen.advance(state, 1), message);
    assertMessage(
        () -> frozen.run(ThreadTeam.single(), state, new float[6], new float[5]), message);
  }

  /** Pieces of 256 steps are laid end to end. */
  @ParameterizedTest
  @EnumSource
  void longSequencesGiveTheBitsOfSingleSteps(TestedCell cell) {
    for (Set<Option> options : List.of(Set.<Option>of(), Set.of(Option.RESIDUAL))) {
      Shape shape = new Shape(3, 600, 1, 5, 40);
      StackProblem problem = new StackProblem(cell, shape, options, new SplittableRandom(4));
      FrozenStack frozen = problem.stack.freeze();
      FrozenStack.State state = frozen.initialState();
      float[] expected = new float[600 * 40];
      for (int step = 0; step < 600; step++) {
        advance(problem, frozen, state, step);
        System.arraycopy(state.output(), 0, expected, step * 40, 40);
      }
      for (int threads = 1; threads <= 2; threads++) {
        try (ThreadTeam team = new ThreadTeam(threads)) {
          FrozenStack.State whole = frozen.initialState();
          float[] outputs = new float[600 * 40];
          frozen.run(team, whole, problem.x.data(), outputs);
          assertThat(outputs).isEqualTo(expected);
          assertThat(whole.output()).isEqualTo(state.output());
        }
      }
    }
  }

  /** Each run with a state of its own, until the compiler has reached the kernels. */
  @Test
  void aLongerSequenceTakesNoMoreRoom() {
    assumeTrue(Kernels.get().lanes() > 1, "no SIMD here: the scalar product takes room for sums");
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    assumeTrue(threads.isThreadAllocatedMemorySupported(), "this JVM does not count allocation");
    FrozenStack frozen = stack(ElmanCell.Nonlinearity.TANH, 6, 64, 2, false).freeze();
    ThreadTeam team = ThreadTeam.single();
    float[] x = new float[4096 * 6];
    float[] outputs = new float[4096 * 64];
    long roomOfAll = 4096L * 64 * Float.BYTES;
    long bytes = Long.MAX_VALUE;
    for (int i = 0; bytes >= roomOfAll && i < 300; i++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      frozen.run(team, frozen.initialState(), x, outputs);
      bytes = threads.getCurrentThreadAllocatedBytes() - before;
    }

    assertThat(bytes).isLessThan(roomOfAll);
  }

  @Test
  void aFailureIsThrownAsItIsAndTheStateMayBeUsedAgain() {
    AtomicBoolean failsInMember = new AtomicBoolean();
    FailingCell cell =
        new FailingCell(
            step -> failsInMember.get() && Thread.currentThread().getName().startsWith("refrain-"));
    RecurrentStack stack =
        new RecurrentStack(StackOptions.of(cell, 4, 512), new SplittableRandom(1));
    FrozenStack frozen = stack.freeze();
    float[] x = vectors(3 * 4);
    float[] expected = new float[3 * 512];
    frozen.run(ThreadTeam.single(), frozen.initialState(), x, expected);
    try (ThreadTeam team = new ThreadTeam(2)) {
      FrozenStack.State state = frozen.initialState();
      float[] outputs = new float[3 * 512];
      failsInMember.set(true);
      assertThatThrownBy(() -> frozen.run(team, state, x, outputs))
          .isInstanceOf(ArithmeticException.class)
          .hasMessage("the cell failed");
      failsInMember.set(false);
      state.reset();

      frozen.run(team, state, x, outputs);

      assertThat(outputs).isEqualTo(expected);
    }
  }
}
