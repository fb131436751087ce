package io.refrain.train;

import io.refrain.model.LanguageModel;
import java.io.IOException;

/**
 * Watches training. Called on the training thread between updates; what it does there takes
 * training time, and what it throws ends training.
 */
public interface TrainingListener {

  /**
   * One update has been made.
   *
   * @param loss of the batch, in nats a token
   * @param gradientNorm before clipping
   */
  default void updated(Progress progress, int batchesInEpoch, double loss, double gradientNorm)
      throws IOException {}

  /** An epoch has ended; {@link Progress#meanLoss} is its mean training loss. */
  default void epochEnded(Progress progress) throws IOException {}

  /**
   * The model has been validated.
   *
   * @param better whether it is the best so far
   */
  default void evaluated(
      Progress progress, LanguageModel.Evaluation evaluation, boolean better, LanguageModel model)
      throws IOException {}
}
