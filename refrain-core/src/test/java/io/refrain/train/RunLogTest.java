package io.refrain.train;

import static io.refrain.train.SmallRun.toItsEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.model.CellKind;
import io.refrain.store.JsonLines;
import io.refrain.store.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run leaves in its log. */
class RunLogTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(ints = {0, 4})
  void theLogCountsEpochsFromOne(int evaluateEvery) throws IOException {
    Path path =
        toItsEnd(folder, SmallTraining.adam().withEpochs(1).evaluatedEvery(evaluateEvery, 0));
    assertThat(JsonLines.read(new RunDirectory(path).metricsFile()))
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.wholeNumber("epoch")).isEqualTo(1));
  }

  @Test
  void theLogTellsTheGradientOfEveryLayer() throws IOException {
    Path path = toItsEnd(folder, SmallTraining.sgd().withEpochs(11));
    List<JsonObject> lines =
        JsonLines.read(new RunDirectory(path).metricsFile()).stream()
            .filter(line -> line.has("gradient_norm"))
            .toList();
    assertThat(lines).hasSize(1);
    Map<String, Object> norms = lines.getFirst().object("gradient_norms").asMap();
    assertThat(norms).containsOnlyKeys("rnn.l0", "rnn.l1", "linear");
    double squares = norms.values().stream().mapToDouble(norm -> Math.pow((double) norm, 2)).sum();
    assertThat(Math.sqrt(squares))
        .isCloseTo(lines.getFirst().number("gradient_norm"), within(1e-12));
  }

  @Test
  void aRunOfAFewUpdatesTellsItsLossAtItsEnd() throws IOException {
    List<Double> losses = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void updated(Progress progress, Update update) {
            losses.add(update.loss());
          }
        };
    Path path = folder.resolve("run");
    try (TrainingRun run = SmallRun.create(path, SmallTraining.sgd().withUpdates(7))) {
      run.run(listener);
    }
    List<JsonObject> lines = trainLosses(path);
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst().wholeNumber("update")).isEqualTo(7);
    double mean = losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    assertThat(lines.getFirst().number("train_loss")).isCloseTo(mean, within(1e-12));

    Path longer = toItsEnd(folder, SmallTraining.sgd().withEpochs(11));
    assertThat(trainLosses(longer)).hasSize(1);
    assertThat(trainLosses(longer).getFirst().wholeNumber("update")).isEqualTo(50);
  }

  private static List<JsonObject> trainLosses(Path run) throws IOException {
    return JsonLines.read(new RunDirectory(run).metricsFile()).stream()
        .filter(line -> line.has("train_loss"))
        .toList();
  }

  @Test
  void theLogTellsWhatIsFound() throws IOException {
    SmallTraining sick =
        SmallTraining.sgd().withCell(CellKind.MIN_GRU).withRate(0.5, 1e-3).withEpochs(12);
    Path path = folder.resolve("run");
    List<Finding> found = new ArrayList<>();
    try (TrainingRun run = SmallRun.create(path, sick)) {
      run.run(
          new TrainingListener() {
            @Override
            public void found(Progress progress, Finding finding) {
              assertThat(progress.update()).isEqualTo(50);
              found.add(finding);
            }
          });
    }
    assertThat(found).hasSize(1);
    List<JsonObject> lines =
        JsonLines.read(new RunDirectory(path).metricsFile()).stream()
            .filter(line -> line.has("warning"))
            .toList();
    assertThat(lines).hasSize(1);
    JsonObject line = lines.getFirst();
    assertThat(line.wholeNumber("update")).isEqualTo(50);
    assertThat(line.string("warning")).isEqualTo("exploding-clipped");
    assertThat(line.string("layer")).isEqualTo(found.getFirst().layer());
    assertThat(line.number("figure")).isEqualTo(found.getFirst().figure()).isGreaterThan(10);
  }
}
