package io.refrain.text;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final byte[][] contents; // in the order of their bytes
    private final int[] ids;
    private final int[] firsts = new int[257]; // by byte: the first that begins with it or more

    Pass(List<AddedToken> tokens) {
      List<AddedToken> sorted = new ArrayList<>(tokens);
      sorted.sort((a, b) -> Arrays.compareUnsigned(utf8(a), utf8(b)));
      contents = new byte[sorted.size()][];
      ids = new int[sorted.size()];
      for (int i = 0; i < ids.length; i++) {
        contents[i] = utf8(sorted.get(i));
        ids[i] = sorted.get(i).id();
      }
      for (int value = 0; value < firsts.length; value++) {
        firsts[value] = bound(0, ids.length, 0, value);
      }
    }

    private static byte[] utf8(AddedToken token) {
      return token.content().getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The number of the longest token that begins at a byte; -1 where there is none. Byte by byte,
     * the range of tokens narrows to those that go on like the text.
     */
    int at(byte[] bytes, int at, int to) {
      int low = firsts[bytes[at] & 0xFF];
      int high = firsts[(bytes[at] & 0xFF) + 1];
      int found = -1;
      for (int depth = 1; low < high; depth++) {
        if (contents[low].length == depth) { // the shortest stands first
          found = low++;
        }
        if (at + depth == to) {
          break;
        }
        int next = bytes[at + depth] & 0xFF;
        low = bound(low, high, depth, next);
        high = bound(low, high, depth, next + 1);
      }
      return found;
    }

    /** The first token of a range whose byte at a depth is not below a value. */
    private int bound(int low, int high, int depth, int value) {
      int from = low;
      int to = high;
      while (from < to) {
        int middle = (from + to) >>> 1;
        if ((contents[middle][depth] & 0xFF) < value) {
          from = middle + 1;
        } else {
          to = middle;
        }
      }
      return from;
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
