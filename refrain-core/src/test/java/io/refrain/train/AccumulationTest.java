package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.Epoch;
import io.refrain.data.Split;
import io.refrain.data.TokenBatch;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Sgd;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Updates of several batches against the loop that a PyTorch user writes. */
class AccumulationTest {
  private static final int BATCHES = 5;

  private static LanguageModel model(SmallTraining training) {
    return new LanguageModel(training.model(), new SplittableRandom(1));
  }

  /** What loss / N would have flow back, batch after batch, into a gradient of its own. */
  private static Map<String, double[]> meanGradient(
      TruncatedBptt bptt,
      LanguageModel model,
      Epoch epoch,
      int first,
      int count,
      boolean carry,
      List<Double> losses) {
    Map<String, double[]> mean = new LinkedHashMap<>();
    TokenBatch batch = new TokenBatch(SmallTraining.STEPS, SmallTraining.BATCH);
    double loss = 0;
    for (int i = first; i < first + count; i++) {
      epoch.fill(i, batch);
      model.parameters().values().forEach(parameter -> parameter.tensor().clearGradient());
      loss += bptt.backward(batch, new SplittableRandom(1)) / count;
      if (carry) {
        bptt.carry();
      }
      model
          .parameters()
          .forEach((name, parameter) -> {
            double[] sum = mean.computeIfAbsent(name, key -> new double[parameter.size()]);
            float[] gradient = parameter.tensor().gradient();
            for (int j = 0; j < sum.length; j++) {
              sum[j] += gradient[j] / (double) count;
            }
          });
    }
    losses.add(loss);
    return mean;
  }

  /** What each update should come to. */
  private record Expected(LanguageModel model, List<Double> losses, List<Double> norms) {}

  /** Trains an epoch by plain descent with updates of two batches, gradients clipped to 1. */
  private static Expected expected(TrainingConfig config, LanguageModel model, TokenSource tokens) {
    Epoch epoch = config.batching().epoch(tokens, config.seed(), 0);
    assertThat(epoch.batches()).isEqualTo(BATCHES);
    TruncatedBptt bptt =
        new TruncatedBptt(model, SmallTraining.STEPS, SmallTraining.BATCH, ThreadTeam.single());
    boolean carry = config.batching().carryState();
    List<Double> losses = new ArrayList<>();
    List<Double> norms = new ArrayList<>();
    for (int first = 0; first < BATCHES; first += 2) {
      int count = Math.min(2, BATCHES - first);
      Map<String, double[]> mean = meanGradient(bptt, model, epoch, first, count, carry, losses);
      double norm =
          Math.sqrt(mean.values().stream().flatMapToDouble(Arrays::stream).map(x -> x * x).sum());
      norms.add(norm);
      double factor = config.learningRate() * Math.min(1, 1 / (norm + 1e-6));
      model
          .parameters()
          .forEach((name, parameter) -> {
            for (int i = 0; i < parameter.size(); i++) {
              parameter.data()[i] -= (float) (factor * mean.get(name)[i]);
            }
          });
    }
    return new Expected(model, losses, norms);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anUpdateIsTheMeanOfItsBatches(boolean carry) throws IOException {
    SmallTraining training = SmallTraining.sgd().accumulating(2).withEpochs(1);
    training = carry ? training : training.withoutState();
    Split split = Split.byPosition(SmallTraining.tokens(), 0.2);
    Expected expected = expected(training.config(), model(training), split.train());

    List<TrainingListener.Update> updates = new ArrayList<>();
    Trainer trainer = new Trainer(training.config(), model(training), split, ThreadTeam.single());
    trainer.run(
        new TrainingListener() {
          @Override
          public void updated(Progress progress, Update update) {
            updates.add(update);
            assertThat(progress.lossCount()).isEqualTo(Math.min(BATCHES, 2L * updates.size()));
          }
        });

    assertThat(updates).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(updates.get(i).loss()).isCloseTo(expected.losses().get(i), within(1e-5));
      assertThat(updates.get(i).gradientNorm()).isCloseTo(expected.norms().get(i), within(1e-5));
    }
    expected
        .model()
        .parameters()
        .forEach((name, parameter) -> {
          float[] actual = trainer.model().parameters().get(name).data();
          for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as(name).isCloseTo(parameter.data()[i], within(1e-5f));
          }
        });
  }

  /** Two batches of the same rows without state are one batch of them, twice the gradient. */
  @Test
  void gradientsAddUpUntilTheyAreCleared() {
    SmallTraining training = SmallTraining.sgd();
    LanguageModel model = model(training);
    TokenBatch batch = new TokenBatch(SmallTraining.STEPS, SmallTraining.BATCH);
    training.config().batching().epoch(SmallTraining.tokens(), 1, 0).fill(0, batch);
    TruncatedBptt bptt =
        new TruncatedBptt(model, SmallTraining.STEPS, SmallTraining.BATCH, ThreadTeam.single());
    Sgd optimizer = new Sgd(model.parameters());
    bptt.backward(batch, new SplittableRandom(1));
    double once = GradientNorm.of(ThreadTeam.single(), model.parameters().values());
    bptt.backward(batch, new SplittableRandom(1));
    double twice = GradientNorm.of(ThreadTeam.single(), model.parameters().values());
    assertThat(twice).isCloseTo(2 * once, within(1e-5 * once));
    optimizer.clearGradients();
    assertThat(GradientNorm.of(ThreadTeam.single(), model.parameters().values())).isZero();
  }

  @Test
  void countsTheUpdatesOfAnEpoch() {
    Batching batching = new Batching(4, 5, Partition.SEQUENTIAL, true, 2);
    for (int tokens = 21; tokens < 300; tokens++) {
      long most = 0;
      for (int epoch = 0; epoch < 40; epoch++) {
        most = Math.max(most, batching.epoch(TokenSource.of(new int[tokens]), 3, epoch).batches());
      }
      assertThat(batching.mostUpdatesOfAnEpoch(tokens)).isEqualTo((most + 1) / 2);
    }
  }
}
