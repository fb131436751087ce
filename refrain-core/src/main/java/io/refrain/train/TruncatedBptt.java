package io.refrain.train;

import io.refrain.data.TokenBatch;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.nn.Sizes;
import io.refrain.nn.recurrent.RecurrentState;
import io.refrain.tensor.DataParallel;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Loss and gradient of a text that is read piece by piece, by truncated back-propagation through
 * time: the state goes on to the next batch, the gradient does not go back to the one before.
 *
 * <p>A new one, and one that was {@linkplain #reset reset}, reads from a state of zeros.
 */
public final class TruncatedBptt {
  private final LanguageModel model;
  private final int rows;
  private final int targets;
  private final DataParallel parallel;
  private final List<Shard> shards = new ArrayList<>();

  /** The rows of a batch that one tape runs over. */
  private static final class Shard {
    final TokenBatch batch;
    final RecurrentState state;
    RecurrentState next;
    float nats;

    Shard(TokenBatch batch, RecurrentState state) {
      this.batch = batch;
      this.state = state;
      next = state;
    }
  }

  /**
   * Prepares for batches of one size.
   *
   * @param steps time steps of a batch
   * @param batch rows of a batch
   * @param team its threads share the work; their number changes no bit
   */
  public TruncatedBptt(LanguageModel model, int steps, int batch, ThreadTeam team) {
    this.model = model;
    rows = batch;
    targets = Math.multiplyExact(steps, batch);
    parallel = new DataParallel(team, batch);
    for (int shard = 0; shard < parallel.shards(); shard++) {
      int rows = parallel.rows(shard);
      shards.add(new Shard(new TokenBatch(steps, rows), model.initialState(rows)));
    }
  }

  /** The next batch begins new texts. */
  public void reset() {
    for (Shard shard : shards) {
      shard.state.reset();
      shard.next = shard.state;
    }
  }

  /**
   * Adds the gradient of the mean loss over a batch to the gradients of the model's parameters.
   *
   * @param batch of the size that this was made for
   * @param random draws what the model's regularization leaves out
   * @return the cross-entropy in nats, without what penalties add to the loss
   */
  public float backward(TokenBatch batch, RandomGenerator random) {
    Sizes.equal("number of rows of a batch", rows, batch.batch());
    long draw = random.nextLong();
    parallel.backward((tape, shard) -> loss(tape, batch, shard, draw));
    float nats = 0;
    for (Shard shard : shards) {
      nats += shard.nats;
    }
    return nats;
  }

  private Tensor loss(Tape tape, TokenBatch whole, int number, long draw) {
    Shard shard = shards.get(number);
    TokenBatch batch = shard.batch;
    batch.takeRows(whole, parallel.firstRow(number));
    LanguageModel.Judgement judgement =
        model.train(
            tape,
            batch.inputs(),
            batch.targets(),
            batch.steps(),
            batch.batch(),
            shard.state,
            targets,
            new SplittableRandom(draw + number));
    shard.next = judgement.state();
    shard.nats = judgement.crossEntropy().item();
    return judgement.loss();
  }

  /** Lets the next batch begin where the last one ended; else it begins where that began. */
  public void carry() {
    for (Shard shard : shards) {
      shard.state.assign(shard.next);
    }
  }

  /** A copy of the state before the next batch, of all rows. */
  public RecurrentState state() {
    RecurrentState whole = model.initialState(rows);
    for (int number = 0; number < shards.size(); number++) {
      RecurrentState state = shards.get(number).state;
      whole.assignRows(parallel.firstRow(number), state, 0, state.batch());
    }
    return whole;
  }

  /**
   * Goes on from a state of all rows.
   *
   * @param whole of the model's layers and the size that this was made for
   */
  public void restore(RecurrentState whole) {
    Sizes.equal("number of rows of a state", rows, whole.batch());
    for (int number = 0; number < shards.size(); number++) {
      RecurrentState state = shards.get(number).state;
      state.assignRows(0, whole, parallel.firstRow(number), state.batch());
      shards.get(number).next = state;
    }
  }
}
