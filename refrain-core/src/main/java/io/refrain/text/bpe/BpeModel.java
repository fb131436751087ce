package io.refrain.text.bpe;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A byte-pair encoding (Sennrich et al. 2016) of bytes: tokens, which are byte sequences, and the
 * order in which pairs of them are merged. Immutable.
 *
 * <p>Each of the 256 bytes is a token, so that every byte sequence can be encoded.
 */
public final class BpeModel {
  private static final int BYTES = 256;

  private final byte[] @Nullable [] tokens;
  private final int[] lefts;
  private final int[] rights;
  private final int[] results;
  private final boolean wholePieces;
  private final TokenTable table;
  private final PairTable ranks;
  private final int[] ofBytes = new int[BYTES];

  /**
   * A model of these tokens and merges.
   *
   * @param tokens the bytes of each token, by id; null for an id that has none, which is not the
   *     last
   * @param lefts the id of the left token of each merge; earlier merges go first
   * @param rights the id of the right one
   * @param wholePieces whether a piece of text that is a token is that token, even where the merges
   *     do not lead there
   * @throws IllegalArgumentException if a byte or the last id is no token, a token is empty or
   *     stands there twice, or a merge has a part or a result that is no token
   */
  public BpeModel(List<byte @Nullable []> tokens, int[] lefts, int[] rights, boolean wholePieces) {
    this.tokens = new byte[tokens.size()] @Nullable [];
    for (int id = 0; id < tokens.size(); id++) {
      byte[] token = tokens.get(id);
      this.tokens[id] = token == null ? null : token.clone();
    }
    this.table = new TokenTable(this.tokens);
    for (int value = 0; value < BYTES; value++) {
      ofBytes[value] = table.find(new byte[] {(byte) value}, 0, 1);
      if (ofBytes[value] < 0) {
        throw new IllegalArgumentException(
            "tokens: expected one for each of the 256 bytes, got none for byte %d (\"%s\")"
                .formatted(value, ByteAlphabet.letter(value)));
      }
    }
    if (this.tokens[this.tokens.length - 1] == null) { // a file could not tell that there is one
      throw new IllegalArgumentException(
          "tokens: expected the last id, %d, to have some bytes, got none"
              .formatted(tokens.size() - 1));
    }
    if (lefts.length != rights.length) {
      throw new IllegalArgumentException(
          "merges: expected as many right tokens as the %d left ones, got %d"
              .formatted(lefts.length, rights.length));
    }
    this.lefts = lefts.clone();
    this.rights = rights.clone();
    this.results = new int[lefts.length];
    this.ranks = new PairTable(lefts.length);
    for (int rank = 0; rank < lefts.length; rank++) {
      results[rank] = result(rank);
      ranks.put(PairTable.pair(lefts[rank], rights[rank]), rank);
    }
    this.wholePieces = wholePieces;
  }

  private int result(int rank) {
    byte[] left = part(rank, lefts[rank]);
    byte[] right = part(rank, rights[rank]);
    byte[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    int result = table.find(both, 0, both.length);
    if (result < 0) {
      throw new IllegalArgumentException(
          "merge %d: expected a token \"%s\", for it is what \"%s\" and \"%s\" become; got none"
              .formatted(
                  rank,
                  ByteAlphabet.spell(both),
                  ByteAlphabet.spell(left),
                  ByteAlphabet.spell(right)));
    }
    return result;
  }

  private byte[] part(int rank, int id) {
    byte[] token = id < 0 || id >= tokens.length ? null : tokens[id];
    if (token == null) {
      throw new IllegalArgumentException(
          "merge %d: expected the id of a token, got %d".formatted(rank, id));
    }
    return token;
  }

  /**
   * The model of a file of ranks, as OpenAI publishes: two tokens may be merged when both together
   * are a token, the one of the lowest id first.
   *
   * @param tokens the bytes of each token, by id, which is its rank; null for an id that has none
   * @return the model, which takes whole pieces
   * @throws IllegalArgumentException as the constructor does
   */
  public static BpeModel ofRanks(List<byte @Nullable []> tokens) {
    byte[] @Nullable [] all = new byte[tokens.size()] @Nullable [];
    tokens.toArray(all);
    TokenTable table = new TokenTable(all);
    IntList lefts = new IntList(2 * all.length);
    IntList rights = new IntList(2 * all.length);
    for (byte[] token : all) {
      for (int cut = 1; token != null && cut < token.length; cut++) {
        int left = table.find(token, 0, cut);
        int right = table.find(token, cut, token.length);
        if (left >= 0 && right >= 0) {
          lefts.add(left);
          rights.add(right);
        }
      }
    }
    return new BpeModel(tokens, lefts.toArray(), rights.toArray(), true);
  }

  /** {@return the number of ids, those without a token included} */
  public int size() {
    return tokens.length;
  }

  /** {@return the number of merges} */
  public int merges() {
    return lefts.length;
  }

  /**
   * {@return the id of the left token of a merge}
   *
   * @param rank from 0 to below {@link #merges()}
   */
  public int left(int rank) {
    return lefts[rank];
  }

  /**
   * {@return the id of the right token of a merge}
   *
   * @param rank from 0 to below {@link #merges()}
   */
  public int right(int rank) {
    return rights[rank];
  }

  /** {@return whether a piece of text that is a token is that token, whatever the merges say} */
  public boolean wholePieces() {
    return wholePieces;
  }

  /**
   * {@return the bytes of a token; null where the id has none}
   *
   * @param id from 0 to below {@link #size()}
   */
  public byte @Nullable [] token(int id) {
    byte[] token = tokens[id];
    return token == null ? null : token.clone();
  }

  /**
   * {@return the number of bytes of a token; 0 where the id has none}
   *
   * @param id from 0 to below {@link #size()}
   */
  public int length(int id) {
    byte[] token = tokens[id];
    return token == null ? 0 : token.length;
  }

  /**
   * {@return the id of a token; -1 where these bytes are none}
   *
   * @param bytes the bytes of a token
   */
  public int id(byte[] bytes) {
    return table.find(bytes, 0, bytes.length);
  }

  /** The id of a token that is part of a larger array; -1 where there is none. */
  int find(byte[] bytes, int from, int to) {
    return table.find(bytes, from, to);
  }

  int ofByte(byte value) {
    return ofBytes[value & 0xFF];
  }

  /** The rank of the merge of two tokens; {@link Integer#MAX_VALUE} where there is none. */
  int rank(int left, int right) {
    int rank = ranks.get(PairTable.pair(left, right));
    return rank < 0 ? Integer.MAX_VALUE : rank;
  }

  int resultOf(int rank) {
    return results[rank];
  }
}
