package io.refrain.text.bpe;

/** Cuts a text into pieces, none of which is empty, and all of which together are the text. */
interface Splitter {
  /** Takes the pieces of a text. */
  @FunctionalInterface
  interface Sink {
    /** Takes the piece of the bytes from one index to below another. */
    void piece(int from, int to);
  }

  /** Hands on the pieces of the bytes from one index to below another, in order. */
  void split(byte[] bytes, int from, int to, Sink sink);
}
