package io.refrain.evaluate;

import io.refrain.model.LanguageModelConfig;

/**
 * Reads one text with a model, stretch by stretch, and tells how likely it found each token. What
 * it remembers of the text is its own, so a reader serves one text and one thread.
 */
public sealed interface TextReader permits PlainReader, CachingReader, DynamicReader {

  /** The shape of the model. */
  LanguageModelConfig config();

  /** How many tokens a stretch has; the last one of a text may be shorter. */
  int steps();

  /**
   * What was read, valid until the next stretch is.
   *
   * @param hidden what the last recurrent layer wrote after each token, [tokens, output width]
   * @param losses -log P(target | all before it) of each, in nats
   */
  record Stretch(float[] hidden, float[] losses) {}

  /**
   * Reads on.
   *
   * @param tokens from 1 to {@link #steps}
   * @param targets the token after each
   */
  Stretch read(int[] tokens, int[] targets);
}
