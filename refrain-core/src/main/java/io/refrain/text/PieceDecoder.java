package io.refrain.text;

/** Puts the separator between the pieces of tokens that are whole characters. */
final class PieceDecoder implements TextDecoder {
  private final Tokenizer tokenizer;
  private boolean first = true;

  PieceDecoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  @Override
  public String next(int id) {
    String piece = tokenizer.piece(id);
    String text = first ? piece : tokenizer.separator() + piece;
    first = false;
    return text;
  }

  @Override
  public String end() {
    return "";
  }

  @Override
  public TextDecoder copy() {
    PieceDecoder copy = new PieceDecoder(tokenizer);
    copy.first = first;
    return copy;
  }
}
