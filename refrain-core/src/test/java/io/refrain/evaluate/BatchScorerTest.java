package io.refrain.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BatchScorerTest {
  private static final int VOCABULARY = 9;
  private static final LanguageModel MODEL =
      new LanguageModel(
          new LanguageModelConfig(VOCABULARY, 0, CellKind.LSTM, 8, 2), new SplittableRandom(1));

  private static List<int[]> sequences(List<Integer> lengths, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return lengths.stream().map(length -> random.ints(length, 0, VOCABULARY).toArray()).toList();
  }

  /** Of each sequence, log P of its tokens in the order in which they were told. */
  private static List<List<Float>> score(
      List<int[]> sequences, BatchScorer.Options options, int threads) {
    List<List<Float>> told = new ArrayList<>();
    sequences.forEach(sequence -> told.add(new ArrayList<>()));
    try (ThreadTeam team = new ThreadTeam(threads)) {
      BatchScorer scorer = new BatchScorer(MODEL, team, options);
      scorer.score(
          sequences,
          (sequence, at, logProbability) -> {
            told.get(sequence).add(logProbability);
            assertThat(told.get(sequence)).as("in order").hasSize(at);
          });
    }
    return told;
  }

  @Property(tries = 150)
  void companyLanesStretchesAndThreadsChangeNoBit(
      @ForAll @Size(max = 12) List<@IntRange(max = 40) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 14) int lanes,
      @ForAll @IntRange(min = 1, max = 90) int tokens,
      @ForAll @IntRange(min = 1, max = 3) int threads,
      @ForAll long seed) {
    List<int[]> sequences = sequences(lengths, seed);

    List<List<Float>> all = score(sequences, new BatchScorer.Options(lanes, tokens), threads);

    for (int i = 0; i < lengths.size(); i++) {
      List<Float> alone = new ArrayList<>();
      if (lengths.get(i) > 1) {
        int[] its = sequences.get(i);
        Score.of(
            new PlainReader(MODEL, ThreadTeam.single()),
            its,
            new int[its.length],
            (token, logProbability) -> alone.add((float) logProbability));
      }
      assertThat(all.get(i)).as("sequence %d of %s", i, lengths).isEqualTo(alone);
    }
  }

  /** A long sequence among short ones is read in pieces for which there is room. */
  @Test
  void aLongSequenceIsAsItsPieces() {
    List<int[]> sequences = sequences(List.of(3, 20_000, 5), 4);
    BatchScorer.Options few = new BatchScorer.Options(64, 100);
    BatchScorer.Options many = BatchScorer.Options.USUAL;
    assertThat(score(sequences, few, 2)).isEqualTo(score(sequences, many, 1));
  }

  @Test
  void mistakesAreNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BatchScorer.Options(0, 5))
        .withMessageContaining("number of lanes must be at least 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BatchScorer.Options(5, 0))
        .withMessageContaining("tokens at once must be at least 1");
    int[] wrong = new int[5];
    Arrays.fill(wrong, VOCABULARY);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> score(List.of(wrong), new BatchScorer.Options(5, 5), 1))
        .withMessageContaining("9 at position 0 is outside 0 to 8");
  }
}
