package io.refrain.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * From code point to token id by two array reads, for the tokenizers whose tokens are single
 * characters: pages of 256 ids, one page shared by all the code points that have none.
 *
 * <p>Half a surrogate pair is no character and cannot be written as UTF-8. It is looked up, and
 * counted, as the replacement character U+FFFD, which {@link WellFormed} makes of it.
 */
final class CodePointTable {
  private static final int PAGE_BITS = 8;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final int PAGES = (Character.MAX_CODE_POINT + 1) >>> PAGE_BITS;
  private static final int REPLACEMENT = 0xFFFD;
  private static final int ABSENT = -1;

  private final int[][] pages = new int[PAGES][];
  private final int unknownId;

  /**
   * Takes up the vocabulary's ordinary tokens.
   *
   * @throws IllegalArgumentException if one of them is not exactly one character
   */
  CodePointTable(Vocabulary vocabulary) {
    unknownId = vocabulary.id(Vocabulary.UNKNOWN);
    int[] emptyPage = new int[PAGE_SIZE];
    Arrays.fill(emptyPage, ABSENT);
    Arrays.fill(pages, emptyPage);
    BitSet filled = new BitSet(PAGES);
    for (String token : vocabulary.ordinaryTokens()) {
      int codePoint = onlyCodePoint(token, vocabulary.id(token));
      int page = codePoint >>> PAGE_BITS;
      if (!filled.get(page)) {
        filled.set(page);
        pages[page] = emptyPage.clone();
      }
      pages[page][codePoint & (PAGE_SIZE - 1)] = vocabulary.id(token);
    }
  }

  /** The ids of the text, one for each code point. */
  int[] encode(String text) {
    int[] ids = new int[text.length()];
    int count = 0;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      ids[count++] = id(codePoint);
    }
    return count == ids.length ? ids : Arrays.copyOf(ids, count);
  }

  /** The id of a code point, or that of an unknown token. */
  int id(int codePoint) {
    int id = find(codePoint);
    return id == ABSENT ? unknownId : id;
  }

  /** The distinct characters of the text without an id, in order of first appearance. */
  List<String> unknown(String text) {
    Set<String> missing = new LinkedHashSet<>();
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      if (find(codePoint) == ABSENT) {
        missing.add(Character.toString(wholeCharacter(codePoint)));
      }
    }
    return List.copyOf(missing);
  }

  private int find(int codePoint) {
    int whole = wholeCharacter(codePoint);
    return pages[whole >>> PAGE_BITS][whole & (PAGE_SIZE - 1)];
  }

  /** The code point itself, or what stands for half a surrogate pair. */
  static int wholeCharacter(int codePoint) {
    return isSurrogate(codePoint) ? REPLACEMENT : codePoint;
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static int onlyCodePoint(String token, int id) {
    if (token.isEmpty()
        || token.length() != Character.charCount(token.codePointAt(0))
        || isSurrogate(token.codePointAt(0))) {
      throw new IllegalArgumentException(
          "token %d: expected exactly one character, got \"%s\"".formatted(id, token));
    }
    return token.codePointAt(0);
  }
}
