package io.refrain.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ScoreTest {
  private static final int VOCABULARY = 9;
  private static final LanguageModel MODEL =
      new LanguageModel(
          new LanguageModelConfig(VOCABULARY, 0, CellKind.RNN_TANH, 7, 1), new SplittableRandom(3));

  private static TextReader reader() {
    return new PlainReader(MODEL, ThreadTeam.single());
  }

  private static Score score(int... tokens) {
    int[] two = new int[tokens.length];
    Arrays.fill(two, 2);
    return Score.of(reader(), tokens, two, (token, logProbability) -> {});
  }

  @Test
  void theProbabilitiesOfAllContinuationsAddUpToOne() {
    double sum = 0;
    for (int second = 0; second < VOCABULARY; second++) {
      for (int third = 0; third < VOCABULARY; third++) {
        sum += Math.exp(score(4, second, third).logProbability());
      }
    }
    assertThat(sum).isCloseTo(1, within(1e-5));
  }

  @Test
  void aTextIsAsLikelyAsItsTokensInTurn() {
    int[] tokens = {1, 5, 5, 0, 8, 2};
    List<Integer> seen = new ArrayList<>();
    List<Double> each = new ArrayList<>();
    Score score =
        Score.of(
            reader(),
            tokens,
            new int[] {100, 5, 5, 0, 8, 2},
            (token, logProbability) -> {
              seen.add(token);
              each.add(logProbability);
            });

    assertThat(seen).containsExactly(5, 5, 0, 8, 2);
    assertThat(each).allMatch(logProbability -> logProbability < 0);
    assertThat(each.stream().mapToDouble(d -> d).sum())
        .isCloseTo(score.logProbability(), within(1e-12));
    for (int i = 1; i < tokens.length; i++) {
      double before = i == 1 ? 0 : score(Arrays.copyOf(tokens, i)).logProbability();
      assertThat(score(Arrays.copyOf(tokens, i + 1)).logProbability())
          .isCloseTo(before + each.get(i - 1), within(1e-6));
    }
    assertThat(score.characters()).isEqualTo(20);
  }

  @Test
  void theOtherFiguresFollowFromIt() {
    Score score = new Score(-8 * Math.log(2), 4, 16);
    assertThat(score.perplexity()).isCloseTo(4, within(1e-12));
    assertThat(score.natsPerToken()).isCloseTo(2 * Math.log(2), within(1e-12));
    assertThat(score.bitsPerCharacter()).isCloseTo(0.5, within(1e-12));
    assertThat(score(1, 2, 3))
        .satisfies(s -> {
          assertThat(s.tokens()).isEqualTo(2);
          assertThat(s.characters()).isEqualTo(4);
        });
  }

  /** As of the later parts of a character that is cut into bytes. */
  @Test
  void tokensWithoutCharactersHaveNoFigurePerCharacter() {
    Score score = new Score(-3, 3, 0);
    assertThat(score.bitsPerCharacter()).isNaN();
    assertThat(score.natsPerToken()).isEqualTo(1);
  }

  @Test
  void everyTokenNeedsItsCharacters() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            Score.of(reader(), new int[] {1, 2, 3}, new int[] {1, 1}, (token, probability) -> {}))
        .withMessage("expected a number of characters for each of the 3 tokens, got 2");
  }

  @Test
  void aTextThatCannotBeScoredIsExplained() {
    for (int[] tokens : new int[][] {{}, {3}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> score(tokens))
          .withMessage(
              "a text must have at least 2 tokens to be scored, for the first is given; it has "
                  + tokens.length);
    }
    for (int[] tokens : new int[][] {{0, 9}, {0, 9, 1}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> score(tokens))
          .withMessage("token 9 at position 1 is outside 0 to 8");
    }
  }
}
