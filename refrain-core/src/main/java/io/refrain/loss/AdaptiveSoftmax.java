package io.refrain.loss;

import io.refrain.kernel.Kernels;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.nn.Sizes;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;

/**
 * Softmax over many classes of which few are frequent (Grave, Joulin, Cissé, Grangier and Jégou
 * 2017, "Efficient softmax approximation for GPUs"), as {@code
 * torch.nn.AdaptiveLogSoftmaxWithLoss}.
 *
 * <p>Classes are numbered by falling frequency. The first ones stand in the head, beside one entry
 * for each cluster of the others; a cluster's classes share what its entry gets, and read a
 * narrower projection of the input, the narrower the rarer they are:
 *
 * <pre>
 *   P(y) = head(y)                             where y is below the first cutoff
 *   P(y) = head(cluster of y) · tail(y)        elsewhere
 *
 *   head = softmax(W x + b)        tail = softmax(W₁ W₀ x)
 * </pre>
 *
 * <p>Training computes a cluster for those rows alone whose target is in it.
 *
 * <p>Its parameters are {@code head.weight}, perhaps {@code head.bias}, and of each cluster {@code
 * tail.i.0.weight}, the projection, and {@code tail.i.1.weight}.
 */
public final class AdaptiveSoftmax implements Module {
  private static final Kernels KERNELS = Kernels.get();

  /**
   * Logits that training makes at once of the head, and of a cluster that is not too large: 4 MB.
   */
  public static final int MOST_LOGITS = 1 << 20;

  private final int in;
  private final int classes;
  private final Options options;
  private final Linear head;
  private final List<Tail> tails = new ArrayList<>();

  /**
   * How classes are dealt out.
   *
   * @param cutoffs where clusters begin, rising: the first is how many classes the head has
   * @param divValue by how much narrower than the one before each projection is, at least 1
   * @param headBias whether the head has a bias
   */
  public record Options(List<Integer> cutoffs, double divValue, boolean headBias) {

    /** PyTorch's {@code div_value}. */
    public static final double DIV_VALUE = 4;

    /** Checks what can be said without a number of classes. */
    public Options {
      cutoffs = List.copyOf(cutoffs);
      if (cutoffs.isEmpty()) {
        throw new IllegalArgumentException(
            "an adaptive softmax needs at least one cutoff, the number of frequent classes");
      }
      int last = 0;
      for (int cutoff : cutoffs) {
        if (cutoff <= last) {
          throw new IllegalArgumentException(
              "cutoffs must be at least 1 and rise, but are " + cutoffs);
        }
        last = cutoff;
      }
      if (!(divValue >= 1 && divValue < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "div value must be at least 1 and finite, but is " + divValue);
      }
    }

    /** Clusters behind the head. */
    public int clusters() {
      return cutoffs.size();
    }

    /** Classes and clusters that the head chooses from. */
    public int headSize() {
      return cutoffs.getFirst() + clusters();
    }

    /**
     * How wide a cluster's projection of {@code in} values is: as often as the divisor, a power of
     * the div value, goes into them whole. A quotient of doubles may be rounded up to a whole
     * number; Python's {@code //} and this are not.
     */
    public int width(int in, int cluster) {
      double divisor = Math.pow(divValue, cluster + 1.0);
      return (int) Math.rint((in - in % divisor) / divisor);
    }

    /** How many of so many classes a cluster has. */
    public int size(int classes, int cluster) {
      int end = cluster + 1 < clusters() ? cutoffs.get(cluster + 1) : classes;
      return end - cutoffs.get(cluster);
    }

    /** What the head has for a class: itself, or the entry of its cluster. */
    int entry(int target) {
      if (target < cutoffs.getFirst()) {
        return target;
      }
      int cluster = 0;
      while (cluster + 1 < cutoffs.size() && target >= cutoffs.get(cluster + 1)) {
        cluster++;
      }
      return cutoffs.getFirst() + cluster;
    }

    /**
     * Demands that there are that many classes, and values to project.
     *
     * @param in values of an input
     * @param classes how many there are
     */
    public void requireFitting(int in, int classes) {
      if (cutoffs.getLast() >= classes) {
        throw new IllegalArgumentException(
            "cutoffs must be below the number of classes, %d, but are %s: leave those out that are not"
                .formatted(classes, cutoffs));
      }
      if (width(in, clusters() - 1) < 1) {
        throw new IllegalArgumentException(
            "nothing is left of %d values after %d divisions by %s: give fewer cutoffs, or a smaller div value"
                .formatted(in, clusters(), divValue));
      }
    }
  }

  /**
   * A cluster of classes.
   *
   * @param first its first class
   * @param projection narrows the input; has no bias
   * @param words a logit for each of its classes; has no bias
   */
  record Tail(int first, Linear projection, Linear words) {
    int size() {
      return words.out();
    }
  }

