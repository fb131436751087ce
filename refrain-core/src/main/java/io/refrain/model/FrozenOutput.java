package io.refrain.model;

import io.refrain.kernel.ThreadTeam;
import io.refrain.loss.FrozenAdaptiveSoftmax;
import io.refrain.nn.FrozenLinear;
import org.jspecify.annotations.Nullable;

/** An {@link OutputLayer} for inference: immutable, shared by any number of texts. */
interface FrozenOutput {

  /** The way of some texts through it, which belongs to one thread at a time. */
  @FunctionalInterface
  interface Reader {
    /**
     * Computes unnormalized log P of every token.
     *
     * @param x what the last recurrent layer writes, [rows × width]
     * @param team shares the work where that pays; null for the calling thread alone
     * @param logits [rows × vocabulary]
     */
    void logits(int rows, float[] x, @Nullable ThreadTeam team, float[] logits);
  }

  /** One more way. */
  Reader reader();

  /** How many of so many threads make the logits of some rows sooner. */
  int threads(int available, int rows);

  /** A linear layer. */
  static FrozenOutput of(FrozenLinear linear) {
    return new FrozenOutput() {
      @Override
      public Reader reader() {
        return linear::apply; // it needs no room of its own
      }

      @Override
      public int threads(int available, int rows) {
        return linear.threads(available, rows);
      }
    };
  }

  /** Clusters, whose logits are log P itself. */
  static FrozenOutput of(FrozenAdaptiveSoftmax softmax) {
    return new FrozenOutput() {
      @Override
      public Reader reader() {
        FrozenAdaptiveSoftmax.Room room = softmax.room();
        return (rows, x, team, logits) -> softmax.logProbabilities(rows, x, room, team, logits);
      }

      @Override
      public int threads(int available, int rows) {
        return softmax.threads(available, rows);
      }
    };
  }
}
