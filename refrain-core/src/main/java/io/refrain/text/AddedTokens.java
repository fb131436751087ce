package io.refrain.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Finds added tokens in UTF-8: the leftmost first, and of several there the longest. */
final class AddedTokens {
  private final List<Pass> passes = new ArrayList<>();

  /** Takes a text, part by part. */
  interface Sink {
    /** Takes a stretch without added tokens, which is not empty. */
    void text(int from, int to);

    /** Takes an added token. */
    void added(int id, int from, int to);
  }

  /** Tokens that are looked for together. */
  private static final class Pass {
    private final byte[][] contents; // longest first
    private final int[] ids;
    private final boolean[] begins = new boolean[256]; // whether one begins with this byte

    Pass(List<AddedToken> tokens) {
      List<AddedToken> sorted = new ArrayList<>(tokens);
      sorted.sort(Comparator.comparingInt((AddedToken token) -> -utf8(token).length));
      contents = new byte[sorted.size()][];
      ids = new int[sorted.size()];
      for (int i = 0; i < ids.length; i++) {
        contents[i] = utf8(sorted.get(i));
        ids[i] = sorted.get(i).id();
        begins[contents[i][0] & 0xFF] = true;
      }
    }

    private static byte[] utf8(AddedToken token) {
      return token.content().getBytes(StandardCharsets.UTF_8);
    }

    /** The number of the longest token that begins at a byte; -1 where there is none. */
    int at(byte[] bytes, int at, int to) {
      if (!begins[bytes[at] & 0xFF]) {
        return -1;
      }
      for (int i = 0; i < contents.length; i++) {
        int end = at + contents[i].length;
        if (end <= to && Arrays.equals(contents[i], 0, contents[i].length, bytes, at, end)) {
          return i;
        }
      }
      return -1;
    }
  }

  AddedTokens(List<AddedToken> tokens) {
    for (boolean normalized : new boolean[] {false, true}) {
      List<AddedToken> together =
          tokens.stream().filter(token -> token.normalized() == normalized).toList();
      if (!together.isEmpty()) {
        passes.add(new Pass(together));
      }
    }
  }

  /** Hands on the parts of the bytes from one index to below another, in order. */
  void split(byte[] bytes, int from, int to, Sink sink) {
    split(0, bytes, from, to, sink);
  }

  private void split(int number, byte[] bytes, int from, int to, Sink sink) {
    if (from == to) {
      return;
    }
    if (number == passes.size()) {
      sink.text(from, to);
      return;
    }
    Pass pass = passes.get(number);
    int start = from;
    int at = from;
    while (at < to) {
      int found = pass.at(bytes, at, to);
      if (found < 0) {
        at++;
        continue;
      }
      split(number + 1, bytes, start, at, sink);
      start = at + pass.contents[found].length;
      sink.added(pass.ids[found], at, start);
      at = start;
    }
    split(number + 1, bytes, start, to, sink);
  }

  /**
   * Whether a token, or the beginning of one that goes on after the end of the text, stands across
   * a place.
   */
  static boolean standAcross(List<AddedToken> tokens, String text, int place) {
    for (AddedToken token : tokens) {
      String content = token.content();
      for (int start = Math.max(0, place - content.length() + 1); start < place; start++) {
        int length = Math.min(content.length(), text.length() - start);
        if (text.regionMatches(start, content, 0, length)) {
          return true;
        }
      }
    }
    return false;
  }
}
