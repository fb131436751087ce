package io.refrain.evaluate;

import io.refrain.nn.Sizes;
import java.util.Arrays;

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
      sum -= losses[i];
      sink.accept(targets[i], -losses[i]);
    }
    predicted += targets.length;
    waiting[0] = waiting[count - 1];
    count = 1;
  }

  /**
   * {@return the score of what was read}
   *
   * @throws IllegalArgumentException if that is less than two tokens
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
