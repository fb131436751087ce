package io.refrain.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.Diamond;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The picture of a {@link LossLog}. */
final class LossChart {
  /** XChart has one size for all markers; the best validation must stand out from the others. */
  private static final class LargeDiamond extends Diamond {
    @Override
    public void paint(Graphics2D graphics, double x, double y, int markerSize) {
      super.paint(graphics, x, y, 2 * markerSize);
    }
  }

  /** With more validations than this, markers would hide their line. */
  private static final int MOST_MARKERS = 40;

  private final XYChart chart;

  /**
   * Prepares the picture.
   *
   * @param name of the run
   * @param log not empty
   * @param training what its losses of training are
   */
  LossChart(String name, LossLog log, TrainingLoss training) {
    chart = ChartStyle.chart(title(name, log, training), "updates", "loss (nats per token)");
    chart.getStyler().setXAxisDecimalPattern("#,##0");
    addTraining(log.training(), training.legend());
    addValidation(log.validation());
    log.best().ifPresent(this::addBest);
    setRanges(log);
  }

  /** Writes {@code loss.png} and {@code loss.svg}. */
  void write(Path folder) throws IOException {
    ChartFile.write(chart, folder, "loss");
  }

  private static String title(String name, LossLog log, TrainingLoss training) {
    return log.best()
        .map(best -> "%s: best validation perplexity %s".formatted(name, perplexity(best)))
        .orElseGet(() -> title(name, log.training().getLast(), training));
  }

  private static String title(String name, LossLog.Point last, TrainingLoss training) {
    return switch (training) {
      case OF_THE_TEXT -> "%s: training perplexity %s at the end".formatted(name, perplexity(last));
      case AMONG_SAMPLES ->
          "%s: training loss %s among samples at the end"
              .formatted(name, Figures.loss(last.loss()));
    };
  }

  private static String perplexity(LossLog.Point point) {
    return Figures.perplexity(point.loss());
  }

  private void addTraining(List<LossLog.Point> points, String legend) {
    if (!points.isEmpty()) {
      Marker marker = points.size() == 1 ? SeriesMarkers.SQUARE : SeriesMarkers.NONE;
      line(legend, points, ChartStyle.ORANGE, 2f).setMarker(marker);
    }
  }

  private void addValidation(List<LossLog.Point> points) {
    if (!points.isEmpty()) {
      Marker marker = points.size() > MOST_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE;
      line("validation (unseen text)", points, ChartStyle.BLUE, 3.5f).setMarker(marker);
    }
  }

  private void addBest(LossLog.Point best) {
    String label =
        "best (%s at update %s)"
            .formatted(Figures.loss(best.loss()), Figures.count((long) best.update()));
    XYSeries series = line(label, List.of(best), ChartStyle.RED, 1f);
    series.setLineStyle(new BasicStroke(0f));
    series.setMarker(new LargeDiamond());
  }

  private XYSeries line(String name, List<LossLog.Point> points, Color color, float width) {
    double[] updates = points.stream().mapToDouble(LossLog.Point::update).toArray();
    double[] losses = points.stream().mapToDouble(LossLog.Point::loss).toArray();
    return ChartStyle.line(chart, name, updates, losses, color, width);
  }

  private void setRanges(LossLog log) {
    List<Double> losses = new ArrayList<>();
    Stream.concat(log.training().stream(), log.validation().stream())
        .map(LossLog.Point::loss)
        .forEach(losses::add);
    Collections.sort(losses);
    LossRange range = LossRange.of(losses);
    chart.getStyler().setYAxisMin(range.low());
    chart.getStyler().setYAxisMax(range.high());
    double last =
        Stream.concat(log.training().stream(), log.validation().stream())
            .mapToDouble(LossLog.Point::update)
            .max()
            .orElseThrow();
    chart.getStyler().setXAxisMin(-0.01 * last);
    chart.getStyler().setXAxisMax(Math.max(1, 1.02 * last));
    if (range.cut()) {
      chart.setYAxisTitle("loss (nats per token; higher ones are cut off)");
    }
  }
}
