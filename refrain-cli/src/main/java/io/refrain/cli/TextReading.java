package io.refrain.cli;

import io.refrain.text.CorpusReader;
import io.refrain.text.CorpusSource;
import io.refrain.text.TextPieces;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a text, piece by piece, which tells how far it has come where that takes long.
 *
 * @param text what is read
 * @param reader of it, from its beginning
 */
record TextReading(CorpusSource text, CorpusReader reader) {
  /** Read in about a second. */
  private static final long LONG_TEXT = 60_000_000;

  /** Hands on every piece. */
  void forEach(String task, ToIntFunction<String> lastCut, Consumer<String> sink)
      throws IOException {
    try (TaskProgress progress = progress(task)) {
      TextPieces.forEach(
          text.name(),
          reader,
          0,
          lastCut,
          (piece, start) -> {
            sink.accept(piece);
            if (progress != null) {
              progress.at(Math.min(reader.bytesRead(), text.bytes()), "bytes");
            }
          });
    }
  }

  private @Nullable TaskProgress progress(String task) {
    return text.bytes() > LONG_TEXT ? TaskProgress.onStandardError(task, text.bytes()) : null;
  }
}
