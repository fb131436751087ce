package io.refrain.evaluate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Scores lines of text, many at once and each by itself: log lines to find the strange ones among,
 * or sentences to choose from.
 *
 * <p>A model learns a text with its line ends, which are tokens. So a line is scored as one that
 * follows a line end and is followed by one: all of its tokens are predicted, the first one, too,
 * and so is that it ends where it does. (Tools for n-grams do the same with {@code <s>} and {@code
 * </s>}.) An empty line has a score, then, and one that was cut off is less likely for it.
 *
 * <p>A line is cut into tokens as behind a line end, too, so that no space is put in front of it.
 * Where a tokenizer joins a line end with what follows, such as GPT-2's with the spaces of an
 * indented line but the last, or with the next line end, the line is cut as if it followed a word:
 * a model has seldom seen such a beginning, so these lines look a little stranger than they are.
 *
 * <p>To a tokenizer without line ends, such as the notebook's words, a line is its tokens alone:
 * nothing predicts the first, and a line of fewer than two has no score.
 *
 * <pre>{@code
 * LineScorer scorer = new LineScorer(model, tokenizer, team);
 * for (LineScore line : scorer.score(lines)) {
 *   System.out.println(line.score().bitsPerCharacter() + " " + line.text());
 * }
 * }</pre>
 */
public final class LineScorer {
  /** What it means that a model's figures are none. */
  static final String SPOILED =
      "the model's weights are probably spoiled by training that diverged; use those of an earlier checkpoint";

  private static final String WORD = "a";
  private static final String LINE_FEED = "\n";
  private static final String CARRIAGE_RETURN = "\r";

  private final Tokenizer tokenizer;
  private final int unknown;
  private final @Nullable LineEnd lineFeed;
  private final @Nullable LineEnd returnAndFeed;
  private final BatchScorer scorer;

  /**
   * A line end that the tokenizer knows.
   *
   * @param token its last token, which the next line follows
   */
  private record LineEnd(String text, int token) {}

  /**
   * A text as tokens.
   *
   * @param starts where each begins, in UTF-16 characters of the text
   * @param characters how many characters each stands for
   */
  private record Tokens(int[] ids, int[] starts, int[] characters) {

    /** All of a text. */
    static Tokens of(Tokenizer tokenizer, String text) {
      return rest(tokenizer, tokenizer.encodeWithOffsets(text), text, 0, 0);
    }

    /** A text as it is cut behind one of some others: the first with which it shares no token. */
    static Tokens behind(List<String> others, Tokenizer tokenizer, String text) {
      for (String other : others) {
        String all = other + text;
        Encoding encoding = tokenizer.encodeWithOffsets(all);
        int first = 0;
        while (first < encoding.size() && encoding.starts()[first] < other.length()) {
          first++;
        }
        if (first == 0 || encoding.ends()[first - 1] <= other.length()) {
          return rest(tokenizer, encoding, all, first, other.length());
        }
      }
      return of(tokenizer, text);
    }

    private static Tokens rest(
        Tokenizer tokenizer, Encoding encoding, String text, int first, int at) {
      int[] characters = encoding.characters(text, tokenizer.separator());
      int size = encoding.size();
      int[] starts = Arrays.copyOfRange(encoding.starts(), first, size);
      Arrays.setAll(starts, i -> starts[i] - at);
      return new Tokens(
          Arrays.copyOfRange(encoding.ids(), first, size),
          starts,
          Arrays.copyOfRange(characters, first, size));
    }
  }

  /** A line that is about to be scored. */
  private static final class Line {
    final String text;
    final String scored; // with its end, where that is known
    final Tokens tokens;
    final int given; // of its tokens, those that are not predicted
    final int[] sequence; // what is read, the first of it given

    private double sum;
    private int leastLikely = -1;
    private float least;

