package io.refrain.generate;

import io.refrain.kernel.Kernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Looks for the likeliest continuation of a text: at each step the {@code width} likeliest
 * continuations so far, the beam, each go on with every token, and the likeliest of those are the
 * next beam. Those that have ended leave it. Width 1 is greedy decoding; with a width that holds
 * all continuations, the search is exact.
 *
 * <p>Continuations of different lengths are compared by their score, log P / ((5 + length) /
 * 6)^penalty (Wu et al. 2016, GNMT, equation 14, without its coverage penalty). log P is the
 * model's own: excluded tokens are never written, but their share is given to no other.
 */
public final class BeamSearch {
  private static final Kernels KERNELS = Kernels.get();

  /** Likelier first; of equals the one from the likelier beginning, then the smaller id. */
  private static final Comparator<Node> LIKELIEST_FIRST =
      Comparator.comparingDouble((Node node) -> -node.logProbability)
          .thenComparingInt(node -> node.row)
          .thenComparingInt(node -> node.token);

  private final Options options;
  private final ExcludedTokens excluded;

  /**
   * How to search.
   *
   * @param width how many continuations go on at each step
   * @param lengthPenalty at least 0; 0 compares by log P alone, which prefers short texts, 1 about
   *     by the mean over tokens; the paper found 0.6 to 0.7 best
   * @param best how many results to give; at most as many as the width
   * @param excluded ids of tokens that are never written, such as those that stand for no text
   */
  public record Options(int width, double lengthPenalty, int best, List<Integer> excluded) {
    /** Checks the ranges, and keeps each excluded id once, in rising order. */
    public Options {
      excluded = ExcludedTokens.checked(excluded);
      if (width < 1) {
        throw new IllegalArgumentException("a beam's width must be at least 1, but is " + width);
      }
      if (!(lengthPenalty >= 0) || Double.isInfinite(lengthPenalty)) {
        throw new IllegalArgumentException(
            "length penalty must be at least 0 (0: none) and finite, but is " + lengthPenalty);
      }
      if (best < 1 || best > width) {
        throw new IllegalArgumentException(
            "a beam of width %d gives between 1 and %1$d results, but %d are asked for"
                .formatted(width, best));
      }
    }

    /** The best result of a beam, without a length penalty. */
    public static Options width(int width) {
      return new Options(width, 0, 1, List.of());
    }

    /** The same with a length penalty. */
    public Options withLengthPenalty(double penalty) {
      return new Options(width, penalty, best, excluded);
    }

    /** The same with so many results. */
    public Options withBest(int count) {
      return new Options(width, lengthPenalty, count, excluded);
    }

    /** The same, never writing these tokens; an id that a model does not have changes nothing. */
    public Options excluding(int... ids) {
      return new Options(width, lengthPenalty, best, ExcludedTokens.checked(ids));
    }

    /** What results are compared by. */
    private double score(double logProbability, int length) {
      return logProbability / Math.pow((5.0 + length) / 6, lengthPenalty);
    }
  }

