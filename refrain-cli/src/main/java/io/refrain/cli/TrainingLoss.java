package io.refrain.cli;

import io.refrain.model.LanguageModelConfig;
import io.refrain.model.OutputConfig;

/** What the loss of training is, and so what people are told of it. */
enum TrainingLoss {
  /** Of the text, as that of a validation. */
  OF_THE_TEXT,

  /**
   * Of a sampled softmax: that among a few of the tokens, which is smaller. It falls as training
   * goes well, but its exponential is the perplexity of nothing.
   */
  AMONG_SAMPLES;

  /** What the loss of a model's training is. */
  static TrainingLoss of(LanguageModelConfig model) {
    return model.output() instanceof OutputConfig.Sampled ? AMONG_SAMPLES : OF_THE_TEXT;
  }

  /**
   * {@return the loss in words, with the perplexity where it is one}
   *
   * @param nats a token
   * @param perplexity what that is called, such as perplexity
   * @param separator between the two
   */
  String words(double nats, String perplexity, String separator) {
    return switch (this) {
      case OF_THE_TEXT ->
          "loss %s%s%s %s"
              .formatted(Figures.loss(nats), separator, perplexity, Figures.perplexity(nats));
      case AMONG_SAMPLES -> "loss among samples " + Figures.loss(nats);
    };
  }

  /** {@return what a line of such losses is called in a picture} */
  String legend() {
    return switch (this) {
      case OF_THE_TEXT -> "training (seen text)";
      case AMONG_SAMPLES -> "training (among samples)";
    };
  }
}
