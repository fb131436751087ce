package io.refrain.cli;

import io.refrain.generate.BeamSearch;
import io.refrain.generate.StopStrings;
import io.refrain.text.TextDecoder;
import java.util.function.IntConsumer;

/**
 * A continuation that beam search follows up to its stop string: not its text, but what of it the
 * next token may need, so that a step costs no more late in a text than early.
 *
 * @param decoder has decoded all of it
 * @param watch has seen all of it
 * @param tokens how many it has
 * @param progress is told how many one has that is followed
 */
record FollowedText(TextDecoder decoder, StopStrings.Watch watch, int tokens, IntConsumer progress)
    implements BeamSearch.Ending {

  @Override
  public FollowedText after(int token) {
    TextDecoder nextDecoder = decoder.copy();
    StopStrings.Watch nextWatch = watch.copy();
    nextWatch.next(nextDecoder.next(token));
    progress.accept(tokens + 1);
    return new FollowedText(nextDecoder, nextWatch, tokens + 1, progress);
  }

  @Override
  public boolean isReached() {
    return watch.found() != null;
  }
}
