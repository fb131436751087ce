package io.refrain.model;

import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.loss.LinearCrossEntropy;
import io.refrain.loss.LogUniformSample;
import io.refrain.loss.SampledSoftmax;
import io.refrain.nn.Embedding;
import io.refrain.nn.FrozenLinear;
import io.refrain.nn.Linear;
import io.refrain.nn.Module;
import io.refrain.nn.Parameter;
import io.refrain.tensor.Tape;
import io.refrain.tensor.Tensor;
import java.util.SequencedMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The end of a language model, from what the last recurrent layer writes to probabilities. */
sealed interface OutputLayer extends Module {

  /**
   * Creates what a configuration asks for.
   *
   * @param embedding whose weight it shares; null where it has its own
   * @param random draws the weights
   */
  static OutputLayer of(
      LanguageModelConfig config, @Nullable Embedding embedding, RandomGenerator random) {
    int width = config.outputWidth();
    int vocabulary = config.vocabulary();
    if (config.output() instanceof OutputConfig.Adaptive(AdaptiveSoftmax.Options options)) {
      return new Adaptive(new AdaptiveSoftmax(width, vocabulary, options, random));
    }
    Linear linear =
        embedding == null
            ? new Linear(width, vocabulary, random)
            : Linear.tied(embedding.weight(), random);
    return new Dense(
        linear, config.output() instanceof OutputConfig.Sampled(int samples) ? samples : 0);
  }

  /** What its parameters' names begin with. */
  String name();

  /** Unnormalized log P of every token: [..., width] → [..., vocabulary]. */
  Tensor logits(Tape tape, Tensor x);

  /** The share of rows in a mean cross-entropy over {@code total}; all tokens count. */
  default Tensor loss(Tape tape, Tensor x, int[] targets, int total) {
    return loss(tape, x, targets, total, tape.buffer(targets.length));
  }

  /**
   * The same, and what each row adds.
   *
   * @param losses becomes -log P(target) of each row, in nats
   */
  Tensor loss(Tape tape, Tensor x, int[] targets, int total, float[] losses);

  /**
   * The same as training descends from it.
   *
   * @param random draws the sample, where there is one
   */
  Tensor trainingLoss(Tape tape, Tensor x, int[] targets, int total, RandomGenerator random);

  /** The weights as they are now, for one row at a time. */
  FrozenOutput freeze();

  /**
   * A linear layer.
   *
   * @param linear gives a logit for each token
   * @param samples tokens that training samples; 0 where it counts all
   */
  record Dense(Linear linear, int samples) implements OutputLayer {
    @Override
    public SequencedMap<String, Parameter> parameters() {
      return linear.parameters();
    }

    @Override
    public String name() {
      return "linear";
    }

    @Override
    public Tensor logits(Tape tape, Tensor x) {
      return linear.forward(tape, x);
    }

    @Override
    public Tensor loss(Tape tape, Tensor x, int[] targets, int total, float[] losses) {
      return LinearCrossEntropy.part(tape, x, linear, targets, total, losses);
    }

    @Override
    public Tensor trainingLoss(
        Tape tape, Tensor x, int[] targets, int total, RandomGenerator random) {
      return samples == 0
          ? loss(tape, x, targets, total)
          : SampledSoftmax.part(
              tape,
              x,
              linear,
              targets,
              total,
              LogUniformSample.draw(linear.out(), samples, random));
    }

    @Override
    public FrozenOutput freeze() {
      return FrozenOutput.of(new FrozenLinear(linear));
    }
  }

  /**
   * Clusters.
   *
   * @param softmax has the weights
   */
  record Adaptive(AdaptiveSoftmax softmax) implements OutputLayer {
    @Override
    public SequencedMap<String, Parameter> parameters() {
      return softmax.parameters();
    }

    @Override
    public String name() {
      return "softmax";
    }

    @Override
    public Tensor logits(Tape tape, Tensor x) {
      return softmax.logProbabilities(tape, x);
    }

    @Override
    public Tensor loss(Tape tape, Tensor x, int[] targets, int total, float[] losses) {
      return softmax.part(tape, x, targets, total, losses);
    }

    @Override
    public Tensor trainingLoss(
        Tape tape, Tensor x, int[] targets, int total, RandomGenerator random) {
      return loss(tape, x, targets, total);
    }

    @Override
    public FrozenOutput freeze() {
      return FrozenOutput.of(softmax.freeze());
    }
  }
}
