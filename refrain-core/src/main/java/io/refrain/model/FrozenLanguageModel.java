package io.refrain.model;

import io.refrain.kernel.ThreadTeam;
import io.refrain.nn.Embedding;
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

  /**
   * Where one text stands: the recurrent state, and the logits of its next token. It belongs to the
   * model that made it.
   */
  public static final class State {
    private final FrozenLanguageModel model;
    private final FrozenStack.State recurrent;
    private final FrozenOutput.Reader output;
    private final float[] logits;

    private State(FrozenLanguageModel model, FrozenStack.State recurrent, float[] logits) {
      this.model = model;
      this.recurrent = recurrent;
      this.output = model.output.reader();
      this.logits = logits;
    }

    /** The logits of the next token after the last {@link #advance}: the array itself. */
    public float[] logits() {
      return logits;
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
  }

  /** The shape of the model. */
  public LanguageModelConfig config() {
    return config;
  }

  /** How many of so many threads make a token come sooner; see {@link #advance}. */
  public int threads(int available) {
    return stack.threads(available);
  }

  /** Where a text begins. */
  public State initialState() {
    return new State(this, stack.initialState(), new float[config.vocabulary()]);
  }

  /**
   * Reads a token and computes the logits of the next.
   *
   * @param token from 0 to the vocabulary's size - 1
   * @throws IllegalArgumentException when it is not, or when the state is of another model; nothing
   *     has changed then
   */
  public void advance(State state, int token) {
    advance(state, token, null);
  }

  /**
   * Reads a token and computes the logits of the next.
   *
   * @param team its threads share the work, which pays where the weights of a layer are more than a
   *     core's second-level cache holds; null for the calling thread alone. Changes no bit.
   * @throws IllegalArgumentException as without a team
   */
  public void advance(State state, int token, @Nullable ThreadTeam team) {
    read(state, token, team);
    state.output.logits(state.recurrent.output(), state.logits);
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
    if (state.model != this) {
      throw new IllegalArgumentException(
          "this state is of another model: advance it with the one whose initialState() made it");
    }
    if (token < 0 || token >= config.vocabulary()) {
      throw new IllegalArgumentException(
          "token %d is outside 0 to %d".formatted(token, config.vocabulary() - 1));
    }
    if (embedding == null) {
      stack.advance(state.recurrent, token, team);
    } else {
      stack.advance(state.recurrent, embedding, token * config.embedding(), team);
    }
  }
}
