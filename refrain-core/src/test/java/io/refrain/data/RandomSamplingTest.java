package io.refrain.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RandomSamplingTest {
  @Property
  void countsAndStartsAreThoseOfTheBook(
      @ForAll @IntRange(min = 1, max = 6) int batch,
      @ForAll @IntRange(min = 1, max = 6) int steps,
      @ForAll @IntRange(min = 6, max = 200) int spare,
      @ForAll long seed) {
    int[] text = BatchSamplerTest.positions(batch * steps + spare);
    TokenBatch filled = new TokenBatch(steps, batch);

    Epoch epoch = new RandomSampling(batch, steps).epoch(text, new Random(seed));

    int offset = epoch.firstToken();
    assertThat(offset).isBetween(0, steps - 1);
    assertThat(epoch.batches()).isEqualTo((text.length - offset - 1) / steps / batch);
    for (int index = 0; index < epoch.batches(); index++) {
      epoch.fill(index, filled);
      for (int row = 0; row < batch; row++) {
        assertThat((filled.inputs()[row] - offset) % steps).isZero();
      }
    }
  }

  @Test
  void everyOffsetBelowTheStepsIsDrawn() {
    RandomSampling sampling = new RandomSampling(2, 4);
    Random random = new Random(7);

    int[] offsets =
        IntStream.generate(
                () -> sampling.epoch(BatchSamplerTest.positions(50), random).firstToken())
            .limit(200)
            .distinct()
            .sorted()
            .toArray();

    assertThat(offsets).containsExactly(0, 1, 2, 3);
  }

  @Test
  void theOrderIsShuffled() {
    RandomSampling sampling = new RandomSampling(1, 1);
    TokenBatch batch = new TokenBatch(1, 1);
    Epoch epoch = sampling.epoch(BatchSamplerTest.positions(101), new Random(7));

    int[] order = new int[epoch.batches()];
    for (int index = 0; index < order.length; index++) {
      epoch.fill(index, batch);
      order[index] = batch.inputs()[0];
    }

    assertThat(order).isNotEqualTo(BatchSamplerTest.positions(100));
    assertThat(order).containsExactlyInAnyOrder(BatchSamplerTest.positions(100));
  }

  @Test
  void theStateMayNotBeCarried() {
    assertThat(new RandomSampling(2, 4).rowsContinue()).isFalse();
  }
}
