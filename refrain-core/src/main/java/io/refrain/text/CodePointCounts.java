package io.refrain.text;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How often each code point stands in a text, in pages as those of {@link CodePointTable}. */
final class CodePointCounts {
  private static final int PAGE_BITS = 8;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final int PAGES = (Character.MAX_CODE_POINT + 1) >>> PAGE_BITS;

  private final long[] @Nullable [] pages = new long[PAGES][];

  /** Counts the code points of a text, in addition to those before. */
  void add(CharSequence text) {
    for (int i = 0; i < text.length(); ) {
      int codePoint = Character.codePointAt(text, i);
      i += Character.charCount(codePoint);
      int whole = CodePointTable.wholeCharacter(codePoint);
      long[] page = pages[whole >>> PAGE_BITS];
      if (page == null) {
        page = new long[PAGE_SIZE];
        pages[whole >>> PAGE_BITS] = page;
      }
      page[whole & (PAGE_SIZE - 1)]++;
    }
  }

  Map<String, Long> toMap() {
    Map<String, Long> counts = new HashMap<>();
    for (int p = 0; p < PAGES; p++) {
      long[] page = pages[p];
      for (int i = 0; page != null && i < PAGE_SIZE; i++) {
        if (page[i] > 0) {
          counts.put(Character.toString((p << PAGE_BITS) + i), page[i]);
        }
      }
    }
    return counts;
  }
}
