package io.refrain.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.kernel.Panels;
import io.refrain.kernel.ThreadTeam;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SharedWeightsTest {
  private static final int ROWS = 70;
  private static final int COLUMNS = 131;

  private final SplittableRandom random = new SplittableRandom(3);
  private final Tensor weight = Tensor.variable(new float[ROWS * COLUMNS], ROWS, COLUMNS);
  private final SharedWeights shared = new SharedWeights();

  private void change() {
    for (int i = 0; i < weight.size(); i++) {
      weight.data()[i] = random.nextFloat();
    }
  }

  private Matrix matrix() {
    return Matrix.of(weight.data(), ROWS, COLUMNS);
  }

  private static float[] values(Panels panels) {
    return panels.memory().toArray(ValueLayout.JAVA_FLOAT);
  }

  @Test
  void allWhoAskAtOnceGetTheSamePackedValues() {
    try (ThreadTeam team = new ThreadTeam(3)) {
      for (int round = 0; round < 200; round++) {
        change();
        shared.clear();
        float[] expected = values(PackedMatrix.of(matrix().transpose()).panels());
        Panels[] got = new Panels[3];
        boolean[] right = new boolean[3];

        team.run((part, parts) -> {
          Matrix operand = matrix().transpose();
          got[part] = shared.packed(operand, ThreadTeam.single(), part > 0).panels();
          right[part] = Arrays.equals(values(got[part]), expected);
        });

        assertThat(right).containsOnly(true);
        assertThat(List.of(got)).containsOnly(got[0]);
      }
    }
  }

  @Test
  void directionsAndRowsOfAWeightAreKeptApart() {
    change();
    Matrix lower = Matrix.of(weight.data(), 10 * COLUMNS, ROWS - 10, COLUMNS);
    ThreadTeam single = ThreadTeam.single();

    for (Matrix operand : List.of(matrix(), matrix().transpose(), lower, lower.transpose())) {
      assertThat(values(shared.packed(operand, single, false).panels()))
          .isEqualTo(values(PackedMatrix.of(operand).panels()));
    }
  }

  @Test
  void aPieceThatFailsIsToldToAllWhoWait() {
    Matrix beyond = Matrix.of(weight.data(), 1, ROWS, COLUMNS); // its last row is not all there
    try (ThreadTeam team = new ThreadTeam(2)) {
      AtomicInteger failures = new AtomicInteger();

      team.run((part, parts) -> {
        try {
          shared.packed(beyond, ThreadTeam.single(), part > 0);
        } catch (IndexOutOfBoundsException | IllegalStateException e) {
          failures.incrementAndGet();
        }
      });

      assertThat(failures).hasValue(2);
    }
  }

  @Test
  void whatIsClearedIsPackedAgain() {
    change();
    Panels before = shared.packed(matrix(), ThreadTeam.single(), true).panels();
    change();
    shared.clear();

    Panels after = shared.packed(matrix(), ThreadTeam.single(), true).panels();

    assertThat(after).as("the room serves again").isSameAs(before);
    assertThat(values(after)).isEqualTo(values(PackedMatrix.of(matrix()).panels()));
  }
}
