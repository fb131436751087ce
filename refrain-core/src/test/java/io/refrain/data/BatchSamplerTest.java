package io.refrain.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.BitSet;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What both samplers promise; each token of these texts is its own position. */
class BatchSamplerTest {
  @Provide
  Arbitrary<BatchSampler> samplers() {
    Arbitrary<Integer> sizes = Arbitraries.integers().between(1, 9);
    return Arbitraries.oneOf(
        Combinators.combine(sizes, sizes).as(SequentialPartition::new),
        Combinators.combine(sizes, sizes).as(RandomSampling::new));
  }

  @Property
  void targetsAreTheInputsShiftedByOneAndNoInputIsUsedTwice(
      @ForAll("samplers") BatchSampler sampler,
      @ForAll @IntRange(max = 300) int spare,
      @ForAll long seed) {
    int[] text = positions(Math.toIntExact(sampler.tokensNeeded()) + spare);
    TokenBatch batch = new TokenBatch(sampler.steps(), sampler.batch());
    BitSet used = new BitSet();

    Epoch epoch = sampler.epoch(text, new Random(seed));

    assertThat(epoch.batches()).isPositive();
    for (int index = 0; index < epoch.batches(); index++) {
      epoch.fill(index, batch);
      for (int i = 0; i < batch.inputs().length; i++) {
        int input = batch.inputs()[i];
        assertThat(batch.targets()[i]).isEqualTo(input + 1);
        assertThat(used.get(input)).isFalse();
        used.set(input);
        if (i >= sampler.batch()) {
          assertThat(input).isEqualTo(batch.inputs()[i - sampler.batch()] + 1);
        }
      }
    }
    assertThat(used.cardinality()).isEqualTo(epoch.batches() * batch.inputs().length);
    assertThat(used.nextSetBit(0)).isGreaterThanOrEqualTo(epoch.firstToken());
  }

  @Property
  void theSameGeneratorGivesTheSameEpochAndBatchesComeInAnyOrder(
      @ForAll("samplers") BatchSampler sampler, @ForAll long seed) {
    int[] text = positions(500);
    Epoch one = sampler.epoch(text, new Random(seed));
    Epoch two = sampler.epoch(text, new Random(seed));
    TokenBatch first = new TokenBatch(sampler.steps(), sampler.batch());
    TokenBatch second = new TokenBatch(sampler.steps(), sampler.batch());

    two.fill(two.batches() - 1, second);
    two.fill(0, second);
    one.fill(0, first);

    assertThat(second.inputs()).isEqualTo(first.inputs());
    assertThat(two.firstToken()).isEqualTo(one.firstToken());
  }

  @Property
  void aTextShorterThanOneBatchIsRefused(
      @ForAll("samplers") BatchSampler sampler, @ForAll @IntRange(max = 90) int length) {
    if (length < sampler.tokensNeeded()) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> sampler.epoch(positions(length), new Random(1)))
          .withMessageContaining(
              "needed %d tokens, had %d; use a smaller batch, fewer steps or a longer text"
                  .formatted(sampler.tokensNeeded(), length));
    }
  }

  @Test
  void sizesAreChecked() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SequentialPartition(0, 18))
        .withMessage("rows in a batch: expected at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RandomSampling(32, -1))
        .withMessage("time steps of a row: expected at least 1, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RandomSampling(1 << 20, 1 << 20))
        .withMessageContaining("got 1048576 rows of 1048576 steps");
    assertThatIllegalArgumentException().isThrownBy(() -> new TokenBatch(0, 1));
  }

  @Test
  void fillingIsChecked() {
    Epoch epoch = new SequentialPartition(2, 3).from(positions(20), 0);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> epoch.fill(3, new TokenBatch(3, 2)))
        .withMessage("batch of the epoch: expected 0 to 2, got 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> epoch.fill(0, new TokenBatch(2, 3)))
        .withMessage("batch to fill: expected 2 rows of 3 steps, got 3 rows of 2 steps");
  }

  static int[] positions(int length) {
    return IntStream.range(0, length).toArray();
  }

  @Property
  void rowsTakenFromABatchAreItsRows(
      @ForAll @IntRange(min = 1, max = 5) int steps,
      @ForAll @IntRange(min = 1, max = 6) int rows,
      @ForAll @IntRange(max = 4) int before,
      @ForAll @IntRange(max = 4) int after) {
    TokenBatch whole = new TokenBatch(steps, before + rows + after);
    for (int i = 0; i < whole.inputs().length; i++) {
      whole.inputs()[i] = i;
      whole.targets()[i] = -i;
    }
    TokenBatch part = new TokenBatch(steps, rows);

    part.takeRows(whole, before);

    for (int step = 0; step < steps; step++) {
      for (int row = 0; row < rows; row++) {
        int expected = step * whole.batch() + before + row;
        assertThat(part.inputs()[step * rows + row]).isEqualTo(expected);
        assertThat(part.targets()[step * rows + row]).isEqualTo(-expected);
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> part.takeRows(whole, before + after + 1))
        .withMessageContaining("from row %d on", before + after + 1);
  }
}
