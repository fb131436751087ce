package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.optim.Clipping;
import io.refrain.optim.Schedule;
import io.refrain.optim.Sgd;
import io.refrain.store.Json;
import io.refrain.train.Batching;
import io.refrain.train.Finding;
import io.refrain.train.Limits;
import io.refrain.train.Partition;
import io.refrain.train.Progress;
import io.refrain.train.Trainer;
import io.refrain.train.TrainingConfig;
import io.refrain.train.TrainingListener;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TrainingDisplayTest {
  private static final int BATCHES = 100;
  private static final String SAMPLE = "once upon\na time";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final LanguageModel model =
      new LanguageModel(
          new LanguageModelConfig(4, 0, CellKind.RNN_TANH, 2, 1), new SplittableRandom(1));
  private long nanos;

  private static TrainingConfig config(int epochs, double minutes) {
    return config(new Limits(epochs, Long.MAX_VALUE, minutes, 0), 1);
  }

  private static TrainingConfig config(Limits limits, int accumulate) {
    return new TrainingConfig(
        new Batching(10, 20, Partition.SEQUENTIAL, true, accumulate),
        limits,
        Sgd.Options.plain(),
        1,
        new Schedule.Constant(),
        Clipping.byNorm(1),
        0,
        1);
  }

  private Pace pace(TrainingConfig config) {
    return new Pace(config, 0, () -> nanos);
  }

  private Warnings warnings(TrainingConfig config) {
    return new Warnings(model.config(), config);
  }

  private String written() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static Progress progress(long update, double best) {
    return new Progress(
        update,
        (int) ((update - 1) / BATCHES),
        (int) ((update - 1) % BATCHES) + 1,
        2,
        1,
        update / 10.0,
        best,
        Double.isFinite(best) ? update : 0,
        0,
        Double.isFinite(best) ? update : 0);
  }

  /** Ten updates a second. */
  private void train(TrainingDisplay display, int from, int to) throws Exception {
    for (int update = from; update <= to; update++) {
      nanos += 100_000_000;
      display.updated(
          progress(update, Double.POSITIVE_INFINITY),
          new TrainingListener.Update(BATCHES, Math.log(4), 1, new LinkedHashMap<>(), 1));
    }
  }

  private void evaluate(TrainingDisplay display, long update, boolean better) throws Exception {
    double loss = Math.log(8);
    display.evaluated(
        progress(update, loss), new LanguageModel.Evaluation(loss, 10), better, model);
  }

  private TrainingDisplay lines(TrainingConfig config, TrainingLoss loss) {
    return new LineDisplay(config, loss, pace(config), warnings(config), ignored -> SAMPLE, out);
  }

  @Test
  void writesALineSoonAndThenAboutEveryTenSeconds() throws Exception {
    TrainingConfig config = config(4, Double.POSITIVE_INFINITY);
    try (TrainingDisplay display = lines(config, TrainingLoss.OF_THE_TEXT)) {
      train(display, 1, 250);
    }
    assertThat(written().lines())
        .containsExactly(
            "epoch 1/4, update 21, 5%: training loss 1.386, perplexity 4.00, 2.0k tokens/s, 0:38 left",
            "epoch 2/4, update 121, 30%: training loss 1.386, perplexity 4.00, 2.0k tokens/s, 0:28 left",
            "epoch 3/4, update 221, 55%: training loss 1.386, perplexity 4.00, 2.0k tokens/s, 0:18 left");
  }

  @Test
  void aLossAmongSamplesIsNoPerplexity() throws Exception {
    TrainingConfig config = config(4, Double.POSITIVE_INFINITY);
    try (TrainingDisplay display = lines(config, TrainingLoss.AMONG_SAMPLES)) {
      train(display, 1, 50);
    }
    assertThat(written().lines())
        .containsExactly(
            "epoch 1/4, update 21, 5%: training loss among samples 1.386, 2.0k tokens/s, 0:38 left");
  }

  @Test
  void aResumedRunHasTheRestOfItsTime() throws Exception {
    TrainingConfig config = config(1000, 2);
    Pace pace = new Pace(config, 80, () -> nanos);
    try (TrainingDisplay display =
        new LineDisplay(
            config, TrainingLoss.OF_THE_TEXT, pace, warnings(config), ignored -> SAMPLE, out)) {
      train(display, 1, 101);
    }
    assertThat(written()).contains("update 21, 68%").contains("0:38 left");
  }

  @Test
  void tellsOfValidationsAndSamplesNowAndThen() throws Exception {
    TrainingConfig config = config(4, Double.POSITIVE_INFINITY);
    try (TrainingDisplay display = lines(config, TrainingLoss.OF_THE_TEXT)) {
      nanos = 1_000_000_000L;
      evaluate(display, 100, true);
      nanos = 2_000_000_000L;
      evaluate(display, 110, true);
      nanos = 12_000_000_000L;
      evaluate(display, 120, false);
      nanos = 22_000_000_000L;
      evaluate(display, 130, true);
      display.finished(Trainer.End.PATIENCE, progress(130, Math.log(8)));
    }
    assertThat(written().lines())
        .containsExactly(
            "epoch 1, update 100: validation loss 2.079, perplexity 8.00 (best so far)",
            "  | once upon\u21B5a time",
            "epoch 2, update 120: validation loss 2.079, perplexity 8.00 (best 8.00)",
            "epoch 2, update 130: validation loss 2.079, perplexity 8.00 (best so far)",
            "  | once upon\u21B5a time",
            "validation gets no better: 130 updates in 0:13, best perplexity 8.00 (update 130)");
  }

  @Test
  void theEndOfAnEpochIsNotTheNextOne() throws Exception {
    TrainingConfig config = config(1, Double.POSITIVE_INFINITY);
    double loss = Math.log(8);
    Progress end = new Progress(100, 1, 0, 0, 0, 10, loss, 100, 0, 100);
    try (TrainingDisplay display = lines(config, TrainingLoss.OF_THE_TEXT)) {
      display.evaluated(end, new LanguageModel.Evaluation(loss, 10), true, model);
    }
    assertThat(written()).startsWith("epoch 1, update 100: validation");
  }

  @Test
  void writesJsonForPrograms() throws Exception {
    TrainingConfig config = config(4, 10);
    try (TrainingDisplay display = new JsonDisplay(pace(config), warnings(config), out)) {
      train(display, 1, 100);
      evaluate(display, 100, true);
      display.finished(Trainer.End.TIME, progress(100, Double.POSITIVE_INFINITY));
    }
    List<String> lines = written().lines().toList();
    assertThat(lines).hasSize(2);
    Map<String, Object> evaluation =
        Json.parse("line 1", lines.get(0).getBytes(StandardCharsets.UTF_8));
    assertThat(evaluation)
        .containsEntry("event", "evaluation")
        .containsEntry("update", 100L)
        .containsEntry("epoch", 1L)
        .containsEntry("seconds", 10.0)
        .containsEntry("train_loss", Math.log(4))
        .containsEntry("validation_loss", Math.log(8))
        .containsEntry("best", true)
        .containsEntry("tokens_per_second", 2000.0);
    assertThat(Json.parse("line 2", lines.get(1).getBytes(StandardCharsets.UTF_8)))
        .containsEntry("event", "summary")
        .containsEntry("end", "time")
        .containsEntry("best_validation_loss", null)
        .containsEntry("best_update", null);
  }

  private static final Finding FINDING = new Finding(Finding.Kind.SATURATED_OUTPUT, "rnn.l0", 0.75);

  @Test
  void everyDisplayShowsAWarning() throws Exception {
    TrainingConfig config = config(4, 10);
    Progress progress = progress(7, Double.POSITIVE_INFINITY);
    String line =
        "warning: rnn.l0 is saturated, 75% of its units are stuck near -1 or 1:"
            + " try --learning-rate 0.1";

    try (TrainingDisplay display = lines(config, TrainingLoss.OF_THE_TEXT)) {
      display.found(progress, FINDING);
    }
    assertThat(written()).isEqualTo(line + System.lineSeparator());

    bytes.reset();
    try (TrainingDisplay display =
        new BarDisplay(
            new ProgressLine(4, TrainingLoss.OF_THE_TEXT, false, false),
            pace(config),
            warnings(config),
            ignored -> SAMPLE,
            out,
            () -> 80)) {
      display.found(progress, FINDING);
    }
    assertThat(written()).contains(line + "\n");

    bytes.reset();
    try (TrainingDisplay display = new JsonDisplay(pace(config), warnings(config), out)) {
      display.found(progress, FINDING);
    }
    assertThat(Json.parse("line 1", written().strip().getBytes(StandardCharsets.UTF_8)))
        .containsEntry("event", "warning")
        .containsEntry("update", 7L)
        .containsEntry("kind", "saturated-output")
        .containsEntry("layer", "rnn.l0")
        .containsEntry("figure", 0.75)
        .containsEntry("message", line);
  }

  @Test
  void drawsABarAndEndsItsLine() throws Exception {
    TrainingConfig config = config(4, Double.POSITIVE_INFINITY);
    ProgressLine line = new ProgressLine(4, TrainingLoss.OF_THE_TEXT, false, false);
    try (TrainingDisplay display =
        new BarDisplay(line, pace(config), warnings(config), ignored -> SAMPLE, out, () -> 80)) {
      train(display, 1, 200);
      evaluate(display, 200, true);
      display.finished(Trainer.End.EPOCHS, progress(200, Math.log(8)));
    }
    assertThat(written())
        .contains("epoch 2, update 200: validation loss 2.079, perplexity 8.00 (best so far)\n")
        .contains("epoch 2/4 [")
        // a little more or less, as the drawing thread happens to look at the clock
        .containsPattern("ppl 4.00  [12].\\dk tok/s  0:[12]\\d left\\R")
        .endsWith("all epochs are done: 200 updates in 0:20, best perplexity 8.00 (update 200)\n");
  }

  @Test
  void showsTheLimitThatEndsFirst() throws Exception {
    TrainingConfig config = config(1000, 1);
    Pace pace = pace(config);
    try (TrainingDisplay display = new JsonDisplay(pace, warnings(config), out)) {
      train(display, 1, 450);
    }
    Pace.Reading reading = pace.read();
    assertThat(reading.fraction()).isEqualTo(0.75);
    assertThat(reading.secondsLeft()).isEqualTo(15);
  }

  @Test
  void knowsALimitOfUpdates() {
    Pace pace = pace(config(new Limits(1000, 200, Double.POSITIVE_INFINITY, 0), 1));
    for (int update = 1; update <= 150; update++) {
      nanos += 100_000_000;
      pace.updated(progress(update, 1), BATCHES, 1);
    }
    Pace.Reading reading = pace.read();
    assertThat(reading.fraction()).isEqualTo(0.75);
    assertThat(reading.secondsLeft()).isEqualTo(5);
  }

  @Test
  void anUpdateOfSeveralBatchesSeesTheirTokens() {
    Pace pace = pace(config(Limits.NONE.withEpochs(1), 4));
    for (int update = 1; update <= 20; update++) {
      nanos += 100_000_000;
      pace.updated(new Progress(update, 0, 4 * update, 2, 1, 1, 1, 0, 0, 0), BATCHES, 1);
    }
    Pace.Reading reading = pace.read();
    assertThat(reading.tokensPerSecond()).isEqualTo(10 * 4 * 10 * 20);
    assertThat(reading.fraction()).isEqualTo(0.8);
    assertThat(reading.secondsLeft()).isCloseTo(0.5, within(1e-9));
  }

  @Test
  void countsOnlyItsOwnUpdatesAfterAResume() {
    TrainingConfig config = config(10, Double.POSITIVE_INFINITY);
    Pace pace = pace(config);
    for (int update = 501; update <= 600; update++) {
      nanos += 100_000_000;
      pace.updated(progress(update, 1), BATCHES, 1);
    }
    Pace.Reading reading = pace.read();
    assertThat(reading.tokensPerSecond()).isEqualTo(2000);
    assertThat(reading.fraction()).isEqualTo(0.6);
    assertThat(reading.secondsLeft()).isEqualTo(40);
  }
}
