package io.refrain.generate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Several texts that are written side by side: one product a step with each weight for all of them,
 * which takes far less than each text by itself, and comes to the same bits. {@link Session#batch}
 * makes one.
 *
 * <pre>{@code
 * List<StringBuilder> texts = List.of(new StringBuilder(), new StringBuilder());
 * List<TextDecoder> decoders = List.of(tokenizer.decoder(), tokenizer.decoder());
 * SessionBatch batch = session.batch(2);
 * batch.write(200, sampler, SessionBatch.generators(1, 2), (text, token) -> {
 *   texts.get(text).append(decoders.get(text).next(token));
 *   return true;
 * });
 * }</pre>
 */
public final class SessionBatch {
  private final FrozenLanguageModel model;
  private final FrozenLanguageModel.State state;
  private final @Nullable ThreadTeam team;
  private final float[] logits;
  private List<RecentTokens> recent;

  /** Takes tokens as they are made. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes one token.
     *
     * @param text the number of the text, as it was when writing began
     * @return false to end this text
     */
    boolean accept(int text, int token);
  }

  /** Begins where the state stands, which is the batch's from now on. */
  SessionBatch(
      FrozenLanguageModel model,
      FrozenLanguageModel.State state,
      @Nullable ThreadTeam team,
      List<RecentTokens> recent) {
    this.model = model;
    this.state = state;
    this.team = team;
    this.recent = recent;
    logits = new float[model.config().vocabulary()];
  }

  /**
   * Generators for so many texts. That of a text depends on the seed and its number alone, not on
   * how many there are; the first is {@code new SplittableRandom(seed)}, as for a single text.
   *
   * @param count at least 0
   */
  public static List<SplittableRandom> generators(long seed, int count) {
    SplittableRandom root = new SplittableRandom(seed);
    List<SplittableRandom> generators = new ArrayList<>();
    for (int text = 0; text < count; text++) {
      generators.add(text == 0 ? new SplittableRandom(seed) : root.split());
    }
    return generators;
  }

  /** How many texts there are. */
  public int size() {
    return state.rows();
  }

  /**
   * The logits of a text's next token, in an array that the next call uses again.
   *
   * @param text from 0 to {@link #size} - 1
   */
  public float[] logits(int text) {
    if (text < 0 || text >= size()) {
      throw new IllegalArgumentException("text %d is outside 0 to %d".formatted(text, size() - 1));
    }
    System.arraycopy(state.logits(), text * logits.length, logits, 0, logits.length);
    return logits;
  }

  /**
   * Reads a token of each text.
   *
   * @param tokens as many as there are texts
   * @throws IllegalArgumentException when they are not, or a token is outside the vocabulary;
   *     nothing has changed then
   */
  public void read(int... tokens) {
    model.advance(state, tokens, team);
    for (int text = 0; text < tokens.length; text++) {
      recent.get(text).add(tokens[text]);
    }
  }

  /**
   * Goes on with other texts: text i becomes what text {@code from[i]} was. So texts leave the
   * batch, change places, or branch.
   *
   * @param from at least one, each from 0 to {@link #size} - 1, any of them more than once
   * @throws IllegalArgumentException when it is not so; nothing has changed then
   */
  public void select(int... from) {
    state.select(from);
    List<RecentTokens> old = recent;
    recent = new ArrayList<>();
    IntStream.of(from).forEach(text -> recent.add(old.get(text).copy()));
  }

  /**
   * Writes tokens, each chosen from the model's prediction and read back. Texts that end leave the
   * batch: afterwards it holds those that did not, in their order, or the last that did. The token
   * that ended a text has not been read back: those last ones stand before theirs.
   *
   * @param length at most how many of each text
   * @param sampler how to choose
   * @param randoms one for each text, so that none depends on the others
   * @param sink takes each token as it is made, step by step and text by text
   */
  public void write(
      int length, Sampler sampler, List<? extends RandomGenerator> randoms, Sink sink) {
    if (randoms.size() != size()) {
      throw new IllegalArgumentException(
          "expected a generator for each of the %d texts, got %d"
              .formatted(size(), randoms.size()));
    }
    int[] texts = IntStream.range(0, size()).toArray();
    for (int step = 0; step < length; step++) {
      int[] tokens = new int[texts.length];
      boolean[] goesOn = new boolean[texts.length];
      for (int row = 0; row < texts.length; row++) {
        RandomGenerator random = randoms.get(texts[row]);
        tokens[row] = sampler.choose(logits(row), recent.get(row), random);
        goesOn[row] = sink.accept(texts[row], tokens[row]);
      }
      int[] going = IntStream.range(0, texts.length).filter(row -> goesOn[row]).toArray();
      if (going.length == 0) {
        return;
      }
      if (going.length < texts.length) {
        select(going);
        texts = take(texts, going);
        tokens = take(tokens, going);
      }
      read(tokens);
    }
  }

  private static int[] take(int[] values, int... places) {
    return IntStream.of(places).map(place -> values[place]).toArray();
  }
}