    Line(String text, Tokenizer tokenizer, @Nullable LineEnd end) {
      this.text = text;
      scored = end == null ? text : text + end.text();
      if (end == null) {
        tokens = Tokens.of(tokenizer, scored);
        given = Math.min(1, tokens.ids().length);
        sequence = tokens.ids();
      } else {
        tokens = Tokens.behind(List.of(end.text(), WORD), tokenizer, scored);
        given = 0;
        sequence = new int[tokens.ids().length + 1];
        sequence[0] = end.token();
        System.arraycopy(tokens.ids(), 0, sequence, 1, tokens.ids().length);
      }
    }

    /** Takes log P of the next token. */
    void add(int at, float logProbability) {
      sum += logProbability;
      if (leastLikely < 0 || logProbability < least) {
        leastLikely = at - 1 + given;
        least = logProbability;
      }
    }

    LineScore score(int unknownToken) {
      if (!Double.isFinite(sum)) {
        throw new IllegalArgumentException("log P of a line is %s: %s".formatted(sum, SPOILED));
      }
      int unknown = 0;
      long length = 0;
      int count = tokens.ids().length;
      for (int i = given; i < count; i++) {
        unknown += tokens.ids()[i] == unknownToken ? 1 : 0;
        length += tokens.characters()[i];
      }
      return new LineScore(text, new Score(sum, count - given, length), unknown, unlikely());
    }

    private Optional<LineScore.UnlikelyToken> unlikely() {
      return leastLikely < 0
          ? Optional.empty()
          : Optional.of(
              new LineScore.UnlikelyToken(
                  tokens.ids()[leastLikely],
                  scored.codePointCount(0, tokens.starts()[leastLikely]),
                  least));
    }
  }

  /**
   * Creates a scorer.
   *
   * @param model whose weights nobody may change meanwhile
   * @param tokenizer the model's
   * @param team shares the work; changes no bit
   */
  public LineScorer(LanguageModel model, Tokenizer tokenizer, ThreadTeam team) {
    this(tokenizer, new BatchScorer(model, team));
  }

  LineScorer(Tokenizer tokenizer, BatchScorer scorer) {
    this.tokenizer = tokenizer;
    this.scorer = scorer;
    unknown = tokenizer.unknownId().orElse(-1);
    lineFeed = lineEnd(LINE_FEED);
    returnAndFeed = lineEnd(CARRIAGE_RETURN + LINE_FEED);
  }

  private @Nullable LineEnd lineEnd(String text) {
    int[] ids =
        tokenizer.unknown(text).isEmpty()
            ? Tokens.behind(List.of(WORD), tokenizer, text).ids()
            : new int[0];
    return ids.length == 0 ? null : new LineEnd(text, ids[ids.length - 1]);
  }

  /** {@return whether lines are scored with their ends; else their first token is given} */
  public boolean knowsLineEnds() {
    return lineFeed != null || returnAndFeed != null;
  }

  /**
   * Scores lines.
   *
   * @param lines without line feeds at their ends. A carriage return there belongs to the line's
   *     end: it counts where the tokenizer knows it, and is left out where it does not.
   * @return a score for each, in their order
   * @throws IllegalArgumentException when the model's weights are spoiled
   */
  public List<LineScore> score(List<String> lines) {
    List<Line> read = new ArrayList<>(lines.size());
    List<int[]> sequences = new ArrayList<>(lines.size());
    for (String line : lines) {
      Line next = read(line);
      read.add(next);
      sequences.add(next.sequence);
    }
    scorer.score(sequences, (line, at, logProbability) -> read.get(line).add(at, logProbability));
    return read.stream().map(line -> line.score(unknown)).toList();
  }

  /** A line with its own end, or with the one that the tokenizer knows. */
  private Line read(String line) {
    boolean returns = line.endsWith(CARRIAGE_RETURN);
    String text = returns ? line.substring(0, line.length() - 1) : line;
    LineEnd own = returns ? returnAndFeed : lineFeed;
    LineEnd other = returns ? lineFeed : returnAndFeed;
    return new Line(text, tokenizer, own == null ? other : own);
  }
}
