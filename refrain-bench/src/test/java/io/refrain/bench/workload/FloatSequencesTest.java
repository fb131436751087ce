package io.refrain.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class FloatSequencesTest {
  private static final RaggedPass PASS =
      new RaggedPass("tiny", new RecurrentShape(CellKind.LSTM, 3, 1, 1), 5, 7);

  @Test
  void everythingBehindTheEndOfASequenceIsZeroAndNothingBefore() {
    FloatSequences batch = FloatSequences.of(PASS);

    assertThat(batch.values()).hasSize(batch.steps() * 5 * 3);
    int real = 0;
    for (int at = 0; at < batch.values().length; at++) {
      int step = at / (5 * 3);
      int sequence = at / 3 % 5;
      boolean isReal = step < batch.lengths()[sequence];
      assertThat(batch.values()[at] != 0).isEqualTo(isReal);
      real += isReal ? 1 : 0;
    }
    assertThat(batch.realSteps()).isEqualTo(real / 3);
    assertThat(batch.realShare()).isEqualTo((double) batch.realSteps() / (batch.steps() * 5));
  }

  @Test
  void everybodyGetsTheSame() {
    assertThat(FloatSequences.of(PASS).values()).isEqualTo(FloatSequences.of(PASS).values());
    assertThat(FloatSequences.of(PASS).lengths()).isEqualTo(FloatSequences.of(PASS).lengths());
  }

  @Test
  void lengthsAreUniformBetweenOneAndTheLongest() {
    RaggedPass large =
        new RaggedPass("large", new RecurrentShape(CellKind.LSTM, 1, 1, 1), 4000, 10);

    int[] lengths = FloatSequences.of(large).lengths();

    for (int length = 1; length <= 10; length++) {
      int wanted = length;
      assertThat(Arrays.stream(lengths).filter(one -> one == wanted).count()).isBetween(300L, 500L);
    }
    assertThat(lengths).hasSize(4000);
  }

  @Test
  void anInferenceReadsOneWholeSequence() {
    FloatSequences one = FloatSequences.of((SequenceInference) Workload.named("infer-lstm"));

    assertThat(one.lengths()).containsExactly(120);
    assertThat(one.values()).hasSize(120 * 33);
    assertThat(one.realShare()).isEqualTo(1);
  }
}
