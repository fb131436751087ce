package io.refrain.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A leaf that knows which rows of its gradient are zero has the gradient of one that does not. */
class GradientRowsTest {
  static final int ROWS = 7;
  private static final int WIDTH = 3;

  /** What flows into the gradient between two clearings. */
  enum Kind {
    SOME_ROWS,
    ALL_ADDED,
    WRITTEN,
    GIVEN
  }

  record Flow(Kind kind, int[] rows) {}

  @Provide
  Arbitrary<List<List<Flow>>> steps() {
    Arbitrary<int[]> rows =
        Arbitraries.integers().between(0, ROWS - 1).array(int[].class).ofMinSize(1).ofMaxSize(5);
    Arbitrary<Kind> kinds =
        Arbitraries.frequency(
            net.jqwik.api.Tuple.of(6, Kind.SOME_ROWS),
            net.jqwik.api.Tuple.of(1, Kind.ALL_ADDED),
            net.jqwik.api.Tuple.of(1, Kind.WRITTEN),
            net.jqwik.api.Tuple.of(1, Kind.GIVEN));
    Arbitrary<Flow> flow = net.jqwik.api.Combinators.combine(kinds, rows).as(Flow::new);
    return flow.list().ofMaxSize(3).list().ofMaxSize(6);
  }

  @Property
  void theGradientIsThatOfADenseOne(
      @ForAll("steps") List<List<Flow>> steps, @ForAll @IntRange(min = 1, max = 3) int parts) {
    Tensor leaf = Tensor.variable(new float[ROWS * WIDTH], ROWS, WIDTH);
    Tape tape = Tape.recording(ThreadTeam.single());
    for (List<Flow> step : steps) {
      float[] expected = new float[ROWS * WIDTH];
      leaf.clearGradient();
      for (Flow flow : step) {
        apply(tape, leaf, flow, expected);
      }
      if (!step.isEmpty()) {
        assertThat(leaf.gradient()).containsExactly(expected);
        assertPiecesCoverIt(leaf, parts);
      }
    }
  }

  private static void apply(Tape tape, Tensor leaf, Flow flow, float[] expected) {
    switch (flow.kind) {
      case SOME_ROWS -> {
        float[] sum = tape.gradientToAddRows(leaf, flow.rows);
        for (int row : flow.rows) {
          for (int i = row * WIDTH; i < (row + 1) * WIDTH; i++) {
            sum[i] += row + 1;
            expected[i] += row + 1;
          }
        }
      }
      case ALL_ADDED -> {
        float[] sum = tape.gradientToAdd(leaf);
        for (int i = 0; i < sum.length; i++) {
          sum[i] += i;
          expected[i] += i;
        }
      }
      case WRITTEN -> {
        boolean add = tape.hasGradient(leaf);
        float[] sum = tape.gradientToWrite(leaf);
        for (int i = 0; i < sum.length; i++) {
          sum[i] = add ? sum[i] + 2 : 2;
          expected[i] += 2;
        }
      }
      case GIVEN -> {
        float[] given = new float[expected.length];
        Arrays.fill(given, 4);
        tape.giveGradient(leaf, given);
        for (int i = 0; i < expected.length; i++) {
          expected[i] += 4;
        }
      }
    }
  }

  private static void assertPiecesCoverIt(Tensor leaf, int parts) {
    float[] seen = new float[leaf.size()];
    for (int part = 0; part < parts; part++) {
      leaf.forGradient(
          ThreadTeam.boundary(leaf.gradientPieces(), part, parts),
          ThreadTeam.boundary(leaf.gradientPieces(), part + 1, parts),
          (from, length) -> {
            for (int i = from; i < from + length; i++) {
              assertThat(seen[i]).as("value %d was dealt out before", i).isZero();
              seen[i] = leaf.gradient()[i];
            }
          });
    }
    assertThat(seen).containsExactly(leaf.gradient());
  }

  @Property
  void partsOfABatchMayMeetOtherRows(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(max = ROWS - 1) Integer> first,
      @ForAll @Size(min = 1, max = 6) List<@IntRange(max = ROWS - 1) Integer> second,
      @ForAll boolean secondIsDense) {
    Tensor leaf = Tensor.variable(new float[ROWS * WIDTH], ROWS, WIDTH);
    DataParallel parallel = new DataParallel(ThreadTeam.single(), 2);
    List<Flow> flows =
        List.of(
            new Flow(Kind.SOME_ROWS, ints(first)),
            new Flow(secondIsDense ? Kind.ALL_ADDED : Kind.SOME_ROWS, ints(second)));
    for (int repeat = 0; repeat < 2; repeat++) {
      float[] expected = new float[ROWS * WIDTH];
      leaf.clearGradient();

      parallel.backward((tape, shard) -> {
        Tensor loss = tape.tensor(true);
        loss.data()[0] = 0;
        tape.record(() -> apply(tape, leaf, flows.get(shard), expected));
        return loss;
      });

      assertThat(leaf.gradient()).containsExactly(expected);
      assertPiecesCoverIt(leaf, 2);
    }
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void aStepOnFewRowsLeavesFewPieces() {
    Tensor leaf = Tensor.variable(new float[ROWS * WIDTH], ROWS, WIDTH);
    Tape tape = Tape.recording(ThreadTeam.single());
    tape.gradientToAddRows(leaf, new int[] {5, 2, 5});
    assertThat(leaf.gradientPieces()).isEqualTo(2);
    leaf.clearGradient();
    tape.gradientToAddRows(leaf, new int[] {1});
    assertThat(leaf.gradientPieces()).isEqualTo(1);
    tape.gradientToAdd(leaf);
    assertThat(leaf.gradientPieces()).isEqualTo(ROWS * WIDTH);
    for (int row : new int[] {-1, ROWS}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tape.gradientToAddRows(leaf, new int[] {0, row}))
          .withMessage("there is no row %d in a tensor of shape [7, 3]", row);
    }
  }
}
