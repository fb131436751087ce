package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.JsonLines;
import io.refrain.train.RunDirectory;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class LossCurveTest {
  @TempDir private Path folder;

  private RunDirectory run(String name, List<Map<String, ?>> records) throws IOException {
    Path path = Files.createDirectories(folder.resolve(name));
    RunDirectory run = new RunDirectory(path);
    try (JsonLines log = JsonLines.open(run.metricsFile())) {
      for (Map<String, ?> record : records) {
        log.append(record);
      }
    }
    return run;
  }

  private static Map<String, ?> record(long update, String key, double loss) {
    return Map.of("update", update, "epoch", 0, "seconds", 0.5, key, loss);
  }

  private static List<Map<String, ?>> longLog() {
    List<Map<String, ?>> records = new ArrayList<>();
    for (int update = 50; update <= 100_000; update += 50) {
      records.add(record(update, "train_loss", 1.4 + 90 * Math.exp(-update / 60.0)));
      if (update % 1000 == 0) {
        records.add(record(update, "validation_loss", 1.6 + Math.abs(update - 50_000) * 1e-6));
      }
    }
    return records;
  }

  private static void drawOrSkip(RunDirectory run) {
    Optional<String> failure = LossCurve.draw(run, TrainingLoss.OF_THE_TEXT);
    Assumptions.assumeFalse(
        failure.orElse("").contains("cannot draw here"), () -> failure.orElse(""));
    assertThat(failure).isEmpty();
  }

  private static Document parse(Path svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(Files.readAllBytes(svg)));
  }

  /** Draws while its process ends, as after Ctrl-C. */
  static final class AtExit {
    public static void main(String[] arguments) {
      RunDirectory run = new RunDirectory(Path.of(arguments[0]));
      Thread hook =
          new Thread(() ->
              System.out.println(
                  LossCurve.draw(run, TrainingLoss.OF_THE_TEXT).orElse("drawn at exit")));
      Runtime.getRuntime().addShutdownHook(hook);
    }
  }

  @Test
  void drawsWhileTheProcessEnds() throws Exception {
    RunDirectory run = run("ended", longLog());
    drawOrSkip(run);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                AtExit.class.getName(),
                run.path().toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(said).contains("drawn at exit");
  }

  @Test
  void drawsBothPictures() throws Exception {
    RunDirectory run = run("tiny & <small>", longLog());
    drawOrSkip(run);

    BufferedImage png = ImageIO.read(run.path().resolve("loss.png").toFile());
    assertThat(png.getWidth()).isEqualTo(ChartStyle.WIDTH);
    assertThat(png.getHeight()).isEqualTo(ChartStyle.HEIGHT);
    Document svg = parse(run.path().resolve("loss.svg"));
    assertThat(svg.getDoctype()).isNull();
    assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("tiny & <small>: best validation perplexity 4.95");
    try (var files = Files.list(run.path())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("metrics.jsonl", "loss.png", "loss.svg");
    }
  }

  @Test
  void drawsASinglePoint() throws Exception {
    RunDirectory training = run("training", List.of(record(50, "train_loss", 3.0)));
    drawOrSkip(training);
    Document svg = parse(training.path().resolve("loss.svg"));
    assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("training: training perplexity 20.1 at the end");

    RunDirectory samples = run("samples", List.of(record(50, "train_loss", 3.0)));
    assertThat(LossCurve.draw(samples, TrainingLoss.AMONG_SAMPLES)).isEmpty();
    svg = parse(samples.path().resolve("loss.svg"));
    assertThat(svg.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("samples: training loss 3.000 among samples at the end");

    RunDirectory validation = run("validation", List.of(record(50, "validation_loss", 0.0)));
    drawOrSkip(validation);
    assertThat(validation.path().resolve("loss.svg")).isNotEmptyFile();
  }

  @Test
  void saysWhyThereIsNoPicture() throws IOException {
    RunDirectory empty = run("empty", List.of());
    assertThat(LossCurve.draw(empty, TrainingLoss.OF_THE_TEXT))
        .hasValueSatisfying(why -> assertThat(why).contains("no losses yet"));
    assertThat(empty.path().resolve("loss.png")).doesNotExist();

    RunDirectory none = new RunDirectory(folder.resolve("nowhere"));
    assertThat(LossCurve.draw(none, TrainingLoss.OF_THE_TEXT))
        .hasValueSatisfying(why -> assertThat(why).startsWith("no loss curve: ").hasLineCount(1));

    RunDirectory broken = run("broken", List.of());
    Files.writeString(broken.metricsFile(), "{\"update\": oops}\n");
    assertThat(LossCurve.draw(broken, TrainingLoss.OF_THE_TEXT))
        .hasValueSatisfying(why -> assertThat(why).contains("line 1").hasLineCount(1));
  }

  @Test
  void thinsALongLogButKeepsItsBest() throws IOException {
    LossLog log = LossLog.read(run("long", longLog()).metricsFile());
    assertThat(log.training()).hasSizeBetween(400, 800);
    assertThat(log.training().getLast().update()).isEqualTo(100_000);
    assertThat(log.best()).contains(new LossLog.Point(50_000, 1.6));
  }

  @Test
  void takesEpochsWhereTheyAreShort() throws IOException {
    List<Map<String, ?>> records = new ArrayList<>();
    for (int update = 8; update <= 80; update += 8) {
      records.add(record(update, "epoch_loss", 2));
    }
    records.add(record(50, "train_loss", 3));
    assertThat(LossLog.read(run("short", records).metricsFile()).training())
        .hasSize(10)
        .allMatch(point -> point.loss() == 2);
  }

  @Test
  void cutsOffOnlyAFewHugeLosses() {
    List<Double> settled = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      settled.add(1 + i * 0.01);
    }
    assertThat(LossRange.of(settled).cut()).isFalse();
    assertThat(LossRange.of(settled).high()).isGreaterThan(1.99);
    settled.add(95.0);
    assertThat(LossRange.of(settled).cut()).isTrue();
    assertThat(LossRange.of(settled).high()).isBetween(2.0, 10.0);
    LossRange single = LossRange.of(List.of(3.0));
    assertThat(single.low()).isLessThan(3);
    assertThat(single.high()).isGreaterThan(3);
  }
}
