package io.refrain.cli;

import io.refrain.generate.StopStrings;
import io.refrain.text.TextDecoder;
import io.refrain.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** A text that a model writes, token by token: what of it can be shown, and where it ends. */
final class WrittenText {
  private final TextDecoder decoder;
  private final StopStrings.Watch watch;
  private final String beginning;
  private final StringBuilder continuation = new StringBuilder();
  private int tokens;

  /**
   * Begins a text.
   *
   * @param stops end it where they are written; the beginning does not count
   * @param beginning tokens that the text begins with, perhaps none
   */
  WrittenText(Tokenizer tokenizer, StopStrings stops, int... beginning) {
    decoder = tokenizer.decoder();
    watch = stops.watch();
    StringBuilder text = new StringBuilder();
    for (int token : beginning) {
      text.append(decoder.next(token));
    }
    this.beginning = text.toString();
  }

  /** What the text begins with. */
  String beginning() {
    return beginning;
  }

  /** Takes the next token, and gives what more can be shown. */
  String next(int token) {
    tokens++;
    return show(watch.next(decoder.next(token)));
  }

  /**
   * What a search follows from here.
   *
   * @param progress is told how many tokens more a continuation has that is followed
   */
  FollowedText followed(IntConsumer progress) {
    return new FollowedText(decoder.copy(), watch.copy(), 0, progress);
  }

  /** Whether a stop string has ended the text. */
  boolean stopped() {
    return watch.found() != null;
  }

  /** Ends the text, and gives what more can be shown. */
  String end() {
    return show(watch.next(decoder.end()) + watch.end());
  }

  private String show(String text) {
    continuation.append(text);
    return text;
  }

  /** What has been shown. */
  String text() {
    return beginning + continuation;
  }

  /** A text that has ended, for programs. */
  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", text());
    json.put("continuation", continuation.toString());
    json.put("tokens", tokens);
    @Nullable String stop = watch.found();
    json.put("end", stop == null ? "length" : "stop");
    if (stop != null) {
      json.put("stop", stop);
    }
    return json;
  }
}
