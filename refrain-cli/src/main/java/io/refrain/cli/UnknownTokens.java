package io.refrain.cli;

import io.refrain.data.TokenSource;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerKind;
import java.io.PrintWriter;

/**
 * Counts the tokens of a text that a tokenizer does not know: they are not what the text says,
 * unless it is of those that are cut already, and holds such tokens itself.
 */
final class UnknownTokens {
  private static final int STRETCH = 1 << 16;

  private final int id;
  private final boolean mayBeInTheText;
  private long unknown;
  private long all;

  UnknownTokens(Tokenizer tokenizer) {
    id = tokenizer.unknownId().orElse(-1);
    mayBeInTheText = tokenizer.kind().equals(TokenizerKind.WHITESPACE.label());
  }

  void count(int[] ids) {
    all += ids.length;
    for (int one : ids) {
      unknown += one == id ? 1 : 0;
    }
  }

  /** Counts tokens of which somebody else knows how many are unknown. */
  void count(long ofThemUnknown, long tokens) {
    all += tokens;
    unknown += ofThemUnknown;
  }

  /** Counts all tokens of a text, which is not read where its tokenizer knows everything. */
  void count(TokenSource tokens) {
    if (id < 0) {
      all += tokens.size();
      return;
    }
    for (long at = 0; at < tokens.size(); at += STRETCH) {
      int[] stretch = new int[(int) Math.min(STRETCH, tokens.size() - at)];
      tokens.read(at, stretch, 0, stretch.length);
      count(stretch);
    }
  }

  /** Says in a line how many there are, unless there are none. */
  void warn(PrintWriter err) {
    if (unknown > 0) {
      err.printf(
          "%s of %s tokens %s %s.%n",
          Figures.count(unknown),
          Figures.count(all),
          unknown == 1 ? "is" : "are",
          mayBeInTheText
              ? "<unk>, in the text itself or because the tokenizer does not know the word"
              : "unknown to the tokenizer");
    }
  }
}
