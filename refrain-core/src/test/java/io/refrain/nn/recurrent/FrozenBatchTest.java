package io.refrain.nn.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.recurrent.StackProblem.Option;
import io.refrain.nn.recurrent.StackProblem.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sequences side by side are, bit for bit, what each is by itself. */
class FrozenBatchTest {
  private static final int INPUT = 5;
  private static final int STEPS = 9;
  private static final List<ThreadTeam> TEAMS =
      IntStream.of(1, 2, 3).mapToObj(ThreadTeam::new).toList();

  @AfterAll
  static void close() {
    TEAMS.forEach(ThreadTeam::close);
  }

  private static FrozenStack stack(TestedCell cell, int hidden, Set<Option> options) {
    Shape shape = new Shape(3, 1, 1, INPUT, hidden);
    return new StackProblem(cell, shape, options, new SplittableRandom(3)).stack.freeze();
  }

  /** The batch, and each of its sequences by itself. */
  private static final class Pair {
    final FrozenStack stack;
    final boolean indexed;
    final SplittableRandom random = new SplittableRandom(8);
    FrozenStack.State batch;
    List<FrozenStack.State> alone = new ArrayList<>();

    Pair(FrozenStack stack, boolean indexed) {
      this.stack = stack;
      this.indexed = indexed;
      batch = stack.initialState();
      alone.add(stack.initialState());
    }

    void advance(ThreadTeam team) {
      int rows = batch.rows();
      int[] indices = random.ints(rows, 0, INPUT).toArray();
      float[] x = new float[3 + rows * INPUT];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      if (indexed) {
        stack.advance(batch, indices, team);
      } else {
        stack.advance(batch, x, 3, team);
      }
      for (int row = 0; row < rows; row++) {
        if (indexed) {
          stack.advance(alone.get(row), indices[row]);
        } else {
          stack.advance(alone.get(row), x, 3 + row * INPUT);
        }
      }
    }

    void select(int... from) {
      batch.select(from);
      alone = new ArrayList<>(IntStream.of(from).mapToObj(row -> alone.get(row).copy()).toList());
    }

    void assertEqual(String what) {
      float[] expected = new float[batch.rows() * stack.outputWidth()];
      for (int row = 0; row < batch.rows(); row++) {
        System.arraycopy(
            alone.get(row).output(), 0, expected, row * stack.outputWidth(), stack.outputWidth());
      }
      assertThat(Arrays.equals(batch.output(), expected)).as(what).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void rowsThatComeGoAndChangePlacesAreWhatTheyAreAlone(TestedCell cell) {
    for (Set<Option> options : FrozenStackTest.combinations()) {
      for (int hidden : new int[] {17, 130}) {
        Pair pair = new Pair(stack(cell, hidden, options), options.contains(Option.INDEXED));
        for (int step = 0; step < STEPS; step++) {
          String what = "%s, %d units, step %d".formatted(options, hidden, step);
          pair.advance(TEAMS.get(step % 4 == 2 ? 1 + pair.random.nextInt(2) : 0));
          pair.assertEqual(what);
          int rows = step % 3 == 0 ? pair.batch.rows() : 1 + pair.random.nextInt(9);
          pair.select(pair.random.ints(rows, 0, pair.batch.rows()).toArray());
          pair.assertEqual(what + ", selected");
          if (step == STEPS / 2) {
            pair.batch = pair.batch.copy();
          }
        }
      }
    }
  }

  @Test
  void resettingBeginsEveryRowAnew() {
    Pair pair = new Pair(stack(TestedCell.LSTM, 17, Set.of(Option.RESIDUAL)), false);
    pair.select(0, 0, 0);
    pair.advance(TEAMS.getFirst());
    pair.batch.reset();
    pair.alone.replaceAll(_ -> pair.stack.initialState());
    pair.assertEqual("reset");
    pair.advance(TEAMS.getFirst());
    pair.assertEqual("a step later");
  }

  @Test
  void threadsHelpMoreRowsSooner() {
    FrozenStack small = stack(TestedCell.LAYER_NORM_LSTM, 130, Set.of());
    assertThat(small.threads(8, 1)).isEqualTo(1);
    assertThat(small.threads(8, 64)).isEqualTo(8);
    assertThat(small.threads(1, 64)).isEqualTo(1);
    FrozenStack large = stack(TestedCell.LSTM, 323, Set.of());
    assertThat(large.threads(2, 1)).isEqualTo(2);
    assertThat(large.threads(2, 2)).isEqualTo(2);
    assertMessage(() -> large.threads(0, 1), "number of threads must be at least 1, but is 0");
  }

  @Test
  void whatDoesNotFitTheRowsIsNamedAndChangesNothing() {
    Pair indexed = new Pair(stack(TestedCell.GRU, 17, Set.of(Option.INDEXED)), true);
    Pair dense = new Pair(stack(TestedCell.GRU, 17, Set.of()), false);
    for (Pair pair : List.of(indexed, dense)) {
      pair.select(0, 0, 0);
      pair.advance(TEAMS.getFirst());
    }
    FrozenStack.State state = dense.batch;

    assertMessage(
        () -> indexed.stack.advance(indexed.batch, 1), "number of indices must be 3, but is 1");
    assertMessage(
        () -> indexed.stack.advance(indexed.batch, new int[] {1, 5, 1}, null),
        "index 5 is outside 0 to 4");
    assertMessage(
        () -> dense.stack.advance(state, new float[15], 1),
        "the array must hold 3 vectors of 5 values from 1 on, but its length is 15");
    assertMessage(
        () -> dense.stack.run(TEAMS.getFirst(), state, new float[15], new float[51]),
        "number of sequences must be 1, but is 3");
    assertMessage(state::select, "a state has at least one row: select some");
    assertMessage(() -> state.select(0, 3), "row 3 at position 1 is outside 0 to 2");
    int most = Integer.MAX_VALUE / (3 * 17);
    assertThat(dense.stack.mostRows()).isEqualTo(most);
    assertMessage(
        () -> state.select(new int[most + 1]),
        "a state of this stack has at most %d rows, but %d are selected".formatted(most, most + 1));

    indexed.assertEqual("indexed");
    dense.assertEqual("dense");
  }

  private static void assertMessage(Runnable mistake, String message) {
    assertThatIllegalArgumentException().isThrownBy(mistake::run).withMessage(message);
  }
}
