package io.refrain.generate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.nn.Sizes;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One text as it is read or written: the place of all mutable state of inference.
 *
 * <p>A session belongs to one thread at a time; the model behind it is shared by all.
 *
 * <pre>{@code
 * Sampler sampler =
 *     new Sampler(Sampler.Options.temperature(0.8).excluding(tokenizer.specialIds()));
 * Session session = new Session(model);
 * session.read(tokenizer.encodePrefix("time traveller "));
 * TextDecoder decoder = tokenizer.decoder();
 * session.write(200, sampler, random, token -> {
 *   System.out.print(decoder.next(token));
 *   return true;
 * });
 * System.out.print(decoder.end());
 * }</pre>
 */
public final class Session {
  private static final String NOTHING_READ = "read at least one token first: a prefix";

  private final FrozenLanguageModel model;
  private final FrozenLanguageModel.State state;
  private final @Nullable ThreadTeam team;
  private final RecentTokens recent;
  private boolean begun;

  /** Begins a text. */
  public Session(FrozenLanguageModel model) {
    this(model, model.initialState(), null, new RecentTokens(), false);
  }

  /**
   * Begins a text whose tokens several threads make together: sooner where the model is large, see
   * {@link FrozenLanguageModel#threads}, and to the same bits.
   *
   * @param team works for one session at a time
   */
  public Session(FrozenLanguageModel model, ThreadTeam team) {
    this(model, model.initialState(), team, new RecentTokens(), false);
  }

  private Session(
      FrozenLanguageModel model,
      FrozenLanguageModel.State state,
      @Nullable ThreadTeam team,
      RecentTokens recent,
      boolean begun) {
    this.model = model;
    this.state = state;
    this.team = team;
    this.recent = recent;
    this.begun = begun;
  }

  /**
   * Reads tokens: the warm-up on a prefix.
   *
   * @param tokens each from 0 to the vocabulary's size - 1
   * @throws IllegalArgumentException when one is not; none has been read then
   */
  public void read(int... tokens) {
    Sizes.indices("token", tokens, model.config().vocabulary());
    for (int i = 0; i < tokens.length - 1; i++) {
      model.read(state, tokens[i], team);
      recent.add(tokens[i]);
    }
    if (tokens.length > 0) {
      advance(tokens[tokens.length - 1]);
      begun = true;
    }
  }

  private void advance(int token) {
    model.advance(state, token, team);
    recent.add(token);
  }

  /**
   * The logits of the next token: the array itself.
   *
   * @throws IllegalStateException when nothing has been read, for then nothing is predicted
   */
  public float[] logits() {
    if (!begun) {
      throw new IllegalStateException(NOTHING_READ);
    }
    return state.logits();
  }

  /**
   * Writes tokens, each chosen from the model's prediction and read back. The one that ends the
   * text is not: to write on after it, {@linkplain #read read} it first.
   *
   * @param length at most how many
   * @param sampler how to choose
   * @param random draws; not used by a greedy sampler
   * @param sink takes each token as it is made; false ends the text
   */
  public void write(int length, Sampler sampler, RandomGenerator random, IntPredicate sink) {
    for (int i = 0; i < length; i++) {
      int token = choose(sampler, random);
      if (!sink.test(token)) {
        return;
      }
      advance(token);
    }
  }

  /**
   * Chooses a next token, and does not read it.
   *
   * @param random draws; not used by a greedy sampler
   */
  public int choose(Sampler sampler, RandomGenerator random) {
    return sampler.choose(logits(), recent, random);
  }

  /**
   * A session at the same place, which goes its own way; with the same team of threads, if any, so
   * that the two cannot work at the same time.
   */
  public Session fork() {
    return new Session(model, state.copy(), team, recent.copy(), begun);
  }

  /**
   * Several texts at the same place, which go their own ways together; with the same team of
   * threads, if any, so that they and this session cannot work at the same time.
   *
   * @param texts at least 1
   * @throws IllegalStateException when nothing has been read
   */
  public SessionBatch batch(int texts) {
    if (texts < 1) {
      throw new IllegalArgumentException("there must be at least 1 text, but is " + texts);
    }
    if (!begun) {
      throw new IllegalStateException(NOTHING_READ);
    }
    FrozenLanguageModel.State copies = state.copy();
    copies.select(new int[texts]);
    List<RecentTokens> recents = Stream.generate(recent::copy).limit(texts).toList();
    return new SessionBatch(model, copies, team, recents);
  }
}
