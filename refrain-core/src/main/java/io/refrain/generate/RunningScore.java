package io.refrain.generate;

import io.refrain.kernel.Kernels;
import io.refrain.model.FrozenLanguageModel;
import io.refrain.nn.Sizes;

/**
 * A {@link Score} that grows as a text is read piece by piece, so that the text need not fit into
 * memory. One serves one thread.
 */
public final class RunningScore {
  private static final Kernels KERNELS = Kernels.get();

  private final FrozenLanguageModel model;
  private final Score.TokenSink sink;
  private final FrozenLanguageModel.State state;
  private final float[] probabilities;

  private int last = -1;
  private double sum;
  private long predicted;
  private long length;

  /**
   * A score of a text of which nothing was read.
   *
   * @param sink takes each predicted token
   */
  public RunningScore(FrozenLanguageModel model, Score.TokenSink sink) {
    this.model = model;
    this.sink = sink;
    state = model.initialState();
    probabilities = new float[model.config().vocabulary()];
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
    Sizes.indices("token", tokens, model.config().vocabulary());
    for (int i = 0; i < tokens.length; i++) {
      if (last >= 0) {
        predict(tokens[i]);
        length += characters[i];
      }
      last = tokens[i];
    }
  }

  private void predict(int token) {
    model.advance(state, last);
    float[] logits = state.logits();
    double logSumExp = KERNELS.softmax(logits, 0, probabilities, 0, probabilities.length);
    double logProbability = logits[token] - logSumExp;
    sum += logProbability;
    predicted++;
    sink.accept(token, logProbability);
  }

  /**
   * {@return the score of what was read}
   *
   * @throws IllegalArgumentException if that is less than two tokens
   */
  public Score score() {
    if (predicted == 0) {
      throw new IllegalArgumentException(
          "a text must have at least 2 tokens to be scored, for the first is given; it has "
              + (last < 0 ? 0 : 1));
    }
    return new Score(sum, predicted, length);
  }
}
