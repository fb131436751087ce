package io.refrain.text.bpe;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** From the bytes of a token to its id: open addressing over the tokens themselves. */
final class TokenTable {
  private final byte[] @Nullable [] tokens;
  private final int[] slots; // id + 1; 0 where free
  private final int mask;

  /**
   * Takes up all tokens.
   *
   * @param tokens by id; null where an id has none
   * @throws IllegalArgumentException if a token is empty, or stands there twice
   */
  TokenTable(byte[] @Nullable [] tokens) {
    this.tokens = tokens;
    this.slots = new int[Integer.highestOneBit(Math.max(tokens.length, 8)) * 4];
    this.mask = slots.length - 1;
    for (int id = 0; id < tokens.length; id++) {
      byte[] token = tokens[id];
      if (token == null) {
        continue;
      }
      if (token.length == 0) {
        throw new IllegalArgumentException("token %d: expected some bytes, got none".formatted(id));
      }
      int slot = slot(token, 0, token.length);
      if (slots[slot] != 0) {
        throw new IllegalArgumentException(
            "token \"%s\" has two ids, %d and %d; each token may stand there once"
                .formatted(ByteAlphabet.spell(token), slots[slot] - 1, id));
      }
      slots[slot] = id + 1;
    }
  }

  /** The id of the bytes from one index to below another; -1 where they are no token. */
  int find(byte[] bytes, int from, int to) {
    return slots[slot(bytes, from, to)] - 1;
  }

  /** The slot of a token, or the free one where it belongs. */
  private int slot(byte[] bytes, int from, int to) {
    int slot = ByteHash.of(bytes, from, to) & mask;
    while (slots[slot] != 0) {
      byte[] token = tokens[slots[slot] - 1];
      if (token != null && Arrays.equals(token, 0, token.length, bytes, from, to)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
