package io.refrain.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.model.CellKind;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.OutputConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SessionBatchTest {
  private static final int VOCABULARY = 30;

  private static FrozenLanguageModel model(CellKind cell, int embedding, boolean adaptive) {
    LanguageModelConfig config = new LanguageModelConfig(VOCABULARY, embedding, cell, 20, 2);
    if (adaptive) {
      config =
          config.withOutput(
              new OutputConfig.Adaptive(new AdaptiveSoftmax.Options(List.of(5, 12), 2, false)));
    }
    return new LanguageModel(config, new SplittableRandom(3)).freeze();
  }

  private static Session session(FrozenLanguageModel model) {
    Session session = new Session(model);
    session.read(3, 1, 4);
    return session;
  }

  private static List<SplittableRandom> randoms(int count) {
    return IntStream.range(0, count).mapToObj(SplittableRandom::new).toList();
  }

  /** A text ends after its number of tokens, and a little more for each, or at the length. */
  private static int end(int text) {
    return 4 + 3 * text % 7;
  }

  private static List<List<Integer>> write(SessionBatch batch, Sampler sampler) {
    List<List<Integer>> texts = new ArrayList<>();
    IntStream.range(0, batch.size()).forEach(_ -> texts.add(new ArrayList<>()));
    batch.write(
        8,
        sampler,
        randoms(batch.size()),
        (text, token) -> {
          texts.get(text).add(token);
          return texts.get(text).size() < end(text);
        });
    return texts;
  }

  private static List<Integer> writeAlone(Session session, Sampler sampler, int text) {
    List<Integer> tokens = new ArrayList<>();
    session.write(
        8,
        sampler,
        randoms(text + 1).get(text),
        token -> {
          tokens.add(token);
          return tokens.size() < end(text);
        });
    return tokens;
  }

  @ParameterizedTest
  @EnumSource
  void everyTextIsWhatItIsAlone(CellKind cell) {
    Sampler.Options options =
        Sampler.Options.temperature(1).withMinP(0.01).withRepetitionPenalty(1.5, 6).excluding(0);
    for (boolean adaptive : new boolean[] {false, true}) {
      FrozenLanguageModel model = model(cell, adaptive ? 6 : 0, adaptive);
      Session session = session(model);
      Sampler sampler = new Sampler(options);
      for (int count : new int[] {1, 2, 7}) {
        SessionBatch batch = session.batch(count);
        List<List<Integer>> texts = write(batch, sampler);

        List<Session> alone = new ArrayList<>();
        for (int text = 0; text < count; text++) {
          alone.add(session.fork());
          assertThat(texts.get(text))
              .isEqualTo(writeAlone(alone.getLast(), sampler, text))
              .doesNotContain(0);
        }
        List<Session> left =
            IntStream.range(0, count).filter(text -> end(text) > 8).mapToObj(alone::get).toList();
        for (int text = 0; text < left.size(); text++) {
          assertThat(batch.logits(text)).isEqualTo(left.get(text).logits());
        }
      }
    }
  }

  /** Of two texts the second ends last, and where one is alone it does. */
  @Test
  void whereAllHaveEndedTheLastOnesStandBeforeTheirLastToken() {
    Session session = session(model(CellKind.LSTM, 0, false));
    Sampler sampler = new Sampler(Sampler.Options.temperature(1));
    for (int count : new int[] {1, 2}) {
      SessionBatch batch = session.batch(count);
      List<Integer> last = write(batch, sampler).getLast();
      Session alone = session.fork();
      for (int token : last.subList(0, last.size() - 1)) {
        alone.read(token);
      }
      assertThat(last).hasSize(end(count - 1));
      assertThat(batch.size()).isEqualTo(1);
      assertThat(batch.logits(0)).isEqualTo(alone.logits());
    }
  }

  @Test
  void writingNothingDrawsNothing() {
    SessionBatch batch = session(model(CellKind.GRU, 0, false)).batch(2);
    List<SplittableRandom> randoms = randoms(2);
    float[] logits = batch.logits(1).clone();
    batch.write(
        0,
        new Sampler(Sampler.Options.temperature(1)),
        randoms,
        (_, token) -> {
          throw new AssertionError("token " + token);
        });
    assertThat(batch.size()).isEqualTo(2);
    assertThat(batch.logits(1)).isEqualTo(logits);
    assertThat(randoms.getLast().nextLong()).isEqualTo(new SplittableRandom(1).nextLong());
  }

  @Test
  void aTextsGeneratorDependsOnItsNumberAndTheSeedAlone() {
    List<Long> drawn =
        SessionBatch.generators(7, 20).stream().map(SplittableRandom::nextLong).toList();
    assertThat(drawn).doesNotHaveDuplicates().hasSize(20);
    assertThat(drawn.getFirst()).isEqualTo(new SplittableRandom(7).nextLong());
    for (int count : new int[] {0, 1, 5}) {
      assertThat(SessionBatch.generators(7, count).stream().map(SplittableRandom::nextLong))
          .isEqualTo(drawn.subList(0, count));
    }
    assertThat(SessionBatch.generators(8, 20).stream().map(SplittableRandom::nextLong))
        .doesNotContainAnyElementsOf(drawn);
  }

  @Test
  void aTeamComesToTheSameBits() {
    FrozenLanguageModel model = model(CellKind.LAYER_NORM_LSTM, 0, false);
    Sampler sampler = new Sampler(Sampler.Options.temperature(1));
    List<List<Integer>> expected = write(session(model).batch(7), sampler);
    try (ThreadTeam team = new ThreadTeam(2)) {
      Session session = new Session(model, team);
      session.read(3, 1, 4);
      assertThat(write(session.batch(7), sampler)).isEqualTo(expected);
    }
  }

  @Test
  void textsBranchAndChangePlaces() {
    Session session = session(model(CellKind.GRU, 0, false));
    SessionBatch batch = session.batch(2);
    batch.read(5, 6);
    batch.select(1, 0, 1);
    batch.read(7, 8, 9);

    Sampler sampler = new Sampler(Sampler.Options.greedy().withRepetitionPenalty(3, 2));
    int[][] read = {{6, 7}, {5, 8}, {6, 9}};
    List<Integer> next = new ArrayList<>();
    List<Integer> expected = new ArrayList<>();
    for (int text = 0; text < 3; text++) {
      Session alone = session.fork();
      alone.read(read[text]);
      assertThat(batch.logits(text)).isEqualTo(alone.logits());
      expected.add(alone.choose(sampler, new SplittableRandom(0)));
    }
    batch.write(1, sampler, randoms(3), (_, token) -> next.add(token));
    assertThat(next).isEqualTo(expected);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    FrozenLanguageModel model = model(CellKind.GRU, 0, false);
    Session session = session(model);
    SessionBatch batch = session.batch(2);
    Sampler greedy = new Sampler(Sampler.Options.greedy());
    assertMessage(() -> session.batch(0), "there must be at least 1 text, but is 0");
    assertMessage(() -> batch.logits(2), "text 2 is outside 0 to 1");
    assertMessage(() -> batch.read(1), "number of tokens must be 2, but is 1");
    assertMessage(() -> batch.read(1, 30), "token 30 is outside 0 to 29");
    assertMessage(batch::select, "a state has at least one row: select some");
    assertMessage(
        () -> batch.write(1, greedy, randoms(3), (_, _) -> true),
        "expected a generator for each of the 2 texts, got 3");
    assertThatIllegalStateException()
        .isThrownBy(() -> new Session(model).batch(2))
        .withMessage("read at least one token first: a prefix");
  }

  private static void assertMessage(Runnable mistake, String message) {
    assertThatIllegalArgumentException().isThrownBy(mistake::run).withMessage(message);
  }
}
