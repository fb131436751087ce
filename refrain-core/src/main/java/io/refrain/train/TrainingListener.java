package io.refrain.train;

import io.refrain.model.LanguageModel;
import java.io.IOException;
import java.util.SequencedMap;

/**
 * Watches training. Called on the training thread between updates; what it does there takes
 * training time, and what it throws ends training.
 */
public interface TrainingListener {

  /**
   * What an update was made of.
   *
   * @param batchesInEpoch of the epoch that it belongs to
   * @param loss mean over its batches, in nats a token
   * @param gradientNorm length of the mean gradient, before clipping
   * @param gradientNorms the same of each {@linkplain LanguageModel#layers layer}
   * @param learningRate the rate it was made with
   */
  record Update(
      int batchesInEpoch,
      double loss,
      double gradientNorm,
      SequencedMap<String, Double> gradientNorms,
      double learningRate) {}

  /** One update has been made. */
  default void updated(Progress progress, Update update) throws IOException {}

  /** Something ails the training since the update that was made last. */
  default void found(Progress progress, Finding finding) throws IOException {}

  /** An epoch has ended; {@link Progress#meanLoss} is its mean training loss. */
  default void epochEnded(Progress progress) throws IOException {}

  /**
   * The model has been validated.
   *
   * @param better whether it is the best so far
   * @param model with the weights that were validated: averages, where the optimizer has them
   */
  default void evaluated(
      Progress progress, LanguageModel.Evaluation evaluation, boolean better, LanguageModel model)
      throws IOException {}
}
