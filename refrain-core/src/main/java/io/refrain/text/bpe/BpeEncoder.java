package io.refrain.text.bpe;

/**
 * Encodes bytes by a {@link BpeModel}: cuts them into pieces by a {@link SplitPattern} and merges
 * each piece by itself. Remembers what pieces came to. Any number of threads may share one.
 */
public final class BpeEncoder {
  private final BpeModel model;
  private final SplitPattern pattern;
  private final PieceCache cache = new PieceCache();

  /**
   * An encoder with an empty cache.
   *
   * @param model the tokens and merges
   * @param pattern what cuts a text into pieces
   */
  public BpeEncoder(BpeModel model, SplitPattern pattern) {
    this.model = model;
    this.pattern = pattern;
  }

  /**
   * Encodes a stretch of bytes, which need not be UTF-8: a byte that is not is neither a letter nor
   * a digit nor white space.
   *
   * @param bytes holds the text
   * @param from where the text begins
   * @param to where it ends
   * @param out takes the ids
   */
  public void encode(byte[] bytes, int from, int to, IntList out) {
    PieceMerger merger = new PieceMerger(model);
    PieceCache.Source source =
        model.wholePieces()
            ? (text, start, end, ids) -> whole(merger, text, start, end, ids)
            : merger::merge;
    pattern
        .splitter()
        .split(bytes, from, to, (start, end) -> cache.addTokens(bytes, start, end, source, out));
  }

  private void whole(PieceMerger merger, byte[] bytes, int from, int to, IntList out) {
    int id = model.find(bytes, from, to);
    if (id >= 0) {
      out.add(id);
    } else {
      merger.merge(bytes, from, to, out);
    }
  }
}
