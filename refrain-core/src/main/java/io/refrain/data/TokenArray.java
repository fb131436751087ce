package io.refrain.data;

import java.util.Objects;

/** Tokens in memory; not a record, because the ids are an array. */
final class TokenArray implements TokenSource {
  private final int[] tokens;

  TokenArray(int[] tokens) {
    this.tokens = tokens;
  }

  @Override
  public long size() {
    return tokens.length;
  }

  @Override
  public void read(long position, int[] into, int at, int count) {
    Objects.checkFromIndexSize(position, count, tokens.length);
    System.arraycopy(tokens, (int) position, into, at, count);
  }
}
