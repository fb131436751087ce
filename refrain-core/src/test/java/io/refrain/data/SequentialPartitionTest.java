package io.refrain.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.text.CharacterTokenizer;
import io.refrain.text.TimeMachine;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SequentialPartitionTest {
  @Test
  void theNotebooksTextGivesSeventeenBatchesWhateverTheOffset() throws IOException {
    String text = TimeMachine.text();
    int[] tokens = Arrays.copyOf(CharacterTokenizer.train(text).encode(text), 10_000);
    SequentialPartition partition = new SequentialPartition(32, 18);

    for (int offset = 0; offset <= 18; offset++) {
      assertThat(partition.from(tokens, offset).batches()).isEqualTo(17);
    }
    assertThat(partition.epoch(tokens, new Random(1)).batches()).isEqualTo(17);
  }

  @Test
  void theExampleOfTheBook() {
    TokenBatch batch = new TokenBatch(5, 2);

    Epoch epoch = new SequentialPartition(2, 5).from(BatchSamplerTest.positions(35), 0);

    assertThat(epoch.batches()).isEqualTo(3);
    epoch.fill(1, batch);
    assertThat(row(batch.inputs(), 0, 2)).containsExactly(5, 6, 7, 8, 9);
    assertThat(row(batch.inputs(), 1, 2)).containsExactly(22, 23, 24, 25, 26);
    assertThat(row(batch.targets(), 1, 2)).containsExactly(23, 24, 25, 26, 27);
  }

  @Property
  void agreesWithReshapingAsTheBookDoes(
      @ForAll @IntRange(min = 1, max = 6) int batch,
      @ForAll @IntRange(min = 1, max = 6) int steps,
      @ForAll @IntRange(max = 200) int spare,
      @ForAll @IntRange(max = 6) int offset) {
    int[] text = BatchSamplerTest.positions(batch * steps + 1 + offset + spare);
    int used = (text.length - offset - 1) / batch * batch;
    int columns = used / batch;
    TokenBatch filled = new TokenBatch(steps, batch);

    Epoch epoch = new SequentialPartition(batch, steps).from(text, offset);

    assertThat(epoch.firstToken()).isEqualTo(offset);
    assertThat(epoch.batches()).isEqualTo(columns / steps);
    for (int index = 0; index < epoch.batches(); index++) {
      epoch.fill(index, filled);
      for (int row = 0; row < batch; row++) {
        int start = offset + row * columns + index * steps;
        assertThat(row(filled.inputs(), row, batch))
            .isEqualTo(Arrays.copyOfRange(text, start, start + steps));
      }
    }
  }

  @Test
  void everyOffsetUpToTheStepsIsDrawn() {
    SequentialPartition partition = new SequentialPartition(2, 4);
    Random random = new Random(7);

    int[] offsets =
        IntStream.generate(
                () -> partition.epoch(BatchSamplerTest.positions(50), random).firstToken())
            .limit(200)
            .distinct()
            .sorted()
            .toArray();

    assertThat(offsets).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void aShortTextIsCutAtAnOffsetThatLeavesABatch() {
    SequentialPartition partition = new SequentialPartition(2, 4);
    Random random = new Random(7);

    int[] offsets =
        IntStream.generate(
                () -> partition.epoch(BatchSamplerTest.positions(11), random).firstToken())
            .limit(100)
            .distinct()
            .sorted()
            .toArray();

    assertThat(offsets).containsExactly(0, 1, 2);
  }

  @Test
  void theOffsetIsChecked() {
    SequentialPartition partition = new SequentialPartition(2, 4);
    int[] text = BatchSamplerTest.positions(12);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> partition.from(text, -1))
        .withMessage("offset into the text: expected at least 0, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> partition.from(text, 4))
        .withMessageContaining("needed 9 tokens, had 8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> partition.from(text, 40))
        .withMessageContaining("needed 9 tokens, had 0");
  }

  @Test
  void theStateMayBeCarried() {
    assertThat(new SequentialPartition(2, 4).rowsContinue()).isTrue();
  }

  private static int[] row(int[] timeFirst, int row, int batch) {
    return IntStream.range(0, timeFirst.length / batch)
        .map(step -> timeFirst[step * batch + row])
        .toArray();
  }
}