  /**
   * A continuation that was found.
   *
   * @param tokens what it writes
   * @param logProbability log P(tokens | text before), in nats
   * @param score what it was compared by: the higher the better
   * @param ended whether it ended, rather than reached the length
   */
  public record Hypothesis(
      List<Integer> tokens, double logProbability, double score, boolean ended) {

    /** The tokens as an array. */
    public int[] ids() {
      return tokens.stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** A continuation as its last token and the one that it continues, a row of the batch. */
  private record Node(
      @Nullable Node before, int row, int token, int length, double logProbability) {

    int[] tokens() {
      int[] tokens = new int[length];
      Node node = this;
      for (int i = length - 1; i >= 0 && node != null; i--) {
        tokens[i] = node.token;
        node = node.before;
      }
      return tokens;
    }
  }

  /** Follows a continuation token by token, and says where it has ended. */
  public interface Ending {
    /**
     * Follows the continuation by one more token. This one stays what it is: it is asked for
     * others, too.
     */
    Ending after(int token);

    /** Whether the continuation has ended, as after a certain token or a stop string. */
    boolean isReached();
  }

  /** Creates a search, which any number of threads may share. */
  public BeamSearch(Options options) {
    this.options = options;
    this.excluded = new ExcludedTokens(options.excluded());
  }

  /**
   * Searches.
   *
   * @param start where the text stands, which stays there
   * @param length at most how many tokens to write
   * @param ending of the text before; it follows every beginning that the beam keeps, each by its
   *     last token, in the order of the beam
   * @return the best continuations, best first: fewer than asked for where there are no more
   * @throws IllegalArgumentException when a logit is NaN or ∞, or no token is left
   * @throws IllegalStateException when nothing has been read
   */
  public List<Hypothesis> search(Session start, int length, Ending ending) {
    SessionBatch batch = start.batch(1);
    List<Node> beam = List.of(new Node(null, 0, -1, 0, 0));
    List<Ending> endings = List.of(ending); // of each row of the beam
    List<Hypothesis> found = new ArrayList<>();
    if (length <= 0) {
      return List.of(new Hypothesis(List.of(), 0, 0, false));
    }
    for (int step = 1; step <= length; step++) {
      List<Node> next = new ArrayList<>();
      List<Ending> nextEndings = new ArrayList<>();
      for (Node node : likeliest(batch, beam)) {
        Ending followed = endings.get(node.row).after(node.token);
        boolean ended = followed.isReached();
        if (ended || step == length) {
          add(found, node, ended);
        } else {
          next.add(node);
          nextEndings.add(followed);
        }
      }
      if (next.isEmpty() || cannotImprove(found, next.getFirst(), length)) {
        break;
      }
      batch.select(next.stream().mapToInt(Node::row).toArray());
      batch.read(next.stream().mapToInt(Node::token).toArray());
      beam = next;
      endings = nextEndings;
    }
    return List.copyOf(found);
  }

  /** The likeliest continuations by one token, likeliest first. */
  private List<Node> likeliest(SessionBatch batch, List<Node> beam) {
    PriorityQueue<Node> kept = new PriorityQueue<>(LIKELIEST_FIRST.reversed());
    for (int row = 0; row < beam.size(); row++) {
      extend(beam.get(row), row, batch.logits(row), kept);
    }
    if (kept.isEmpty()) {
      throw new IllegalArgumentException(
          "no token is left to choose: all that are not excluded have the logit -∞");
    }
    return kept.stream().sorted(LIKELIEST_FIRST).toList();
  }

  private void extend(Node beginning, int row, float[] logits, PriorityQueue<Node> kept) {
    excluded.in(logits.length); // demands that some are left
    Sampler.requireNumbers(logits, KERNELS.argmax(logits, 0, logits.length));
    float[] probabilities = new float[logits.length];
    double logSumExp = KERNELS.softmax(logits, 0, probabilities, 0, logits.length);
    excluded.fill(logits, Float.NEGATIVE_INFINITY);
    for (int token = 0; token < logits.length; token++) {
      double logProbability = beginning.logProbability + (logits[token] - logSumExp);
      boolean full = kept.size() == options.width();
      // of equals the first: those that come later have a larger row or token
      if (logits[token] == Float.NEGATIVE_INFINITY
          || (full && logProbability <= kept.element().logProbability)) {
        continue;
      }
      if (full) {
        kept.remove();
      }
      kept.add(new Node(beginning, row, token, beginning.length + 1, logProbability));
    }
  }

  private void add(List<Hypothesis> found, Node node, boolean ended) {
    double score = options.score(node.logProbability, node.length);
    int place = found.size();
    while (place > 0 && found.get(place - 1).score() < score) {
      place--;
    }
    List<Integer> ids = IntStream.of(node.tokens()).boxed().toList();
    found.add(place, new Hypothesis(ids, node.logProbability, score, ended));
    if (found.size() > options.best()) {
      found.removeLast();
    }
  }

  /** log P only falls from here, so this is the best score that anything in the beam can reach. */
  private boolean cannotImprove(List<Hypothesis> found, Node likeliest, int length) {
    return found.size() == options.best()
        && found.getLast().score() >= options.score(likeliest.logProbability, length);
  }
}
