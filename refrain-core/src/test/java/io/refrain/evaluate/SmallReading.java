package io.refrain.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.loss.AdaptiveSoftmax;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.model.LanguageModelRegularization;
import io.refrain.model.OutputConfig;
import io.refrain.nn.recurrent.Regularization;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Small models and texts to read with them. */
final class SmallReading {
  static final int VOCABULARY = 11;

  private SmallReading() {}

  static LanguageModel model() {
    return model(false, new OutputConfig.Full());
  }

  private static LanguageModel model(boolean tied, OutputConfig output) {
    LanguageModelRegularization strong =
        new LanguageModelRegularization(
            0.3, 0.3, 0.3, new Regularization(0.3, true, 0.3, 0, 0), 0, 0);
    LanguageModelConfig config =
        new LanguageModelConfig(VOCABULARY, 6, CellKind.LSTM, 7, 2, tied, false, strong);
    return new LanguageModel(config.withOutput(output), new SplittableRandom(4));
  }

  /** One of each kind of output. */
  static Stream<LanguageModel> models() {
    return Stream.of(
        model(),
        model(true, new OutputConfig.Full()),
        model(true, new OutputConfig.Sampled(5)),
        model(
            false, new OutputConfig.Adaptive(new AdaptiveSoftmax.Options(List.of(3, 6), 2, true))));
  }

  static int[] text(int length) {
    return new SplittableRandom(length).ints(length, 0, VOCABULARY).toArray();
  }

  /** log P of each token but the first. */
  static List<Double> read(TextReader reader, int[] tokens) {
    List<Double> each = new ArrayList<>();
    RunningScore score = new RunningScore(reader, (token, logP) -> each.add(logP));
    score.read(tokens, new int[tokens.length]);
    assertThat(score.score().tokens()).isEqualTo(tokens.length - 1);
    return each;
  }

  static void assertClose(List<Double> actual, List<Double> expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.get(i)).as("token %d", i).isCloseTo(expected.get(i), within(tolerance));
    }
  }

  /** The largest difference. */
  static double distance(List<Double> one, List<Double> other) {
    assertThat(one).hasSameSizeAs(other);
    double most = 0;
    for (int i = 0; i < one.size(); i++) {
      most = Math.max(most, Math.abs(one.get(i) - other.get(i)));
    }
    return most;
  }
}
