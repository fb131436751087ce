package io.refrain.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.tensor.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrozenLanguageModelTest {
  private static final int STEPS = 12;

  private static LanguageModel model(
      CellKind cell, int vocabulary, int embedding, int hidden, int layers) {
    return new LanguageModel(
        new LanguageModelConfig(vocabulary, embedding, cell, hidden, layers),
        new SplittableRandom(vocabulary * 31L + hidden));
  }

  private static int[] tokens(int length, int vocabulary, long seed) {
    return new SplittableRandom(seed).ints(length, 0, vocabulary).toArray();
  }

  /** The logits after each token, one after another. */
  private static float[] advance(
      FrozenLanguageModel model, FrozenLanguageModel.State state, int[] tokens) {
    int vocabulary = model.config().vocabulary();
    float[] logits = new float[tokens.length * vocabulary];
    for (int i = 0; i < tokens.length; i++) {
      model.advance(state, tokens[i]);
      System.arraycopy(state.logits(), 0, logits, i * vocabulary, vocabulary);
    }
    return logits;
  }

  @ParameterizedTest
  @CsvSource({
    "RNN_TANH, 1, 0, 1, 1",
    "RNN_TANH, 28, 0, 16, 1",
    "RNN_TANH, 65, 0, 37, 2",
    "RNN_TANH, 200, 0, 130, 1",
    "RNN_TANH, 5, 1, 3, 1",
    "RNN_TANH, 31, 24, 33, 3",
    "RNN_TANH, 70, 65, 64, 2",
    "RNN_RELU, 28, 0, 17, 1",
    "RNN_RELU, 29, 0, 64, 3",
    "RNN_RELU, 65, 7, 37, 2",
  })
  void givesTheBitsOfTheModelItWasMadeFrom(
      CellKind cell, int vocabulary, int embedding, int hidden, int layers) {
    LanguageModel model = model(cell, vocabulary, embedding, hidden, layers);
    int batch = 3;
    int[] tokens = tokens(STEPS * batch, vocabulary, 7); // time first
    Tape tape = Tape.computing(ThreadTeam.single());
    float[] logits =
        model.forward(tape, tokens, STEPS, batch, model.initialState(batch)).logits().data();

    FrozenLanguageModel frozen = model.freeze();
    for (int row = 0; row < batch; row++) {
      FrozenLanguageModel.State state = frozen.initialState();
      for (int step = 0; step < STEPS; step++) {
        frozen.advance(state, tokens[step * batch + row]);
        int at = (step * batch + row) * vocabulary;
        assertThat(state.logits())
            .as("row %d, step %d", row, step)
            .isEqualTo(Arrays.copyOfRange(logits, at, at + vocabulary));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "RNN_TANH, 28, 0, 323, 1",
    "LSTM, 31, 24, 130, 2",
    "GRU, 28, 0, 200, 3",
    "LAYER_NORM_GRU, 28, 7, 130, 1",
    "MIN_LSTM, 28, 7, 323, 2",
  })
  void threadsThatShareATokenGiveTheSameBits(
      CellKind cell, int vocabulary, int embedding, int hidden, int layers) {
    FrozenLanguageModel model = model(cell, vocabulary, embedding, hidden, layers).freeze();
    int[] tokens = tokens(STEPS, vocabulary, 7);
    float[] expected = advance(model, model.initialState(), tokens);
    for (int threads : new int[] {1, 2, 3, 5}) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        FrozenLanguageModel.State state = model.initialState();
        for (int step = 0; step < STEPS; step++) {
          FrozenLanguageModel.State unread = state.copy();
          model.read(unread, tokens[step], team);
          model.advance(state, tokens[step], team);
          assertThat(state.logits())
              .as("%d threads, step %d", threads, step)
              .isEqualTo(Arrays.copyOfRange(expected, step * vocabulary, (step + 1) * vocabulary));
          if (step < STEPS - 1) { // what was only read leads to the same place
            model.advance(unread, tokens[step + 1], team);
            int at = (step + 1) * vocabulary;
            assertThat(unread.logits())
                .isEqualTo(Arrays.copyOfRange(expected, at, at + vocabulary));
          }
        }
      }
    }
  }

  private static FrozenLanguageModel ofManyWords(boolean adaptive) {
    LanguageModelConfig config = new LanguageModelConfig(3_001, 40, CellKind.GRU, 330, 1);
    OutputConfig clusters =
        new OutputConfig.Adaptive(new AdaptiveSoftmax.Options(List.of(900, 2_000), 2, false));
    return new LanguageModel(
            adaptive ? config.withOutput(clusters) : config, new SplittableRandom(4))
        .freeze();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void threadsThatShareALargeOutputGiveTheSameBits(boolean adaptive) {
    FrozenLanguageModel model = ofManyWords(adaptive);
    assertThat(model.threads(3)).isGreaterThan(1);
    int[] tokens = tokens(STEPS, 3_001, 5);
    float[] expected = advance(model, model.initialState(), tokens);
    for (int threads : new int[] {2, 3, 7}) {
      try (ThreadTeam team = new ThreadTeam(threads)) {
        FrozenLanguageModel.State state = model.initialState();
        for (int step = 0; step < STEPS; step++) {
          model.advance(state, tokens[step], team);
          assertThat(
                  Arrays.equals(
                      state.logits(),
                      Arrays.copyOfRange(expected, step * 3_001, (step + 1) * 3_001)))
              .as("%d threads, step %d", threads, step)
              .isTrue();
        }
      }
    }
  }

  /** A row by itself and rows of a batch go through tiles of other shapes where all is wide. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rowsOfAWideModelAreWhatTheyAreAlone(boolean adaptive) {
    FrozenLanguageModel model = ofManyWords(adaptive);
    SplittableRandom random = new SplittableRandom(6);
    FrozenLanguageModel.State batch = model.initialState();
    List<FrozenLanguageModel.State> alone = new ArrayList<>(List.of(model.initialState()));
    try (ThreadTeam team = new ThreadTeam(2)) {
      for (int step = 0; step < STEPS; step++) {
        int[] read = random.ints(batch.rows(), 0, 3_001).toArray();
        model.advance(batch, read, team);
        for (int row = 0; row < read.length; row++) {
          model.advance(alone.get(row), read[row]);
          float[] ofRow = Arrays.copyOfRange(batch.logits(), row * 3_001, (row + 1) * 3_001);
          assertThat(Arrays.equals(ofRow, alone.get(row).logits()))
              .as("step %d, row %d of %d", step, row, read.length)
              .isTrue();
        }
        int[] from = random.ints(1 + step % 3 * 6, 0, batch.rows()).toArray();
        batch.select(from);
        List<FrozenLanguageModel.State> all = alone;
        alone = new ArrayList<>(IntStream.of(from).mapToObj(row -> all.get(row).copy()).toList());
        assertThat(batch.logits()).startsWith(alone.getFirst().logits());
      }
    }
  }

  @Test
  void moreTextsThanArraysCanHoldAreRefusedAndChangeNothing() {
    FrozenLanguageModel model = ofManyWords(false);
    FrozenLanguageModel.State state = model.initialState();
    model.advance(state, 7);
    float[] logits = state.logits().clone();
    int most = Integer.MAX_VALUE / 3_001;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> state.select(new int[most + 1]))
        .withMessage(
            "a model of this size can advance %,d texts together, not %,d: take some at a time",
            most, most + 1);

    assertThat(state.rows()).isEqualTo(1);
    assertThat(state.logits()).isEqualTo(logits);
  }

  @Test
  void theModelMayBeTrainedOnWithoutChangingWhatWasFrozen() {
    LanguageModel model = model(CellKind.RNN_TANH, 20, 6, 9, 2);
    FrozenLanguageModel frozen = model.freeze();
    int[] tokens = tokens(STEPS, 20, 3);
    float[] before = advance(frozen, frozen.initialState(), tokens);

    model.parameters().values().forEach(p -> Arrays.fill(p.data(), 0.1f));

    assertThat(advance(frozen, frozen.initialState(), tokens)).isEqualTo(before);
    FrozenLanguageModel later = model.freeze();
    assertThat(advance(later, later.initialState(), tokens)).isNotEqualTo(before);
  }

  @Test
  void aCopyGoesItsOwnWay() {
    FrozenLanguageModel model = model(CellKind.RNN_TANH, 20, 0, 9, 2).freeze();
    FrozenLanguageModel.State state = model.initialState();
    int[] prefix = tokens(5, 20, 1);
    int[] left = tokens(STEPS, 20, 2);
    int[] right = tokens(STEPS, 20, 3);
    advance(model, state, prefix);

    FrozenLanguageModel.State copy = state.copy();
    assertThat(copy.logits()).isEqualTo(state.logits()).isNotSameAs(state.logits());
    float[] ofLeft = advance(model, state, left);
    float[] ofRight = advance(model, copy, right);

    assertThat(ofLeft).isEqualTo(afterPrefix(model, prefix, left));
    assertThat(ofRight).isEqualTo(afterPrefix(model, prefix, right));
  }

  private static float[] afterPrefix(FrozenLanguageModel model, int[] prefix, int[] rest) {
    FrozenLanguageModel.State state = model.initialState();
    advance(model, state, prefix);
    return advance(model, state, rest);
  }

  @Test
  void readingWithoutPredictingLeadsToTheSamePlace() {
    FrozenLanguageModel model = model(CellKind.RNN_RELU, 20, 4, 9, 2).freeze();
    int[] tokens = tokens(STEPS, 20, 1);
    FrozenLanguageModel.State read = model.initialState();
    for (int i = 0; i < STEPS - 1; i++) {
      model.read(read, tokens[i]);
    }
    model.advance(read, tokens[STEPS - 1]);

    float[] all = advance(model, model.initialState(), tokens);
    assertThat(read.logits()).isEqualTo(Arrays.copyOfRange(all, (STEPS - 1) * 20, STEPS * 20));
  }

  @Test
  void manyThreadsShareOneModel() throws Exception {
    FrozenLanguageModel model = model(CellKind.RNN_TANH, 40, 0, 33, 2).freeze();
    int texts = 16;
    List<float[]> alone = new ArrayList<>();
    for (int text = 0; text < texts; text++) {
      alone.add(advance(model, model.initialState(), tokens(200, 40, text)));
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      List<Future<float[]>> together = new ArrayList<>();
      for (int text = 0; text < texts; text++) {
        int[] tokens = tokens(200, 40, text);
        together.add(threads.submit(() -> advance(model, model.initialState(), tokens)));
      }
      for (int text = 0; text < texts; text++) {
        assertThat(together.get(text).get()).isEqualTo(alone.get(text));
      }
    }
  }

  @Test
  void aStateOfAnotherModelIsRefused() {
    LanguageModel model = model(CellKind.GRU, 20, 0, 9, 1);
    FrozenLanguageModel frozen = model.freeze();
    FrozenLanguageModel.State state = model.freeze().initialState();
    for (FrozenLanguageModel.State its : List.of(state, state.copy())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> frozen.advance(its, 1))
          .withMessage(
              "this state is of another model: advance it with the one whose initialState() made"
                  + " it");
      assertThatIllegalArgumentException().isThrownBy(() -> frozen.read(its, 1));
    }
  }

  @Test
  void aTokenOutsideTheVocabularyIsNamedAndChangesNothing() {
    FrozenLanguageModel model = model(CellKind.RNN_TANH, 20, 0, 9, 1).freeze();
    FrozenLanguageModel.State state = model.initialState();
    for (int token : new int[] {-1, 20, Integer.MAX_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.advance(state, token))
          .withMessage("token %d is outside 0 to 19", token);
    }
    int[] tokens = tokens(3, 20, 1);
    assertThat(advance(model, state, tokens))
        .isEqualTo(advance(model, model.initialState(), tokens));
  }
}
