package io.refrain.generate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One text as it is read or written: the place of all mutable state of inference.
 *
 * <p>A session belongs to one thread at a time; the model behind it is shared by all.
 *
 * <pre>{@code
 * Session session = new Session(model);
 * session.read(tokenizer.encodePrefix("time traveller "));
 * session.write(200, new Sampler(Sampler.Options.temperature(0.8)), random, token -> {
 *   System.out.print(tokenizer.piece(token));
 *   return true;
 * });
 * }</pre>
 */
public final class Session {
  private final FrozenLanguageModel model;
  private final FrozenLanguageModel.State state;
  private final @Nullable ThreadTeam team;
  private boolean begun;

  /** Begins a text. */
  public Session(FrozenLanguageModel model) {
    this(model, model.initialState(), null, false);
  }

  /**
   * Begins a text whose tokens several threads make together: sooner where the model is large, see
   * {@link FrozenLanguageModel#threads}, and to the same bits.
   *
   * @param team works for one session at a time
   */
  public Session(FrozenLanguageModel model, ThreadTeam team) {
    this(model, model.initialState(), team, false);
  }

  private Session(
      FrozenLanguageModel model,
      FrozenLanguageModel.State state,
      @Nullable ThreadTeam team,
      boolean begun) {
    this.model = model;
    this.state = state;
    this.team = team;
    this.begun = begun;
  }

  /** Reads tokens: the warm-up on a prefix. */
  public void read(int... tokens) {
    for (int i = 0; i < tokens.length - 1; i++) {
      model.read(state, tokens[i], team);
    }
    if (tokens.length > 0) {
      model.advance(state, tokens[tokens.length - 1], team);
      begun = true;
    }
  }

  /**
   * The logits of the next token: the array itself.
   *
   * @throws IllegalStateException when nothing has been read, for then nothing is predicted
   */
  public float[] logits() {
    if (!begun) {
      throw new IllegalStateException("read at least one token first: a prefix");
    }
    return state.logits();
  }

  /**
   * Writes tokens, each chosen from the model's prediction and read back.
   *
   * @param length at most how many
   * @param sampler how to choose
   * @param random draws; not used by a greedy sampler
   * @param sink takes each token as it is made; false ends the text
   */
  public void write(int length, Sampler sampler, RandomGenerator random, IntPredicate sink) {
    for (int i = 0; i < length; i++) {
      int token = sampler.choose(logits(), random);
      if (!sink.test(token)) {
        return;
      }
      model.advance(state, token, team);
    }
  }

  /** A session at the same place, which goes its own way. */
  public Session fork() {
    return new Session(model, state.copy(), team, begun);
  }
}
