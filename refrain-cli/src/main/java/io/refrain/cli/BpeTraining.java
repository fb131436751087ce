package io.refrain.cli;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.BpeTrainer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Learns byte pairs from texts, and tells how far it has come where that takes long. */
final class BpeTraining {
  /** Counted in about two seconds on one core. */
  private static final long LONG_TEXT = 60_000_000;

  private static final int BLOCK = 1 << 24;

  private BpeTraining() {}

  static BpeTokenizer of(List<String> texts, BpeTrainer.Options options, int threads) {
    long length = texts.stream().mapToLong(String::length).sum();
    BpeTrainer trainer = new BpeTrainer(options);
    boolean isLong = length > LONG_TEXT;
    try (TaskProgress progress = progress(isLong, "Counting", length)) {
      long done = 0;
      for (String text : texts) {
        count(trainer, options, text, threads, progress, done);
        done += text.length();
      }
    }
    try (TaskProgress progress = progress(isLong, "Learning", options.vocabularySize())) {
      BpeModel model =
          trainer.train(tokens -> {
            if (progress != null && tokens % 100 == 0) {
              progress.at(tokens, "tokens");
            }
          });
      return BpeTokenizer.of(model, options);
    }
  }

  private static @Nullable TaskProgress progress(boolean wanted, String name, long total) {
    return wanted ? TaskProgress.onStandardError(name, total) : null;
  }

  /** In blocks, between which there is time to tell. */
  private static void count(
      BpeTrainer trainer,
      BpeTrainer.Options options,
      String text,
      int threads,
      @Nullable TaskProgress progress,
      long done) {
    int start = 0;
    while (start < text.length()) {
      int wanted = (int) Math.min(text.length(), (long) start + BLOCK);
      int cut =
          wanted == text.length() ? wanted : options.pattern().lastCut(text, start + 1, wanted);
      int end = cut < 0 ? text.length() : cut;
      trainer.count(text.substring(start, end), threads);
      if (progress != null) {
        progress.at(done + end, "characters");
      }
      start = end;
    }
  }
}
