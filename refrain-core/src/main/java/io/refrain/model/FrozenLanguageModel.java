package io.refrain.model;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Embedding;
import io.refrain.nn.Sizes;
import io.refrain.nn.recurrent.FrozenStack;
import org.jspecify.annotations.Nullable;

/**
 * A trained language model for inference: immutable weights that any number of threads share. What
 * a text carries is a {@link State} that its caller owns.
 */
public final class FrozenLanguageModel {
  private final LanguageModelConfig config;
  private final float @Nullable [] embedding;
  private final FrozenStack stack;
  private final FrozenOutput output;
  private final int mostRows; // for which every array can be made

  /**
   * Where a text stands: the recurrent state, and the logits of its next token; or several texts,
   * the rows of a batch, which advance together for far less than each by itself, with the same
   * bits. It belongs to the model that made it.
   */
  public static final class State {
    private final FrozenLanguageModel model;
    private final FrozenStack.State recurrent;
    private final FrozenOutput.Reader output;
    private final int[] token = new int[1];
    private float[] vectors = {}; // [rows × embedding]
    private float[] logits;
    private float[] spare = {}; // as many, for the next selection

    private State(FrozenLanguageModel model, FrozenStack.State recurrent, float[] logits) {
      this.model = model;
      this.recurrent = recurrent;
      this.output = model.output.reader();
      this.logits = logits;
    }

    /** How many texts these are. */
    public int rows() {
      return recurrent.rows();
    }

    /**
     * The logits of the next token after the last {@link #advance}, [rows × vocabulary]: the array
     * itself, until the next {@link #select}.
     */
    public float[] logits() {
      return logits;
    }

    /**
     * Goes on with other texts: row i becomes what row {@code from[i]} was. So texts leave a batch,
     * change places, or branch.
     *
     * @param from at least one, each from 0 to {@link #rows} - 1, any of them more than once
     * @throws IllegalArgumentException when it is not so, or when the arrays of so many would be
     *     too long; nothing has changed then
     */
    public void select(int... from) {
      if (from.length > model.mostRows) {
        throw new IllegalArgumentException(
            "a model of this size can advance %,d texts together, not %,d: take some at a time"
                .formatted(model.mostRows, from.length));
      }
      recurrent.select(from);
      int width = model.config.vocabulary();
      float[] old = logits;
      logits = spare.length == from.length * width ? spare : new float[from.length * width];
      for (int row = 0; row < from.length; row++) {
        System.arraycopy(old, from[row] * width, logits, row * width, width);
      }
      spare = old;
    }

    /** A copy that goes its own way. */
    public State copy() {
      return new State(model, recurrent.copy(), logits.clone());
    }
  }

  FrozenLanguageModel(
      LanguageModelConfig config,
      @Nullable Embedding embedding,
      FrozenStack stack,
      FrozenOutput output) {
    this.config = config;
    this.embedding = embedding == null ? null : embedding.weight().values();
    this.stack = stack;
    this.output = output;
    int widest = Math.max(config.vocabulary(), config.embedding());
    mostRows = Math.min(stack.mostRows(), Integer.MAX_VALUE / widest);
  }

  /** The shape of the model. */
  public LanguageModelConfig config() {
    return config;
  }

  /** How many of so many threads make the token of a single text come sooner. */
  public int threads(int available) {
    return threads(available, 1);
  }

  /**
   * How many of so many threads make tokens come sooner; see {@link #advance}.
   *
   * @param available at least 1
   * @param rows texts that advance together, at least 1
   */
  public int threads(int available, int rows) {
    return Math.max(stack.threads(available, rows), output.threads(available, rows));
  }

  /** Where a text begins; {@link State#select} makes several of it. */
  public State initialState() {
    return new State(this, stack.initialState(), new float[config.vocabulary()]);
  }

  /**
   * Reads a token and computes the logits of the next.
   *
   * @param token from 0 to the vocabulary's size - 1
   * @throws IllegalArgumentException when it is not, or when the state is of another model or of
   *     several texts; nothing has changed then
   */
  public void advance(State state, int token) {
    advance(state, token, null);
  }

  /**
   * Reads a token and computes the logits of the next.
   *
   * @param team its threads share the work of the layers and of the output where that pays, see
   *     {@link #threads}; null for the calling thread alone. Changes no bit.
   * @throws IllegalArgumentException as without a team
   */
  public void advance(State state, int token, @Nullable ThreadTeam team) {
    state.token[0] = token;
    advance(state, state.token, team);
  }

  /**
   * Reads a token of each text and computes the logits of the next ones. What a text comes to does
   * not depend, in any bit, on which others there are.
   *
   * @param tokens one for each row
   * @param team as for a single text
   * @throws IllegalArgumentException as for a single text
   */
  public void advance(State state, int[] tokens, @Nullable ThreadTeam team) {
    read(state, tokens, team);
    state.output.logits(state.rows(), state.recurrent.output(), team, state.logits);
  }

  /**
   * Reads a token without computing what comes next: cheaper within a prefix.
   *
   * @throws IllegalArgumentException as of {@link #advance}
   */
  public void read(State state, int token) {
    read(state, token, null);
  }

  /**
   * Reads a token without computing what comes next.
   *
   * @param team as in {@link #advance}
   * @throws IllegalArgumentException as of {@link #advance}
   */
  public void read(State state, int token, @Nullable ThreadTeam team) {
    state.token[0] = token;
    read(state, state.token, team);
  }

  private void read(State state, int[] tokens, @Nullable ThreadTeam team) {
    if (state.model != this) {
      throw new IllegalArgumentException(
          "this state is of another model: advance it with the one whose initialState() made it");
    }
    Sizes.equal("number of tokens", state.rows(), tokens.length);
    for (int token : tokens) {
      if (token < 0 || token >= config.vocabulary()) {
        throw new IllegalArgumentException(
            "token %d is outside 0 to %d".formatted(token, config.vocabulary() - 1));
      }
    }
    // The team may be there for the output alone: then its threads would only meet in the layers.
    boolean pays = team != null && stack.threads(team.size(), tokens.length) > 1;
    ThreadTeam readers = pays ? team : null;
    if (embedding == null) {
      stack.advance(state.recurrent, tokens, readers);
    } else if (tokens.length == 1) {
      stack.advance(state.recurrent, embedding, tokens[0] * config.embedding(), readers);
    } else {
      stack.advance(state.recurrent, embed(state, embedding, tokens), 0, readers);
    }
  }

  private float[] embed(State state, float[] weight, int... tokens) {
    int width = config.embedding();
    if (state.vectors.length < tokens.length * width) {
      state.vectors = new float[tokens.length * width];
    }
    for (int row = 0; row < tokens.length; row++) {
      System.arraycopy(weight, tokens[row] * width, state.vectors, row * width, width);
    }
    return state.vectors;
  }
}
