package io.refrain.data;

import java.util.random.RandomGenerator;

/**
 * Cuts the text, from a random offset on, into subsequences that do not overlap, and deals them out
 * in random order (d2l's {@code seq_data_iter_random}).
 *
 * <p>The offset {@code o} is drawn from 0 to {@code steps - 1} inclusive; there are {@code (length
 * - o - 1) / steps} subsequences, and a batch takes the next {@code batch} of them, as long as
 * there are enough. Neighbouring batches have nothing to do with each other, so the hidden state
 * starts anew in each. Where the largest offsets would leave no batch of a short text, the offset
 * is drawn from those that do leave one.
 *
 * @param batch rows in a batch; at least 1
 * @param steps time steps of a row; at least 1
 */
public record RandomSampling(int batch, int steps) implements BatchSampler {
  /** Checks the sizes. */
  public RandomSampling {
    Windows.tokensPerBatch(batch, steps);
  }

  @Override
  public boolean rowsContinue() {
    return false;
  }

  @Override
  public Epoch epoch(TokenSource tokens, RandomGenerator random) {
    int offset = Windows.drawOffset(tokens.size(), this, steps - 1, random);
    long windows = (tokens.size() - offset - 1) / steps;
    IndexOrder order = IndexOrder.draw(windows, random);
    return new Windows(
        tokens,
        offset,
        windows / batch,
        batch,
        steps,
        (index, row) -> offset + order.at((long) index * batch + row) * steps);
  }
}
