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

class RunningScoreTest {
  private static final LanguageModel MODEL =
      new LanguageModel(
          new LanguageModelConfig(9, 0, CellKind.LSTM, 8, 1), new SplittableRandom(1));

  private static TextReader reader() {
    return new PlainReader(MODEL, ThreadTeam.single());
  }

  @Property(tries = 100)
  void piecesComeToTheScoreOfTheWhole(
      @ForAll @Size(max = 8) List<@IntRange(max = 5) Integer> lengths) {
    int size = lengths.stream().mapToInt(Integer::intValue).sum();
    int[] tokens = new SplittableRandom(size).ints(size, 0, 9).toArray();
    int[] characters = new SplittableRandom(7).ints(size, 1, 9).toArray();
    List<Double> told = new ArrayList<>();
    RunningScore running =
        new RunningScore(reader(), (token, logProbability) -> told.add(logProbability));
    int at = 0;
    for (int length : lengths) {
      running.read(
          Arrays.copyOfRange(tokens, at, at + length),
          Arrays.copyOfRange(characters, at, at + length));
      at += length;
    }
    if (size < 2) {
      assertThatIllegalArgumentException()
          .isThrownBy(running::score)
          .withMessageEndingWith("it has " + size);
      return;
    }
    List<Double> whole = new ArrayList<>();

    assertThat(running.score())
        .isEqualTo(
            Score.of(
                reader(),
                tokens,
                characters,
                (token, logProbability) -> whole.add(logProbability)));
    assertThat(told).isEqualTo(whole).hasSize(size - 1);
  }
}
