package io.refrain.evaluate;

import io.refrain.nn.Sizes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Score} that grows as a text is read piece by piece, so that the text need not fit into
 * memory. One serves one thread.
 *
 * <pre>{@code
 * RunningScore score = new RunningScore(new PlainReader(model, team), (token, logP) -> {});
 * score.read(tokens, characters);
 * System.out.println(score.score().perplexity());
 * }</pre>
 */
public final class RunningScore {
  private final TextReader reader;
  private final Score.TokenSink sink;

  /** Tokens that wait until there is a stretch of them; the first of all is given. */
  private final int[] waiting;

  private int count;
  private double sum;
  private long predicted;
  private long length;
  private boolean begun;

  /**
   * A score of a text of which nothing was read.
   *
   * @param reader a fresh one
   * @param sink takes each predicted token, a stretch at a time
   */
  public RunningScore(TextReader reader, Score.TokenSink sink) {
    this.reader = reader;
    this.sink = sink;
    waiting = new int[reader.steps() + 1];
  }

  /**
   * Reads on. The very first token of a text is given, all others are predicted.
   *
   * @param tokens the next tokens, perhaps none
   * @param characters how many characters each of them stands for, as many as tokens
   * @throws IllegalArgumentException when a token is none of the model's, or log P of one is not
   *     finite: weights are spoiled, or the reader learns at too high a rate
   */
  public void read(int[] tokens, int[] characters) {
    if (characters.length != tokens.length) {
      throw new IllegalArgumentException(
          "expected a number of characters for each of the %d tokens, got %d"
              .formatted(tokens.length, characters.length));
    }
    Sizes.indices("token", tokens, reader.config().vocabulary());
    for (int i = 0; i < tokens.length; i++) {
      length += begun ? characters[i] : 0;
      begun = true;
      waiting[count++] = tokens[i];
      if (count == waiting.length) {
        predict();
      }
    }
  }

  /** Predicts all that wait but the first, and keeps the last, which was not read yet. */
  private void predict() {
    int[] targets = Arrays.copyOfRange(waiting, 1, count);
    float[] losses = reader.read(Arrays.copyOf(waiting, count - 1), targets).losses();
    for (int i = 0; i < targets.length; i++) {
      if (!Float.isFinite(losses[i])) {
        throw new IllegalArgumentException(
            "log P of token %d of the text is %s: %s"
                .formatted(predicted + i + 2, -losses[i], remedy()));
      }
      sum -= losses[i];
      sink.accept(targets[i], -losses[i]);
    }
    predicted += targets.length;
    waiting[0] = waiting[count - 1];
    count = 1;
  }

  /**
   * What to do about a figure that is none; the first stretch is read before anything is learned.
   */
  private String remedy() {
    DynamicReader learning = learning(reader);
    return learning == null || predicted == 0
        ? LineScorer.SPOILED
        : "learning from the text diverged at a rate of %s; take a smaller one"
            .formatted(learning.options().rate());
  }

  private static @Nullable DynamicReader learning(TextReader reader) {
    return switch (reader) {
      case DynamicReader dynamic -> dynamic;
      case CachingReader caching -> learning(caching.reader());
      case PlainReader _ -> null;
    };
  }

  /**
   * {@return the score of what was read}
   *
   * <p>What waits for its stretch to fill is read for it as a shorter one. Whoever reads on after
   * that has moved the borders of all later stretches. To a reader with the weights as they are
   * that is nothing but rounding, but a {@link DynamicReader} learns something else then, and comes
   * to another figure than one that was never asked on the way.
   *
   * @throws IllegalArgumentException if that is less than two tokens, and as {@link #read} does
   */
  public Score score() {
    if (count > 1) {
      predict();
    }
    if (predicted == 0) {
      throw new IllegalArgumentException(
          "a text must have at least 2 tokens to be scored, for the first is given; it has "
              + count);
    }
    return new Score(sum, predicted, length);
  }
}
