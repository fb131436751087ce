package io.refrain.cli;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.BpeTrainer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Learns byte pairs from texts of any length, and tells how far it has come where that takes long.
 * Of texts with more different pieces than memory is meant for, the pieces seen least are forgotten
 * on the way, which is said at the end.
 */
final class BpeTraining {
  /** Of English text, some hundred megabytes have as many. */
  private static final int MOST_PIECES = 1_000_000;

  private static final int MANY_PIECES = 100_000;

  private final BpeTrainer.Options options;
  private final BpeTrainer trainer;
  private final int threads;
  private final int mostPieces;
  private long forgotten;

  BpeTraining(BpeTrainer.Options options, int threads) {
    this(options, threads, MOST_PIECES);
  }

  /**
   * A training with a limit of its own.
   *
   * @param mostPieces where there are more different ones, half as many are kept
   */
  BpeTraining(BpeTrainer.Options options, int threads, int mostPieces) {
    this.options = options;
    this.trainer = new BpeTrainer(options);
    this.threads = threads;
    this.mostPieces = mostPieces;
  }

  /** Counts the pieces of a text, in addition to those before. */
  void count(TextReading text) throws IOException {
    text.forEach(
        "Counting",
        head -> Math.max(0, options.pattern().lastCut(head, 1, head.length())),
        piece -> {
          trainer.count(piece, threads);
          if (trainer.distinctPieces() > mostPieces) {
            forgotten += trainer.forgetRare(mostPieces / 2);
          }
        });
  }

  /** Learns the merges of what was counted. */
  BpeTokenizer learn() {
    if (forgotten > 0) {
      Output.utf8(System.err)
          .printf(
              "The text has more than %s different pieces: %s that were seen least are not"
                  + " counted.%n",
              Figures.count(mostPieces), Figures.count(forgotten));
    }
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
