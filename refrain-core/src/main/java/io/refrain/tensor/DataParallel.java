package io.refrain.tensor;

import io.refrain.kernel.Kernels;
import io.refrain.kernel.ThreadTeam;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Runs a model over the parts of a batch side by side and sums their gradients, as {@code
 * torch.nn.DataParallel}.
 *
 * <p>Operations of one tape can be shared by threads, but then each thread soon needs what the
 * other wrote, and fetching that from another core can cost more than computing it. Here a thread
 * keeps to its rows of the batch from the first operation to the last, forward and backward; what
 * goes from core to core is one gradient and the new weights, of which the large ones are packed
 * once for all parts.
 *
 * <p>A batch is cut in two for any number of threads, because the cut decides the order in which
 * gradients are summed, and the number of threads must not change a bit. One thread runs the parts
 * one after the other; more than two share the operations of each part, so that threads help by
 * twos. Weights must not change during a pass.
 *
 * <pre>{@code
 * DataParallel parallel = new DataParallel(team, batch);
 * float loss = parallel.backward((tape, shard) -> {
 *   // the model over parallel.rows(shard) rows from parallel.firstRow(shard) on
 *   return CrossEntropy.part(tape, logits, targets, steps * batch);
 * });
 * }</pre>
 */
public final class DataParallel {
  private static final Kernels KERNELS = Kernels.get();
  private static final int SHARDS = 2;

  private final ThreadTeam team;
  private final ThreadTeam leaders;
  private final int rows;
  private final List<Tape> tapes = new ArrayList<>();
  private final SharedWeights weights = new SharedWeights();
  private final float[] losses;

  /** Runs a model over a part of a batch. */
  @FunctionalInterface
  public interface Pass {

    /**
     * Runs the model forward over a part of the batch; called in several threads at once.
     *
     * <p>Parts may share leaves, such as weights. Every other tensor must be of this part's tape,
     * and work be cut between the threads of {@link Tape#team} alone.
     *
     * @param tape this part's, empty
     * @param shard the number of the part
     * @return this part's share of the loss: the shares of all parts together are the loss
     */
    Tensor loss(Tape tape, int shard);
  }

  /**
   * Prepares the parts of a batch.
   *
   * @param team its threads are used during {@link #backward} alone
   * @param rows sequences in a batch, at least 1
   */
  public DataParallel(ThreadTeam team, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("a batch has at least 1 row, but rows is " + rows);
    }
    this.team = team;
    this.rows = rows;
    int shards = Math.min(SHARDS, rows);
    ThreadTeam.Groups groups = team.groups(shards);
    leaders = groups.leaders();
    losses = new float[shards];
    for (int shard = 0; shard < shards; shard++) {
      // where one leader runs both parts, both use its group
      ThreadTeam threads = groups.teams().get(shard * leaders.size() / shards);
      tapes.add(shard == 0 ? Tape.recording(threads, weights) : Tape.shadowing(threads, weights));
    }
  }

  /** How many parts a batch has. */
  public int shards() {
    return tapes.size();
  }

  /** The first row of the batch that belongs to a part. */
  public int firstRow(int shard) {
    return ThreadTeam.boundary(rows, shard, shards());
  }

  /** How many rows of the batch belong to a part. */
  public int rows(int shard) {
    return firstRow(shard + 1) - firstRow(shard);
  }

  /**
   * Runs every part forward and backward; the gradients of all parts flow into the leaves. Tensors
   * of this pass live until the next one.
   *
   * <p>What a part throws, this throws; then clear the gradients of the leaves, for some parts may
   * have flowed into them.
   *
   * @return the loss
   */
  public float backward(Pass pass) {
    for (Tape tape : tapes) {
      tape.shadows().values().forEach(Tensor::clearGradient); // left by a pass that failed
    }
    weights.clear();
    leaders.run((part, parts) -> {
      int end = ThreadTeam.boundary(shards(), part + 1, parts);
      for (int shard = ThreadTeam.boundary(shards(), part, parts); shard < end; shard++) {
        Tape tape = tapes.get(shard);
        tape.clear();
        Tensor loss = pass.loss(tape, shard);
        losses[shard] = loss.item();
        tape.backward(loss);
      }
    });
    float sum = 0;
    for (int shard = 0; shard < shards(); shard++) {
      sum += losses[shard];
      addGradients(tapes.get(shard).shadows());
    }
    return sum;
  }

  /** Adds a part's gradients of leaves to those of the parts before. */
  private void addGradients(Map<Tensor, Tensor> shadows) {
    if (shadows.isEmpty()) {
      return;
    }
    shadows.forEach((leaf, shadow) -> {
      if (!shadow.hasGradient()) {
        return;
      }
      if (leaf.hasGradient()) {
        leaf.coverGradient(shadow);
      } else {
        Arrays.fill(leaf.openGradient(float[]::new), 0f);
      }
    });
    team.run((part, parts) ->
        shadows.forEach((leaf, shadow) -> {
          if (shadow.hasGradient()) {
            int pieces = shadow.gradientPieces();
            shadow.forGradient(
                ThreadTeam.boundary(pieces, part, parts),
                ThreadTeam.boundary(pieces, part + 1, parts),
                (from, length) ->
                    KERNELS.add(shadow.gradient(), from, leaf.gradient(), from, length));
          }
        }));
    shadows.values().removeIf(shadow -> !shadow.hasGradient()); // leaves that are gone
    shadows.values().forEach(Tensor::clearGradient);
  }
}
