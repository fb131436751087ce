package io.refrain.tensor;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.Panels;
import io.refrain.kernel.ThreadTeam;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What runs a step: it hands out buffers and threads to operations, remembers how to run each
 * backwards, and then does so in reverse order.
 *
 * <p>An operation is a whole step of thought: embed a batch, run a recurrent layer over all time
 * steps, project, compare with the targets. Each allocates its output with {@link #tensor},
 * computes it, and {@linkplain #record records} a function that turns the gradient of its output
 * into the gradients of its inputs. A handful of operations make a training step, so the tape costs
 * nothing next to them.
 *
 * <pre>{@code
 * Tape tape = Tape.recording(team);
 * for (Batch batch : batches) {
 *   Tensor loss = ...;          // operations on the tape
 *   tape.backward(loss);        // gradients flow into the parameters
 *   optimizer.step(...);
 *   tape.clear();               // buffers are free for the next step
 * }
 * }</pre>
 *
 * <p>Not safe for use by several threads; its team parallelises inside operations.
 */
public final class Tape {
  private final ThreadTeam team;
  private final boolean recording;
  private final Workspace<float[]> arrays = new Workspace<>(float[]::new);
  private final Workspace<Panels> panels = new Workspace<>(Panels::new);
  private final List<Runnable> nodes = new ArrayList<>();

  /** Where gradients of leaves go instead, when other tapes write to the same leaves. */
  private final @Nullable Map<Tensor, Tensor> shadows;

  /** Weights that are packed once for this tape and others, or for all passes; null for neither. */
  private final @Nullable SharedWeights sharedWeights;

  private Tape(
      ThreadTeam team,
      boolean recording,
      @Nullable Map<Tensor, Tensor> shadows,
      @Nullable SharedWeights sharedWeights) {
    this.team = team;
    this.recording = recording;
    this.shadows = shadows;
    this.sharedWeights = sharedWeights;
  }

  /** A tape for training. */
  public static Tape recording(ThreadTeam team) {
    return new Tape(team, true, null, null);
  }

  /** A tape that only computes, as under {@code torch.no_grad()}. */
  public static Tape computing(ThreadTeam team) {
    return new Tape(team, false, null, null);
  }

  /**
   * A tape that only computes, with weights that nobody changes as long as it is used: it packs
   * each of them once, not once a pass, so that short passes cost no more than long ones.
   */
  public static Tape reading(ThreadTeam team) {
    return new Tape(team, false, null, new SharedWeights());
  }

  /** A tape for training beside others, the one whose leaves collect the gradients of all. */
  static Tape recording(ThreadTeam team, SharedWeights weights) {
    return new Tape(team, true, null, weights);
  }

  /** A tape for training beside another: gradients of leaves stay with it, in {@link #shadows}. */
  static Tape shadowing(ThreadTeam team, SharedWeights weights) {
    return new Tape(team, true, new LinkedHashMap<>(), weights);
  }

  /** Whether this tape runs a part of a batch whose first part another tape runs. */
  boolean isShadowing() {
    return shadows != null;
  }

  /** Whether weights stay as they are from pass to pass. */
  boolean keepsWeights() {
    return !recording && sharedWeights != null;
  }

  @Nullable SharedWeights sharedWeights() {
    return sharedWeights;
  }

  /** What holds the gradient of each leaf that this tape has met. */
  Map<Tensor, Tensor> shadows() {
    return shadows == null ? Map.of() : shadows;
  }

  /** What holds the gradient of a tensor on this tape. */
  private Tensor holder(Tensor tensor) {
    return shadows == null || !tensor.isLeaf()
        ? tensor
        : shadows.computeIfAbsent(tensor, Tensor::shadow);
  }

  /** The threads that operations are cut between. */
  public ThreadTeam team() {
    return team;
  }

  /**
   * The output of an operation, its values undefined.
   *
   * @param requiresGradient whether any input of the operation requires one; see {@link #wanted}
   */
  public Tensor tensor(boolean requiresGradient, int... shape) {
    return new Tensor(shape, arrays.take(Tensor.size(shape)), recording && requiresGradient);
  }

  /** An array that lives until {@link #clear}, its values undefined. */
  public float[] buffer(int length) {
    return arrays.take(length);
  }

  /** Room for so many packed floats that lives until {@link #clear}, its values undefined. */
  Panels panels(int length) {
    return panels.take(length);
  }

  /** Lets the next who needs as much have what came from {@link #panels}, still near in a cache. */
  void giveBack(Panels room) {
    panels.giveBack(room, (int) (room.memory().byteSize() / Float.BYTES));
  }

  /** Whether backward must compute the gradient of this input. */
  public boolean wanted(Tensor input) {
    return recording && input.requiresGradient();
  }

  /** Remembers how to run an operation backwards. */
  public void record(Runnable backward) {
    if (recording) {
      nodes.add(backward);
    }
  }

  /** Whether something has flowed into the gradient of {@code tensor} on this tape. */
  public boolean hasGradient(Tensor tensor) {
    return holder(tensor).hasGradient();
  }

  /**
   * The gradient of {@code tensor} for a node that <em>adds</em> to it: zeros when nothing has
   * flowed in yet.
   */
  public float[] gradientToAdd(Tensor tensor) {
    boolean written = hasGradient(tensor);
    float[] gradient = gradientToWrite(tensor);
    if (!written) {
      int size = tensor.size();
      team.run((part, parts) ->
          Arrays.fill(
              gradient,
              ThreadTeam.boundary(size, part, parts),
              ThreadTeam.boundary(size, part + 1, parts),
              0f));
    }
    return gradient;
  }

  /**
   * The gradient of {@code tensor} for a node that adds to some of its rows: as {@link
   * #gradientToAdd}, but what it costs depends on the rows named, not on the size of the tensor.
   *
   * <p>This is a sparse gradient: an embedding, of whose thousands of rows a step meets hundreds.
   *
   * @param tensor [rows, ...]
   * @param rows from 0 to rows - 1; may name one several times
   * @throws IllegalArgumentException when there is no such row
   */
  public float[] gradientToAddRows(Tensor tensor, int[] rows) {
    int count = tensor.rank() == 0 ? 0 : tensor.length(0);
    for (int row : rows) {
      if (row < 0 || row >= count) {
        throw new IllegalArgumentException("there is no row %d in a %s".formatted(row, tensor));
      }
    }
    Tensor holder = holder(tensor);
    return holder.isLeaf() ? holder.openGradientRows(rows) : gradientToAdd(tensor);
  }

  /**
   * The gradient of {@code tensor} for a node that overwrites it when {@link #hasGradient} was
   * false before, and adds to it otherwise.
   */
  public float[] gradientToWrite(Tensor tensor) {
    return holder(tensor).openGradient(arrays::take);
  }

  /**
   * Lets an array of this tape flow into the gradient of {@code tensor}: as the gradient itself
   * when it is the first, else added.
   */
  public void giveGradient(Tensor tensor, float[] gradient) {
    Tensor holder = holder(tensor);
    if (holder.hasGradient()) {
      float[] sum = holder.openGradient(arrays::take);
      Kernels.get().add(gradient, 0, sum, 0, gradient.length);
    } else {
      holder.adoptGradient(gradient);
    }
  }

  /**
   * Runs all operations backwards, from the derivative 1 of a loss.
   *
   * @param loss a tensor of one value
   */
  public void backward(Tensor loss) {
    if (!recording) {
      throw new IllegalStateException("this tape only computes: use Tape.recording to train");
    }
    if (loss.size() != 1) {
      throw new IllegalArgumentException("backward needs a loss of one value, but got " + loss);
    }
    gradientToWrite(loss)[0] = 1f;
    for (int i = nodes.size() - 1; i >= 0; i--) {
      nodes.get(i).run();
    }
    nodes.clear();
  }

  /**
   * How many values its buffers have room for, in use or not: what the steps so far have needed at
   * once, beside packed operands.
   */
  public long room() {
    return arrays.held();
  }

  /** Forgets every operation and takes back every buffer; tensors of this tape are now invalid. */
  public void clear() {
    nodes.clear();
    arrays.reset();
    panels.reset();
  }
}
