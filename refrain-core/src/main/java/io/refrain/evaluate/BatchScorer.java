package io.refrain.evaluate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Sizes;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.Tape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Tells how likely each token of many sequences is, each sequence being a text of its own.
 *
 * <p>Sequences are read side by side, so that weights are fetched once for all of them: each in a
 * lane, a few steps at a time, and the next sequence takes the lane of one that has ended. The
 * longest come first; short ones fill what is left at the end. All passes are of one size, whatever
 * the lengths, and use the same buffers; what a lane lacks to the end of a pass is wasted, half the
 * steps of a pass a sequence. Where fewer sequences are left than lanes, lanes become fewer and
 * longer, so that a single long sequence is read in stretches.
 *
 * <p>A sequence gets the same probabilities, bit by bit, in whatever company it is read. One scorer
 * serves one thread.
 */
public final class BatchScorer {
  private final LanguageModel model;
  private final Options options;
  private final Tape tape;
  private final RecurrentState zero; // of one lane

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
   * @param lanes sequences side by side, at most
   * @param tokens of all of them together, at most, but one a lane
   */
  public record Options(int lanes, int tokens) {
    /** Few enough steps to waste little, enough rows to fetch weights for. */
    public static final Options USUAL = new Options(64, 256);

    /** Checks the numbers. */
    public Options {
      Sizes.positive("number of lanes", lanes);
      Sizes.positive("number of tokens at once", tokens);
    }
  }

  /**
   * Creates a scorer that reads as much at once as pays.
   *
   * @param model whose weights nobody may change meanwhile
   * @param team shares the work; changes no bit
   */
  public BatchScorer(LanguageModel model, ThreadTeam team) {
    this(model, team, Options.USUAL);
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
    tape = Tape.reading(team);
    zero = model.initialState(1);
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
    if (order.length > 0) {
      new Lanes(sequences, order, sink).run();
    }
  }

  /** The sequences that are being read. */
  private final class Lanes {
    private static final int NONE = -1;

    private final List<int[]> sequences;
    private final int[] order;
    private final Sink sink;
    private int next; // of the order

    private int[] sequence; // in each lane
    private int[] at; // its token that is read next
    private RecurrentState state;

    Lanes(List<int[]> sequences, int[] order, Sink sink) {
      this.sequences = sequences;
      this.order = order;
      this.sink = sink;
      int lanes = Math.min(options.lanes(), order.length);
      sequence = new int[lanes];
      at = new int[lanes];
      state = model.initialState(lanes);
      Arrays.fill(sequence, NONE);
    }

    void run() {
      while (fill() > 0) {
        pass();
      }
    }

    /** Gives free lanes to the next sequences; returns how many lanes are taken. */
    private int fill() {
      int taken = 0;
      for (int lane = 0; lane < sequence.length; lane++) {
        if (sequence[lane] == NONE && next < order.length) {
          sequence[lane] = order[next++];
          at[lane] = 0;
          state.assignRows(lane, zero, 0, 1);
        }
        taken += sequence[lane] == NONE ? 0 : 1;
      }
      if (taken > 0 && 2 * taken <= sequence.length) {
        closeUp(sequence.length / 2);
      }
      return taken;
    }

    /** Goes on with so many lanes, which are enough. */
    private void closeUp(int lanes) {
      int[] itsSequence = new int[lanes];
      int[] itsAt = new int[lanes];
      RecurrentState itsState = model.initialState(lanes);
      Arrays.fill(itsSequence, NONE);
      int free = 0;
      for (int lane = 0; lane < sequence.length; lane++) {
        if (sequence[lane] != NONE) {
          itsSequence[free] = sequence[lane];
          itsAt[free] = at[lane];
          itsState.assignRows(free++, state, lane, 1);
        }
      }
      sequence = itsSequence;
      at = itsAt;
      state = itsState;
    }

    /** How many targets a lane still has. */
    private int left(int lane) {
      return sequence[lane] == NONE ? 0 : sequences.get(sequence[lane]).length - 1 - at[lane];
    }

    /** Reads some steps of every lane, and hands on what they came to. */
    private void pass() {
      int lanes = sequence.length;
      int most = IntStream.range(0, lanes).map(this::left).max().orElseThrow();
      int steps = Math.clamp(options.tokens() / lanes, 1, most);
      int[] tokens = new int[steps * lanes]; // where none is, 0, whose loss nobody reads
      int[] targets = new int[tokens.length];
      for (int lane = 0; lane < lanes; lane++) {
        for (int step = 0; step < Math.min(steps, left(lane)); step++) {
          int[] all = sequences.get(sequence[lane]);
          tokens[step * lanes + lane] = all[at[lane] + step];
          targets[step * lanes + lane] = all[at[lane] + step + 1];
        }
      }
      float[] losses = new float[tokens.length];
      state.assign(model.read(tape, tokens, targets, steps, lanes, state, losses).state());
      tape.clear();
      for (int lane = 0; lane < lanes; lane++) {
        int count = Math.min(steps, left(lane));
        for (int step = 0; step < count; step++) {
          sink.accept(sequence[lane], at[lane] + step + 1, -losses[step * lanes + lane]);
        }
        at[lane] += count;
        if (left(lane) == 0) {
          sequence[lane] = NONE;
        }
      }
    }
  }
}
