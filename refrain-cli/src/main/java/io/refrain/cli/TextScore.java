package io.refrain.cli;

import io.refrain.evaluate.RunningScore;
import io.refrain.evaluate.Score;
import io.refrain.evaluate.TextReader;
import java.io.IOException;

/**
 * How well a text was predicted.
 *
 * @param unknown how many of the predicted tokens are those that the tokenizer does not know
 */
record TextScore(Score score, long unknown) {
  /** Fewer are read at once. */
  private static final int PROGRESS_TOKENS = 20_000;

  /** Reads a text, with progress where that takes a while. */
  static TextScore of(EvaluatedText text, TextReader reader, String label) throws IOException {
    int unknownToken = text.tokenizer().unknownId().orElse(-1);
    long[] unknown = {0};
    long[] read = {0};
    long all = text.size() - 1;
    try (TaskProgress progress =
        all < PROGRESS_TOKENS ? null : TaskProgress.onStandardError(label, all)) {
      RunningScore score =
          new RunningScore(
              reader,
              (token, logProbability) -> {
                unknown[0] += token == unknownToken ? 1 : 0;
                if (progress != null && (++read[0] % 100 == 0 || read[0] == all)) {
                  progress.at(read[0], "");
                }
              });
      text.forEach(score::read);
      return new TextScore(score.score(), unknown[0]);
    }
  }
}
