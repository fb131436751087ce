package io.refrain.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionTest {
  private static final FrozenLanguageModel MODEL =
      new LanguageModel(
              new LanguageModelConfig(15, 0, CellKind.RNN_TANH, 12, 2), new SplittableRandom(3))
          .freeze();

  private static List<Integer> write(Session session, int length, Sampler.Options options) {
    List<Integer> tokens = new ArrayList<>();
    session.write(length, new Sampler(options), new SplittableRandom(6), tokens::add);
    return tokens;
  }

  @Test
  void writingIsChoosingAndReadingBack() {
    Session session = new Session(MODEL);
    session.read(3, 1, 4);
    List<Integer> written = write(session, 10, Sampler.Options.greedy());

    Session byHand = new Session(MODEL);
    byHand.read(3, 1, 4);
    Sampler greedy = new Sampler(Sampler.Options.greedy());
    for (int token : written) {
      assertThat(greedy.choose(byHand.logits(), new SplittableRandom(0))).isEqualTo(token);
      byHand.read(token);
    }
    assertThat(written).hasSize(10);
    assertThat(session.logits()).isEqualTo(byHand.logits());
  }

  @Test
  void theSameSeedWritesTheSameText() {
    Session session = new Session(MODEL);
    session.read(2);
    Session fork = session.fork();

    List<Integer> first = write(session, 40, Sampler.Options.temperature(1));
    assertThat(write(fork, 40, Sampler.Options.temperature(1))).isEqualTo(first);
  }

  @Test
  void aForkDoesNotDisturb() {
    Session session = new Session(MODEL);
    session.read(5, 6);
    float[] logits = session.logits().clone();
    Session fork = session.fork();
    fork.read(1, 2, 3);

    assertThat(session.logits()).isEqualTo(logits);
    assertThat(fork.logits()).isNotEqualTo(logits);
  }

  @Test
  void whoeverTakesTheTokensMayEndTheText() {
    Session session = new Session(MODEL);
    session.read(5);
    List<Integer> taken = new ArrayList<>();
    session.write(
        100,
        new Sampler(Sampler.Options.temperature(1)),
        new SplittableRandom(1),
        token -> {
          taken.add(token);
          return taken.size() < 3;
        });
    assertThat(taken).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void aTeamWritesTheSameText(int threads) {
    FrozenLanguageModel model =
        new LanguageModel(
                new LanguageModelConfig(15, 6, CellKind.LSTM, 323, 2), new SplittableRandom(3))
            .freeze();
    Session alone = new Session(model);
    alone.read(3, 1, 4);
    List<Integer> expected = write(alone, 30, Sampler.Options.temperature(1));
    try (ThreadTeam team = new ThreadTeam(threads)) {
      Session session = new Session(model, team);
      session.read(3, 1, 4);
      Session fork = session.fork();

      assertThat(write(session, 30, Sampler.Options.temperature(1))).isEqualTo(expected);
      assertThat(session.logits()).isEqualTo(alone.logits());
      assertThat(write(fork, 30, Sampler.Options.temperature(1))).isEqualTo(expected);
      assertThat(fork.logits()).isEqualTo(alone.logits());
    }
  }

  @Test
  void aPrefixWithAnUnknownTokenIsNotReadAtAll() {
    Session session = new Session(MODEL);
    session.read(3);
    float[] logits = session.logits().clone();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> session.read(1, 4, 15))
        .withMessage("token 15 at position 2 is outside 0 to 14");

    assertThat(session.logits()).isEqualTo(logits);
    Session again = new Session(MODEL);
    again.read(3);
    session.read(1);
    again.read(1);
    assertThat(session.logits()).isEqualTo(again.logits());
  }

  @Test
  void nothingIsPredictedBeforeSomethingIsRead() {
    Session session = new Session(MODEL);
    session.read();
    assertThatIllegalStateException()
        .isThrownBy(session::logits)
        .withMessage("read at least one token first: a prefix");
    assertThatIllegalStateException()
        .isThrownBy(() -> write(session.fork(), 1, Sampler.Options.greedy()));
  }
}
