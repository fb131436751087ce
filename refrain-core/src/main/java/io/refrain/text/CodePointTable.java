package io.refrain.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From code point to token id by two array reads, for the tokenizers whose tokens are single
 * characters: pages of 256 ids, one page shared by all the code points that have none.
 *
 * <p>Half a surrogate pair is no character and cannot be written as UTF-8. It counts, and is looked
 * up, as the replacement character U+FFFD, which is what a UTF-8 encoder would make of it.
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

  /** How often each code point stands in the text. */
  static Map<String, Integer> count(String text) {
    int[] @Nullable [] counts = new int[PAGES][];
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      int whole = wholeCharacter(codePoint);
      int[] page = counts[whole >>> PAGE_BITS];
      if (page == null) {
        page = new int[PAGE_SIZE];
        counts[whole >>> PAGE_BITS] = page;
      }
      page[whole & (PAGE_SIZE - 1)]++;
    }
    Map<String, Integer> result = new HashMap<>();
    for (int p = 0; p < PAGES; p++) {
      int[] page = counts[p];
      for (int i = 0; page != null && i < PAGE_SIZE; i++) {
        if (page[i] > 0) {
          result.put(Character.toString((p << PAGE_BITS) + i), page[i]);
        }
      }
    }
    return result;
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

  private static int wholeCharacter(int codePoint) {
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
