package io.refrain.data;

import java.util.Objects;

/**
 * A stretch of other tokens.
 *
 * @param whole what it is a part of
 * @param first the position of its first token there
 * @param size how many it has
 */
record TokenPart(TokenSource whole, long first, long size) implements TokenSource {
  @Override
  public void read(long position, int[] into, int at, int count) {
    Objects.checkFromIndexSize(position, count, size);
    whole.read(first + position, into, at, count);
  }

  @Override
  public TokenSource part(long from, long to) {
    Objects.checkFromToIndex(from, to, size);
    return whole.part(first + from, first + to);
  }
}
