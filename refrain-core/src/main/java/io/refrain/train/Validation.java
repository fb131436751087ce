package io.refrain.train;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.store.JsonException;
import io.refrain.store.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What a run validates with, which it never trains on. */
public sealed interface Validation {

  /**
   * The end of the corpus itself.
   *
   * @param share of the tokens used, from 0, which is nothing, to below 1
   */
  record Share(double share) implements Validation {
    /** Of a longer end only the first are read, so that validating stays cheap next to training. */
    public static final int MOST_TOKENS = 200_000;

    /** Checks the range. */
    public Share {
      if (!(share >= 0 && share < 1)) {
        throw new IllegalArgumentException(
            "validation share must be at least 0 and below 1, but is " + share);
      }
    }

    /**
     * Cuts a text.
     *
     * @param used the tokens used
     * @return what is trained on, and what is validated with: {@link #MOST_TOKENS} at most
     */
    public Split split(TokenSource used) {
      Split all = Split.byPosition(used, share);
      TokenSource held = all.validation();
      return new Split(all.train(), held.part(0, Math.min(MOST_TOKENS, held.size())));
    }
  }

  /**
   * A text of its own, all of it however long it is, but for the few tokens that are left over
   * where it is cut into rows.
   *
   * @param corpus as it was named: a catalogue name or a path
   * @param sha1 the SHA-1 of the text in UTF-8
   */
  record Text(String corpus, String sha1) implements Validation {}

  /** The keys of {@code config.json} that say it; there is one of them. */
  Set<String> KEYS = Set.of("validation_share", "validation_text");

  /** Says it in {@code config.json}. */
  default void putInto(Map<String, Object> json) {
    switch (this) {
      case Share(double share) -> json.put("validation_share", share);
      case Text(String corpus, String sha1) -> {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("corpus", corpus);
        text.put("corpus_sha1", sha1);
        json.put("validation_text", text);
      }
    }
  }

  /**
   * The opposite of {@link #putInto}.
   *
   * @throws IllegalArgumentException when there are both
   */
  static Validation fromJson(JsonObject json) throws JsonException {
    if (!json.has("validation_text")) {
      return new Share(json.number("validation_share"));
    }
    if (json.has("validation_share")) {
      throw new IllegalArgumentException(
          "there must be either validation_share or validation_text, but there are both");
    }
    JsonObject text = json.object("validation_text");
    text.requireOnly(Set.of("corpus", "corpus_sha1"));
    return new Text(text.string("corpus"), text.string("corpus_sha1"));
  }
}
