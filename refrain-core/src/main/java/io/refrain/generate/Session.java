package io.refrain.generate;

import io.refrain.model.FrozenLanguageModel;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

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
  private boolean begun;

  /** Begins a text. */
  public Session(FrozenLanguageModel model) {
    this(model, model.initialState(), false);
  }

  private Session(FrozenLanguageModel model, FrozenLanguageModel.State state, boolean begun) {
    this.model = model;
    this.state = state;
    this.begun = begun;
  }

  /** Reads tokens: the warm-up on a prefix. */
  public void read(int... tokens) {
    for (int i = 0; i < tokens.length - 1; i++) {
      model.read(state, tokens[i]);
    }
    if (tokens.length > 0) {
      model.advance(state, tokens[tokens.length - 1]);
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
      model.advance(state, token);
    }
  }

  /** A session at the same place, which goes its own way. */
  public Session fork() {
    return new Session(model, state.copy(), begun);
  }
}
