package io.refrain.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TokenSourceTest {
  /** Each token is its position, modulo a prime; there are as many as nobody has room for. */
  private record Endless(long size) implements TokenSource {
    static final int PRIME = 1_000_003;

    @Override
    public void read(long position, int[] into, int at, int count) {
      assertThat(position).isBetween(0L, size - count);
      for (int i = 0; i < count; i++) {
        into[at + i] = (int) ((position + i) % PRIME);
      }
    }
  }

  @Property
  void aPartOfAPartIsThoseTokens(
      @ForAll @IntRange(max = 20) int a, @ForAll @IntRange(max = 20) int b) {
    int[] whole = BatchSamplerTest.positions(50);

    TokenSource part = TokenSource.of(whole).part(5, 45).part(a, a + b);

    assertThat(part.size()).isEqualTo(b);
    assertThat(part.toArray()).isEqualTo(Arrays.copyOfRange(whole, 5 + a, 5 + a + b));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> part.read(1, new int[b], 0, b));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> part.read(-1, new int[2], 0, 1));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> part.part(0, b + 1L));
  }

  @Test
  void whatNoArrayHoldsIsReadByStretches() {
    TokenSource long40 = new Endless(1L << 40);

    assertThatIllegalArgumentException()
        .isThrownBy(long40::toArray)
        .withMessageEndingWith("got 1099511627776; read them by stretches");
    assertThat(Split.byPosition(long40, 0.25).train().size()).isEqualTo(3L << 38);
  }

  @Test
  void rowsOfALongTextStartWhereTheyShould() {
    TokenSource text = new Endless(1L << 33);
    SequentialPartition partition = new SequentialPartition(4, 50);
    TokenBatch batch = new TokenBatch(50, 4);

    Epoch epoch = partition.from(text, 7);
    epoch.fill(epoch.batches() - 1, batch);

    long columns = ((1L << 33) - 8) / 4;
    assertThat(epoch.batches()).isEqualTo((int) (columns / 50));
    for (int row = 0; row < 4; row++) {
      long start = 7 + row * columns + (epoch.batches() - 1L) * 50;
      assertThat(batch.inputs()[row]).isEqualTo((int) (start % Endless.PRIME));
      assertThat(batch.targets()[49 * 4 + row]).isEqualTo((int) ((start + 50) % Endless.PRIME));
    }
  }

  @Test
  void aLongTextIsDealtOutInRandomOrderWithoutMemoryForIt() {
    TokenSource text = new Endless(1L << 33);
    RandomSampling sampling = new RandomSampling(4, 50);
    TokenBatch batch = new TokenBatch(50, 4);

    Epoch epoch = sampling.epoch(text, new Random(3));
    epoch.fill(0, batch);

    assertThat(epoch.batches()).isGreaterThan(40_000_000);
    assertThat(Arrays.stream(batch.inputs(), 0, 4).distinct().count()).isEqualTo(4);
  }

  @Test
  void moreBatchesThanCanBeCountedAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SequentialPartition(1, 1).from(new Endless(1L << 33), 0))
        .withMessage(
            "batches of an epoch: expected at most 2147483647, got 8589934591;"
                + " use a larger batch or more steps");
  }

  @Property
  void aPermutationHasEveryNumberOnce(
      @ForAll @IntRange(min = 1, max = 700) int count, @ForAll long seed) {
    IndexOrder order = IndexOrder.permuted(count, new SplittableRandom(seed));

    assertThat(LongStream.range(0, count).map(order::at).sorted().toArray())
        .isEqualTo(LongStream.range(0, count).toArray());
  }

  @Test
  void aPermutationLooksShuffled() {
    int count = 100_000;
    IndexOrder order = IndexOrder.permuted(count, new SplittableRandom(5));
    int rises = 0;
    long distance = 0;
    for (int i = 1; i < count; i++) {
      rises += order.at(i) > order.at(i - 1) ? 1 : 0;
      distance += Math.abs(order.at(i) - order.at(i - 1));
    }

    assertThat(rises).isBetween(49_000, 51_000);
    assertThat(distance / count).isBetween(count * 32L / 100, count * 35L / 100);
  }
}
