package io.refrain.text;

import io.refrain.text.bpe.IntList;
import java.text.Normalizer;

/**
 * A text in Unicode's composed form NFC, which knows where its characters come from. What was
 * composed or reordered stands for the whole stretch that it comes from.
 */
final class ComposedText {
  private final String text;
  private final IntList starts;
  private final IntList ends;

  ComposedText(String original) {
    StringBuilder composed = new StringBuilder(original.length());
    starts = new IntList(original.length());
    ends = new IntList(original.length());
    for (int start = 0; start < original.length(); ) {
      int end = start + Character.charCount(original.codePointAt(start));
      while (end < original.length() && joins(original.codePointAt(end))) {
        end += Character.charCount(original.codePointAt(end));
      }
      String stretch = original.substring(start, end);
      String normal = Normalizer.normalize(stretch, Normalizer.Form.NFC);
      boolean same = normal.equals(stretch);
      composed.append(normal);
      for (int i = 0; i < normal.length(); i++) {
        starts.add(same ? start + i : start);
        ends.add(same ? start + i + 1 : end);
      }
      start = end;
    }
    text = composed.toString();
  }

  /**
   * Whether a character may change what stands before it: marks, and later parts of Hangul and
   * Kirat Rai.
   */
  private static boolean joins(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || (codePoint >= 0x1161 && codePoint <= 0x11C2)
        || codePoint == 0x16D67;
  }

  String text() {
    return text;
  }

  /** Where the stretch begins that a character of the composed text stands for. */
  int start(int index) {
    return starts.get(index);
  }

  /** Where it ends. */
  int end(int index) {
    return ends.get(index);
  }
}
