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

class RunningScoreTest {
  private static final LanguageModel MODEL =
      new LanguageModel(
          new LanguageModelConfig(9, 0, CellKind.LSTM, 8, 1), new SplittableRandom(1));

  private static final ThreadTeam ONE = ThreadTeam.single();

  /** In stretches so short that there are many, by a rate too small to change a weight. */
  private static TextReader reader() {
    return new DynamicReader(MODEL, new DynamicReader.Options(3, 1e-30, 0), null, ONE);
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
    List<Double> atOnce = new ArrayList<>();
    Score.of(
        new PlainReader(MODEL, ONE),
        tokens,
        characters,
        (token, logProbability) -> atOnce.add(logProbability));
    SmallReading.assertClose(told, atOnce, 1e-6);
  }

  private static void assertRefused(TextReader reader, String... message) {
    RunningScore score = new RunningScore(reader, (token, logProbability) -> {});
    int[] tokens = new SplittableRandom(5).ints(40, 0, 9).toArray();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> {
          score.read(tokens, new int[40]);
          score.score();
        })
        .withMessageContainingAll(message);
  }

  @Test
  void spoiledWeightsAreNamed() {
    LanguageModel spoiled = MODEL.copy();
    spoiled.parameters().get("linear.bias").data()[2] = Float.NaN;
    assertRefused(
        new PlainReader(spoiled, ONE), "token 2 of the text is NaN", "spoiled", "checkpoint");
    assertRefused(
        new DynamicReader(spoiled, new DynamicReader.Options(3, 0.1, 0), null, ONE), "spoiled");
  }

  @Test
  void learningThatDivergesAsksForASmallerRate() {
    DynamicReader.Options fast = new DynamicReader.Options(3, 1e39, 0);
    CachingReader.Options cache = new CachingReader.Options(5, 1, 0.1);
    String[] message = {"token 5 of the text is", "diverged at a rate of 1.0E39", "smaller"};
    assertRefused(new DynamicReader(MODEL, fast, null, ONE), message);
    assertRefused(
        new CachingReader(new DynamicReader(MODEL, fast, null, ONE), cache, ONE), message);
  }
}
