package io.refrain.text;

import io.refrain.text.bpe.IntList;

/** Collects tokens and their stretches. */
final class EncodingBuilder {
  private final IntList ids;
  private final IntList starts;
  private final IntList ends;

  /** Room for so many tokens, to begin with. */
  EncodingBuilder(int capacity) {
    ids = new IntList(capacity);
    starts = new IntList(capacity);
    ends = new IntList(capacity);
  }

  void add(int id, int start, int end) {
    ids.add(id);
    starts.add(start);
    ends.add(end);
  }

  Encoding build() {
    return new Encoding(ids.toArray(), starts.toArray(), ends.toArray());
  }
}
