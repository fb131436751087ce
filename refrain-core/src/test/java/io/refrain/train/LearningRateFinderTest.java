package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.optim.Sgd;
import io.refrain.train.LearningRateFinder.Point;
import io.refrain.train.LearningRateFinder.Result;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LearningRateFinderTest {
  private static Result find(SmallTraining training, ThreadTeam team, List<Point> watched) {
    return LearningRateFinder.find(
        training.run(),
        SmallTraining.tokens(),
        team,
        (count, point) -> {
          watched.add(point);
          assertThat(count).isEqualTo(watched.size());
        });
  }

  @Test
  void ratesGrowByAFactorAndLossesAreSmoothed() {
    List<Point> watched = new ArrayList<>();
    Result result = find(SmallTraining.adam(), ThreadTeam.single(), watched);
    List<Point> points = result.points();
    assertThat(points).isEqualTo(watched);
    assertThat(points.getFirst().learningRate()).isEqualTo(LearningRateFinder.LOWEST);
    double factor = Math.pow(10, 8 / 200.0);
    double weights = 0;
    double sum = 0;
    for (int i = 0; i < points.size(); i++) {
      Point point = points.get(i);
      double expected = LearningRateFinder.LOWEST * Math.pow(factor, i);
      assertThat(point.learningRate()).isCloseTo(expected, within(1e-9 * expected));
      weights = 0.9 * weights + 1;
      sum = 0.9 * sum + point.loss();
      assertThat(point.smoothedLoss()).isCloseTo(sum / weights, within(1e-9));
    }
    assertThat(points)
        .allMatch(point -> point.smoothedLoss() >= result.lowest().smoothedLoss())
        .contains(result.lowest());
    assertThat(result.suggestion()).hasValue(result.lowest().learningRate() / 10);
  }

  @Test
  void suggestsARateThatLearnsAndWarnsOfOneThatDoesNot() throws Exception {
    Result result = find(SmallTraining.adam(), ThreadTeam.single(), new ArrayList<>());
    double suggestion = result.suggestion().orElseThrow();
    assertThat(suggestion).isBetween(1e-4, 0.05);
    Trainer suggested = SmallTraining.adam().withRate(suggestion, 1).withEpochs(40).trainer(1);
    suggested.run(new TrainingListener() {});
    double last = result.points().getLast().learningRate();
    Trainer ending = SmallTraining.adam().withRate(last, 1).withEpochs(40).trainer(1);
    ending.run(new TrainingListener() {});
    assertThat(suggested.progress().best()).isLessThan(ending.progress().best());
  }

  private static Result ofLosses(boolean diverged, double... losses) {
    List<Point> points = new ArrayList<>();
    for (double loss : losses) {
      points.add(new Point(Math.pow(10, points.size()), loss, loss));
    }
    return LearningRateFinder.result(points, diverged);
  }

  @Test
  void suggestsNothingWhereTheLossHasNoLowestPlace() {
    assertThat(ofLosses(false, 3, 2, 4).suggestion()).hasValue(1);
    Result never = ofLosses(true, 3, 4, 15);
    assertThat(never.suggestion()).isEmpty();
    assertThat(never.neverFell()).isTrue();
    Result still = ofLosses(false, 3, 2, 1);
    assertThat(still.suggestion()).isEmpty();
    assertThat(still.stillFell()).isTrue();
    // a loss that falls until it is no number has its lowest place there
    assertThat(ofLosses(true, 3, 2, 1).suggestion()).hasValue(10);
  }

  @Test
  void doesNotBlameATinyRateWhereTrainingDivergesAtOnce() {
    SmallTraining hopeless =
        SmallTraining.sgd().withOptimizer(new Sgd.Options(0, 0, false, 1e38), 1);
    assertThatExceptionOfType(TrainingDivergedException.class)
        .isThrownBy(() -> find(hopeless, ThreadTeam.single(), new ArrayList<>()))
        .withMessageStartingWith("no learning rate can be looked for: training diverged at update ")
        .withMessageContaining("so it is not the rate: try another optimizer")
        .withMessageNotContaining("too high")
        .withMessageNotContaining("checkpoint");
  }

  @Test
  void endsTheSweepWhereTrainingFallsApart() {
    Result result =
        find(
            SmallTraining.sgd().withRate(0.5, Double.POSITIVE_INFINITY),
            ThreadTeam.single(),
            new ArrayList<>());
    assertThat(result.diverged()).isTrue();
    assertThat(result.points()).hasSizeBetween(20, LearningRateFinder.UPDATES - 1);
  }

  @Test
  void findsTheSameForAnyNumberOfThreadsRatesAndSchedules() {
    Result one = find(SmallTraining.adam(), ThreadTeam.single(), new ArrayList<>());
    try (ThreadTeam team = new ThreadTeam(3)) {
      assertThat(find(SmallTraining.adam().withUpdates(3).withEpochs(1), team, new ArrayList<>()))
          .isEqualTo(one);
    }
    assertThat(find(SmallTraining.adam().withRate(7, 1), ThreadTeam.single(), new ArrayList<>()))
        .isEqualTo(one);
  }

  @Test
  void aTextThatFillsNoBatchIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            LearningRateFinder.find(
                SmallTraining.sgd().run(),
                TokenSource.of(new int[20]),
                ThreadTeam.single(),
                (count, point) -> {}))
        .withMessageStartingWith("text too short for one batch of 4 rows of 5 steps");
  }
}
