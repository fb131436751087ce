package io.refrain.cli;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.BpeTrainer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Learns byte pairs from texts of any length, and tells how far it has come where that takes long.
 * Once there are {@value #MOST_PIECES} different pieces, more text adds only rare ones, and is not
 * counted any more, so that memory suffices.
 */
final class BpeTraining {
  /** Of English text, some hundred megabytes have as many. */
  static final int MOST_PIECES = 1_000_000;

  private static final int MANY_PIECES = 100_000;

  private final BpeTrainer.Options options;
  private final BpeTrainer trainer;
  private final int threads;

  BpeTraining(BpeTrainer.Options options, int threads) {
    this.options = options;
    this.trainer = new BpeTrainer(options);
    this.threads = threads;
  }

  /** Counts the pieces of a text, in addition to those before. */
  void count(TextReading text) throws IOException {
    text.forEach(
        "Counting",
        head -> Math.max(0, options.pattern().lastCut(head, 1, head.length())),
        piece -> {
          if (trainer.distinctPieces() < MOST_PIECES) {
            trainer.count(piece, threads);
          }
        });
  }

  /** Learns the merges of what was counted. */
  BpeTokenizer learn() {
    try (TaskProgress progress = progress()) {
      BpeModel model =
          trainer.train(tokens -> {
            if (progress != null && tokens % 100 == 0) {
              progress.at(tokens, "tokens");
            }
          });
      return BpeTokenizer.of(model, options);
    }
  }

  private @Nullable TaskProgress progress() {
    return trainer.distinctPieces() > MANY_PIECES
        ? TaskProgress.onStandardError("Learning", options.vocabularySize())
        : null;
  }
}
