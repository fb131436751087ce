package io.refrain.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.refrain.kernel.ThreadTeam;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataParallelTest {
  private final Tensor weight = Tensor.variable(new float[] {2, 3, 5}, 3);

  /** A loss whose gradient is a vector, chosen freely. */
  private static Tensor loss(Tape tape, Tensor weight, float... gradient) {
    Tensor loss = tape.tensor(true);
    loss.data()[0] = 0;
    for (int i = 0; i < gradient.length; i++) {
      loss.data()[0] += gradient[i] * weight.data()[i];
    }
    tape.record(() -> {
      float[] sum = tape.gradientToAdd(weight);
      for (int i = 0; i < gradient.length; i++) {
        sum[i] += gradient[i] * loss.gradient()[0];
      }
    });
    return loss;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void lossesAndGradientsOfAllPartsAreSummed(int threads) {
    try (ThreadTeam team = new ThreadTeam(threads)) {
      DataParallel parallel = new DataParallel(team, 2);

      float loss = parallel.backward((tape, shard) -> loss(tape, weight, 1, 10, shard));

      assertThat(loss).isEqualTo(2 * (2 + 30) + 5);
      assertThat(weight.gradient()).containsExactly(2, 20, 1);
    }
  }

  @Test
  void gradientsOfOnePassAreAddedToThoseOfThePassBefore() {
    DataParallel parallel = new DataParallel(ThreadTeam.single(), 2);

    parallel.backward((tape, shard) -> loss(tape, weight, 1, 1, 1));
    parallel.backward((tape, shard) -> loss(tape, weight, 0, 1, 2));
    assertThat(weight.gradient()).containsExactly(2, 4, 6);

    weight.clearGradient();
    parallel.backward((tape, shard) -> loss(tape, weight, 0, 1, 2));
    assertThat(weight.gradient()).containsExactly(0, 2, 4);
  }

  @Test
  void aLeafThatOnePartAloneMeetsHasItsGradient() {
    Tensor other = Tensor.variable(new float[] {7}, 1);
    for (int only = 0; only < 2; only++) {
      DataParallel parallel = new DataParallel(ThreadTeam.single(), 4);
      weight.clearGradient();
      other.clearGradient();
      int meets = only;

      parallel.backward(
          (tape, shard) -> shard == meets ? loss(tape, other, 3) : loss(tape, weight, 1, 2, 3));
      assertThat(other.gradient()).containsExactly(3);
      assertThat(weight.gradient()).containsExactly(1, 2, 3);

      other.clearGradient();
      parallel.backward((tape, shard) -> loss(tape, weight, 0, 0, 0));
      assertThat(other.hasGradient()).as("an old gradient comes back").isFalse();
    }
  }

  @Test
  void leavesThatAreGoneAreForgotten() {
    DataParallel parallel = new DataParallel(ThreadTeam.single(), 2);
    List<Tape> tapes = new ArrayList<>();
    for (int pass = 0; pass < 5; pass++) {
      Tensor input = Tensor.variable(new float[] {1}, 1);
      parallel.backward((its, shard) -> {
        tapes.add(its);
        return loss(its, input, 1);
      });
      assertThat(input.gradient()).containsExactly(2);
    }
    assertThat(tapes.getLast().shadows()).hasSize(1);
  }

  @Property
  void thePartsAreTheRows(
      @ForAll @IntRange(min = 1, max = 100) int rows,
      @ForAll @IntRange(min = 1, max = 3) int threads) {
    try (ThreadTeam team = new ThreadTeam(threads)) {
      DataParallel parallel = new DataParallel(team, rows);

      int next = 0;
      for (int shard = 0; shard < parallel.shards(); shard++) {
        assertThat(parallel.firstRow(shard)).isEqualTo(next);
        assertThat(parallel.rows(shard)).isPositive();
        next += parallel.rows(shard);
      }
      assertThat(next).isEqualTo(rows);
      assertThat(parallel.shards()).isEqualTo(Math.min(2, rows));
    }
  }

  @Test
  void theFailureOfAPartIsThrown() {
    for (int threads = 1; threads <= 2; threads++) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        DataParallel parallel = new DataParallel(team, 2);
        for (int bad : List.of(0, 1)) {
          for (boolean onTheWayBack : List.of(false, true)) {
            assertThatThrownBy(() ->
                    parallel.backward((tape, shard) -> {
                      if (shard == bad) {
                        if (!onTheWayBack) {
                          throw new IllegalStateException("part " + bad);
                        }
                        tape.record(() -> {
                          throw new IllegalStateException("part " + bad);
                        });
                      }
                      return loss(tape, weight, 100, 100, 100);
                    }))
                .hasMessage("part " + bad);

            weight.clearGradient();
            parallel.backward((tape, shard) -> loss(tape, weight, 1, 1, 1));
            assertThat(weight.gradient()).as("%d threads", threads).containsExactly(2, 2, 2);
          }
        }
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DataParallel(ThreadTeam.single(), 0))
        .withMessageContaining("rows is 0");
  }
}