  /**
   * Creates one with PyTorch's initial distribution.
   *
   * @param in values of an input
   * @param classes how many there are, numbered by falling frequency
   * @param random draws the weights
   * @throws IllegalArgumentException when the cutoffs do not fit
   */
  public AdaptiveSoftmax(int in, int classes, Options options, RandomGenerator random) {
    this.in = Sizes.positive("input size", in);
    this.classes = Sizes.positive("number of classes", classes);
    this.options = options;
    options.requireFitting(in, classes);
    head =
        options.headBias()
            ? new Linear(in, options.headSize(), random)
            : Linear.withoutBias(in, options.headSize(), random);
    for (int i = 0; i < options.clusters(); i++) {
      int width = options.width(in, i);
      tails.add(
          new Tail(
              options.cutoffs().get(i),
              Linear.withoutBias(in, width, random),
              Linear.withoutBias(width, options.size(classes, i), random)));
    }
  }

  @Override
  public SequencedMap<String, Parameter> parameters() {
    SequencedMap<String, Parameter> parameters = new LinkedHashMap<>();
    parameters.putAll(Module.nested("head", head));
    for (int i = 0; i < tails.size(); i++) {
      parameters.putAll(Module.nested("tail.%d.0".formatted(i), tails.get(i).projection()));
      parameters.putAll(Module.nested("tail.%d.1".formatted(i), tails.get(i).words()));
    }
    return parameters;
  }

  /** Values of an input. */
  public int in() {
    return in;
  }

  /** How many classes there are. */
  public int classes() {
    return classes;
  }

  /** How its classes are dealt out. */
  public Options options() {
    return options;
  }

  Linear head() {
    return head;
  }

  List<Tail> tails() {
    return tails;
  }

  /**
   * The mean of -log P(target), in nats.
   *
   * @param x [..., in]
   * @param targets one class for every row of x, row-major
   * @return a scalar
   */
  public Tensor mean(Tape tape, Tensor x, int[] targets) {
    return part(tape, x, targets, targets.length);
  }

  /**
   * The share of some rows in the mean over more: the shares of all of them together are the loss.
   * Nothing flows into a cluster that no target is in.
   *
   * @param x [..., in]
   * @param targets one class for every row of x, row-major
   * @param totalRows how many rows the mean is over, these among them
   * @return a scalar
   */
  public Tensor part(Tape tape, Tensor x, int[] targets, int totalRows) {
    return part(tape, x, targets, totalRows, tape.buffer(targets.length));
  }

  /**
   * The share of some rows in the mean over more, and what each of them adds.
   *
   * @param x [..., in]
   * @param targets one class for every row of x, row-major
   * @param totalRows how many rows the mean is over, these among them
   * @param losses becomes -log P(target) of each row, in nats; as many as targets
   * @return a scalar
   */
  public Tensor part(Tape tape, Tensor x, int[] targets, int totalRows, float[] losses) {
    return blocked(tape, x, targets, totalRows, losses, AdaptiveLoss.MOST_ROWS);
  }

  /** The same in blocks of so many rows at most. */
  Tensor blocked(Tape tape, Tensor x, int[] targets, int totalRows, float[] losses, int blockRows) {
    int rows = Sizes.positive("number of rows", head.rows(x));
    CrossEntropy.requireTargets(rows, classes, targets, totalRows);
    Sizes.equal("number of losses", rows, losses.length);
    return new AdaptiveLoss(this, tape, x, targets, totalRows, losses, blockRows).share();
  }

  /**
   * log P of every class, {@code log_prob} of PyTorch.
   *
   * @param x [..., in]
   * @return [..., classes]
   */
  public Tensor logProbabilities(Tape tape, Tensor x) {
    head.rows(x);
    List<Tensor> logits = new ArrayList<>();
    logits.add(head.forward(tape, x));
    for (Tail tail : tails) {
      logits.add(tail.words().forward(tape, tail.projection().forward(tape, x)));
    }
    return new AdaptiveProbabilities(options, classes).join(tape, logits);
  }

  /**
   * The likeliest class of every row. Clusters are looked into for those rows alone whose likeliest
   * entry of the head is one.
   *
   * @param tape one that computes
   * @param x [..., in]
   * @return a class for each row
   */
  public int[] predict(Tape tape, Tensor x) {
    int rows = head.rows(x);
    int shortlist = options.cutoffs().getFirst();
    float[] logits = head.forward(tape, x).data();
    int[] classesOfRows = new int[rows];
    List<Integer> open = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      classesOfRows[row] = KERNELS.argmax(logits, row * head.out(), head.out());
      if (classesOfRows[row] >= shortlist) {
        open.add(row);
      }
    }
    if (open.isEmpty()) {
      return classesOfRows;
    }
    Tensor some = tape.tensor(false, open.size(), in);
    for (int i = 0; i < open.size(); i++) {
      System.arraycopy(x.data(), open.get(i) * in, some.data(), i * in, in);
    }
    float[] logProbabilities = logProbabilities(tape, some).data();
    for (int i = 0; i < open.size(); i++) {
      classesOfRows[open.get(i)] = KERNELS.argmax(logProbabilities, i * classes, classes);
    }
    return classesOfRows;
  }

  /** The weights as they are now, for one row at a time. */
  public FrozenAdaptiveSoftmax freeze() {
    return new FrozenAdaptiveSoftmax(this);
  }
}
