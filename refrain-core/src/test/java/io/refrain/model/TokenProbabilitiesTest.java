package io.refrain.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** log P of each token of sequences of different length, held to reading them token by token. */
class TokenProbabilitiesTest {
  private static final int VOCABULARY = 23;

  private static final LanguageModelConfig ONE_HOT =
      new LanguageModelConfig(VOCABULARY, 0, CellKind.LAYER_NORM_LSTM, 11, 1);
  private static final LanguageModelConfig TIED =
      new LanguageModelConfig(
          VOCABULARY, 6, CellKind.GRU, 9, 2, true, false, LanguageModelRegularization.NONE);

  /** A model of each kind of output, and of cells that run in different ways. */
  enum Kind {
    FULL,
    FULL_TIED,
    SAMPLED,
    ADAPTIVE,
    ADAPTIVE_BIASED;

    private LanguageModelConfig config() {
      return switch (this) {
        case FULL -> ONE_HOT;
        case FULL_TIED -> TIED;
        case SAMPLED -> TIED.withOutput(new OutputConfig.Sampled(7));
        case ADAPTIVE -> adaptive(CellKind.RNN_TANH, false);
        case ADAPTIVE_BIASED -> adaptive(CellKind.MIN_GRU, true);
      };
    }

    LanguageModel model() {
      LanguageModel model = new LanguageModel(config(), new SplittableRandom(1));
      for (Parameter parameter : model.parameters().values()) {
        for (int i = 0; i < parameter.size(); i++) {
          parameter.data()[i] *= 2; // sharper than at the beginning
        }
      }
      return model;
    }
  }

  private static LanguageModelConfig adaptive(CellKind cell, boolean headBias) {
    return new LanguageModelConfig(VOCABULARY, 6, cell, 9, 2)
        .withOutput(
            new OutputConfig.Adaptive(new AdaptiveSoftmax.Options(List.of(5, 12), 2, headBias)));
  }

  private static double[] oneByOne(FrozenLanguageModel model, int[] tokens) {
    FrozenLanguageModel.State state = model.initialState();
    double[] result = new double[tokens.length - 1];
    for (int i = 0; i < result.length; i++) {
      model.advance(state, tokens[i]);
      double sum = 0;
      for (float logit : state.logits()) {
        sum += Math.exp(logit);
      }
      result[i] = state.logits()[tokens[i + 1]] - Math.log(sum);
    }
    return result;
  }

  private static List<int[]> sequences(List<Integer> lengths, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return lengths.stream().map(length -> random.ints(length, 0, VOCABULARY).toArray()).toList();
  }

  private static List<float[]> judge(LanguageModel model, List<int[]> sequences, int threads) {
    try (ThreadTeam team = new ThreadTeam(threads)) {
      return model
          .logProbabilities(Tape.computing(team), sequences, model.initialState(sequences.size()))
          .logProbabilities();
    }
  }

  @Property(tries = 80)
  void areThoseOfReadingTokenByToken(
      @ForAll Kind kind,
      @ForAll @Size(min = 1, max = 7) List<@IntRange(min = 2, max = 12) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 3) int threads,
      @ForAll long seed) {
    List<int[]> sequences = sequences(lengths, seed);
    LanguageModel model = kind.model();
    FrozenLanguageModel frozen = model.freeze();

    List<float[]> all = judge(model, sequences, threads);

    assertThat(all).hasSameSizeAs(sequences);
    for (int i = 0; i < all.size(); i++) {
      double[] expected = oneByOne(frozen, sequences.get(i));
      assertThat(all.get(i)).hasSameSizeAs(expected);
      for (int token = 0; token < expected.length; token++) {
        assertThat((double) all.get(i)[token]).isCloseTo(expected[token], within(1e-5));
      }
      assertThat(all.get(i))
          .as("alone")
          .isEqualTo(judge(model, List.of(sequences.get(i)), 1).getFirst());
    }
  }

  /** Cut anywhere, each piece beginning with the last token of the one before. */
  @Property(tries = 40)
  void aSequenceMayBeReadPieceByPiece(
      @ForAll Kind kind, @ForAll @IntRange(min = 2, max = 10) int cut, @ForAll long seed) {
    List<int[]> sequences = sequences(List.of(12, 12), seed);
    LanguageModel model = kind.model();
    Tape tape = Tape.computing(ThreadTeam.single());
    LanguageModel.TokenProbabilities head =
        model.logProbabilities(tape, cut(sequences, 0, cut + 1), model.initialState(2));
    List<float[]> tail =
        model.logProbabilities(tape, cut(sequences, cut, 12), head.state()).logProbabilities();

    List<float[]> whole = judge(model, sequences, 1);
    for (int i = 0; i < 2; i++) {
      float[] joined = Arrays.copyOf(head.logProbabilities().get(i), 11);
      System.arraycopy(tail.get(i), 0, joined, cut, 11 - cut);
      assertThat(joined).isEqualTo(whole.get(i));
    }
  }

  private static List<int[]> cut(List<int[]> sequences, int from, int to) {
    return sequences.stream().map(tokens -> Arrays.copyOfRange(tokens, from, to)).toList();
  }

  @Test
  void mistakesAreNamed() {
    List<int[]> wrong = new ArrayList<>(List.of(new int[] {1, 2}, new int[] {1, VOCABULARY}));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> judge(Kind.FULL.model(), wrong, 1))
        .withMessageContainingAll("target 23", "position 1", "0 to 22");
    wrong.set(1, new int[] {-1, 2, 3});
    for (Kind kind : List.of(Kind.FULL, Kind.FULL_TIED)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> judge(kind.model(), wrong, 1))
          .withMessageContainingAll("index -1", "0 to 22");
    }
    wrong.set(1, new int[] {1});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> judge(Kind.FULL.model(), wrong, 1))
        .withMessageContainingAll("at least 2 tokens", "has 1");
  }
}
