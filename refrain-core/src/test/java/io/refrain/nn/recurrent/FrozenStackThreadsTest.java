package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import io.refrain.tensor.Tape;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads that share the units of a frozen stack give the bits of the stack, however many. */
@Timeout(300)
class FrozenStackThreadsTest {
  private static final int STEPS = 4;
  private static final int INPUT = 5;

  /**
   * Fewer panels of units than five threads, and more: some threads have none, or more than one.
   */
  private static final int[] HIDDEN = {130, 323};

  private static List<StackProblem> problems(TestedCell cell) {
    return FrozenStackTest.combinations().stream()
        .flatMap(options ->
            Arrays.stream(HIDDEN).mapToObj(hidden -> problem(cell, options, hidden, STEPS)))
        .toList();
  }

  private static StackProblem problem(TestedCell cell, Set<Option> options, int hidden, int steps) {
    Shape shape = new Shape(3, steps, 1, INPUT, hidden);
    return new StackProblem(cell, shape, options, new SplittableRandom(3));
  }

  private static float[] outputs(StackProblem problem) {
    return problem.run(Tape.computing(ThreadTeam.single()), null).output().data();
  }

  private static void advance(
      StackProblem problem,
      FrozenStack frozen,
      FrozenStack.State state,
      int step,
      ThreadTeam team) {
    if (problem.options.indexed()) {
      frozen.advance(state, problem.indices[step], team);
    } else {
      frozen.advance(state, problem.x.data(), step * INPUT, team);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCellAdvancesToTheBitsOfTheStackWithEveryOption(TestedCell cell) {
    for (StackProblem problem : problems(cell)) {
      float[] expected = outputs(problem);
      int width = problem.outputWidth();
      FrozenStack frozen = problem.stack.freeze();
      for (int threads : new int[] {1, 2, 3, 5}) {
        try (ThreadTeam team = new ThreadTeam(threads)) {
          FrozenStack.State state = frozen.initialState();
          for (int step = 0; step < STEPS; step++) {
            advance(problem, frozen, state, step, team);
            assertThat(state.output())
                .as("%s, %d threads, step %d", problem, threads, step)
                .isEqualTo(Arrays.copyOfRange(expected, step * width, (step + 1) * width));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyCellRunsToTheBitsOfTheStackWithEveryOption(TestedCell cell) {
    for (StackProblem problem : problems(cell)) {
      if (problem.options.indexed()) {
        continue; // one index at a time
      }
      float[] expected = outputs(problem);
      FrozenStack frozen = problem.stack.freeze();
      for (int threads : new int[] {1, 2, 3, 5}) {
        try (ThreadTeam team = new ThreadTeam(threads)) {
          for (int cut : new int[] {0, 1}) {
            assertThat(runInTwo(problem, frozen, team, cut))
                .as("%s, %d threads, cut at step %d", problem, threads, cut)
                .isEqualTo(expected);
          }
        }
      }
    }
  }

  /** The outputs of a sequence that is read in two pieces. */
  private static float[] runInTwo(
      StackProblem problem, FrozenStack frozen, ThreadTeam team, int cut) {
    int width = problem.outputWidth();
    float[] x = problem.x.data();
    float[] first = new float[cut * width];
    float[] second = new float[(STEPS - cut) * width];
    FrozenStack.State state = frozen.initialState();
    frozen.run(team, state, Arrays.copyOf(x, cut * INPUT), first);
    frozen.run(team, state, Arrays.copyOfRange(x, cut * INPUT, x.length), second);

    float[] last = second.length > 0 ? second : first;
    assertThat(state.output())
        .isEqualTo(Arrays.copyOfRange(last, last.length - width, last.length));
    float[] outputs = Arrays.copyOf(first, STEPS * width);
    System.arraycopy(second, 0, outputs, first.length, second.length);
    return outputs;
  }

  /** A state belongs to no team: whoever has threads to spare may advance it, or its copy. */
  @ParameterizedTest
  @EnumSource
  void theNumberOfThreadsMayChangeOnTheWay(TestedCell cell) {
    List<ThreadTeam> teams =
        List.of(ThreadTeam.single(), new ThreadTeam(2), new ThreadTeam(3), new ThreadTeam(5));
    for (StackProblem problem : problems(cell)) {
      float[] expected = outputs(problem);
      int width = problem.outputWidth();
      FrozenStack frozen = problem.stack.freeze();
      FrozenStack.State state = frozen.initialState();
      for (int step = 0; step < STEPS; step++) {
        FrozenStack.State copy = state.copy();
        advance(problem, frozen, state, step, teams.get(step * 3 % 4));
        advance(problem, frozen, copy, step, teams.get((step + 1) % 4));
        float[] output = Arrays.copyOfRange(expected, step * width, (step + 1) * width);
        assertThat(state.output()).as("%s, step %d", problem, step).isEqualTo(output);
        assertThat(copy.output()).as("%s, copy at step %d", problem, step).isEqualTo(output);
      }
    }
    teams.forEach(ThreadTeam::close);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void manyStepsAreTheSameBits(int threads) {
    int steps = 200;
    StackProblem problem = problem(TestedCell.GRU, Set.of(Option.RESIDUAL), 323, steps);
    float[] outputs = new float[steps * problem.outputWidth()];
    try (ThreadTeam team = new ThreadTeam(threads)) {
      FrozenStack frozen = problem.stack.freeze();
      frozen.run(team, frozen.initialState(), problem.x.data(), outputs);
    }
    assertThat(Arrays.equals(outputs, outputs(problem))).isTrue();
  }

  /** What is refused leaves the state where it was, for as many threads as for one. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void aStepThatIsRefusedChangesNothing(int threads) {
    StackProblem problem = problem(TestedCell.LSTM, Set.of(Option.INDEXED), 323, STEPS);
    float[] expected = outputs(problem);
    int width = problem.outputWidth();
    FrozenStack frozen = problem.stack.freeze();
    try (ThreadTeam team = new ThreadTeam(threads)) {
      FrozenStack.State state = frozen.initialState();
      for (int step = 0; step < STEPS; step++) {
        assertThatThrownBy(() -> frozen.advance(state, INPUT + 1000, team))
            .isInstanceOf(IllegalArgumentException.class);
        advance(problem, frozen, state, step, team);
        assertThat(state.output())
            .isEqualTo(Arrays.copyOfRange(expected, step * width, (step + 1) * width));
      }
    }
  }

  /** The cases above do what they are for: five threads have units of their own. */
  @Test
  void unitsAreEnoughForEveryThread() {
    assertThat(Kernels.get().layout().panels(323)).isGreaterThanOrEqualTo(5);
    assertThat(Kernels.get().layout().panels(130)).isGreaterThanOrEqualTo(3);
  }
}
