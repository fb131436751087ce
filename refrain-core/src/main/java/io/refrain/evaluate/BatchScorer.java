package io.refrain.evaluate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.Sizes;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tells how likely each token of many sequences is, each sequence being a text of its own.
 *
 * <p>Sequences of about the same length are read side by side, so that weights are read once for
 * all of them; long ones are read stretch by stretch, as many tokens at once as there is room for.
 * Neither changes a bit: a sequence gets the same probabilities in whatever company it is read. One
 * scorer serves one thread.
 */
public final class BatchScorer {
  private final LanguageModel model;
  private final Options options;
  private final Tape tape;

  /** Takes what each token came to: those of a sequence in their order, sequences in any. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes one token.
     *
     * @param sequence which of the sequences
     * @param at which of its tokens, from 1; the first is given
     * @param logProbability log P(token | tokens before), in nats
     */
    void accept(int sequence, int at, float logProbability);
  }

  /**
   * How much is read at once. It decides time and memory, and nothing else.
   *
   * @param rows sequences side by side, at most
   * @param tokens of all of them together, at most, but one a row
   */
  public record Options(int rows, int tokens) {
    /** From here on, more rows are no faster. */
    private static final int ROWS = 64;

    private static final int MOST_TOKENS = 4096;

    /** Values of all hidden states: layers hold some ten times as many while they run. */
    private static final int VALUES = 1 << 21;

    /** Checks the numbers. */
    public Options {
      Sizes.positive("number of rows", rows);
      Sizes.positive("number of tokens at once", tokens);
    }

    /** As much as pays for a model. */
    public static Options of(LanguageModelConfig model) {
      long width = (long) model.hidden() * model.layers();
      return new Options(ROWS, (int) Math.clamp(VALUES / width, ROWS, MOST_TOKENS));
    }
  }

  /**
   * Creates a scorer that reads as much at once as pays.
   *
   * @param model whose weights nobody may change meanwhile
   * @param team shares the work; changes no bit
   */
  public BatchScorer(LanguageModel model, ThreadTeam team) {
    this(model, team, Options.of(model.config()));
  }

  /**
   * Creates a scorer.
   *
   * @param model whose weights nobody may change meanwhile
   * @param team shares the work; changes no bit
   */
  public BatchScorer(LanguageModel model, ThreadTeam team, Options options) {
    this.model = model;
    this.options = options;
    tape = Tape.computing(team);
  }

  /**
   * Scores sequences.
   *
   * @param sequences of any number of tokens; where there are fewer than two, none is predicted
   * @param sink takes every predicted token
   * @throws IllegalArgumentException when a token is none of the model's
   */
  public void score(List<int[]> sequences, Sink sink) {
    int[] order =
        IntStream.range(0, sequences.size())
            .filter(i -> sequences.get(i).length > 1)
            .boxed()
            .sorted(Comparator.comparingInt(i -> -sequences.get(i).length)) // stable
            .mapToInt(i -> i)
            .toArray();
    for (int first = 0; first < order.length; first += options.rows()) {
      int end = Math.min(order.length, first + options.rows());
      scoreTogether(sequences, Arrays.copyOfRange(order, first, end), sink);
    }
  }

  /**
   * Reads some sequences side by side.
   *
   * @param rows their numbers, by falling length: those that have ended are always the last
   */
  private void scoreTogether(List<int[]> sequences, int[] rows, Sink sink) {
    int present = rows.length;
    RecurrentState state = model.initialState(present);
    for (int from = 0; present > 0; ) {
      int steps = Math.max(1, options.tokens() / present);
      List<int[]> stretches = new ArrayList<>();
      for (int row = 0; row < present; row++) {
        int[] tokens = sequences.get(rows[row]);
        int to = (int) Math.min(tokens.length, from + steps + 1L);
        stretches.add(Arrays.copyOfRange(tokens, from, to));
      }
      LanguageModel.TokenProbabilities read = model.logProbabilities(tape, stretches, state);
      for (int row = 0; row < present; row++) {
        float[] logProbabilities = read.logProbabilities().get(row);
        for (int i = 0; i < logProbabilities.length; i++) {
          sink.accept(rows[row], from + i + 1, logProbabilities[i]);
        }
      }
      from += steps;
      while (present > 0 && sequences.get(rows[present - 1]).length - 1 <= from) {
        present--;
      }
      if (present > 0) {
        state = model.initialState(present);
        state.assignRows(0, read.state(), 0, present);
      }
      tape.clear();
    }
  }
}
