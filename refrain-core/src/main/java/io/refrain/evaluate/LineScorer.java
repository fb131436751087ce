package io.refrain.evaluate;

import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import java.util.ArrayList;
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

  /** A line that is about to be scored. */
  private static final class Line {
    final String text;
    final String scored; // with its end, where that is known
    final Encoding encoding;
    final int[] characters;
    final int given; // tokens of the encoding that are not predicted
    final int[] tokens;

    private double sum;
    private int leastLikely = -1;
    private float least;

    Line(String text, Tokenizer tokenizer, @Nullable LineEnd end) {
      this.text = text;
      scored = end == null ? text : text + end.text();
      encoding = tokenizer.encodeWithOffsets(scored);
      characters = encoding.characters(scored, tokenizer.separator());
      int[] ids = encoding.ids();
      given = end == null ? Math.min(1, ids.length) : 0;
      if (end == null) {
        tokens = ids;
      } else {
        tokens = new int[ids.length + 1];
        tokens[0] = end.token();
        System.arraycopy(ids, 0, tokens, 1, ids.length);
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
        throw new IllegalArgumentException(
            "log P of a line is %s: the model's weights are probably spoiled by training that diverged; use those of an earlier checkpoint"
                .formatted(sum));
      }
      int unknown = 0;
      long length = 0;
      for (int i = 0; i < characters.length; i++) {
        unknown += encoding.ids()[i] == unknownToken ? 1 : 0;
        length += i < given ? 0 : characters[i];
      }
      return new LineScore(
          text, new Score(sum, characters.length - given, length), unknown, unlikely());
    }

    private Optional<LineScore.UnlikelyToken> unlikely() {
      return leastLikely < 0
          ? Optional.empty()
          : Optional.of(
              new LineScore.UnlikelyToken(
                  encoding.ids()[leastLikely],
                  scored.codePointCount(0, encoding.starts()[leastLikely]),
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
    int[] ids = tokenizer.unknown(text).isEmpty() ? tokenizer.encode(text) : new int[0];
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
      sequences.add(next.tokens);
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
