package io.refrain.cli;

import io.refrain.train.LearningRateFinder;
import io.refrain.train.LearningRateFinder.Point;
import java.awt.BasicStroke;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The picture of a sweep over learning rates: the loss at each of them. */
final class LearningRateChart {
  private final XYChart chart;

  /**
   * Prepares the picture.
   *
   * @param name of what is trained on
   */
  LearningRateChart(String name, LearningRateFinder.Result result) {
    OptionalDouble suggestion = result.suggestion();
    String rate = suggestion.isPresent() ? Figures.learningRate(suggestion.getAsDouble()) : "";
    chart =
        ChartStyle.chart(
            suggestion.isPresent()
                ? "%s: learning rate %s suggested".formatted(name, rate)
                : name + ": no learning rate can be suggested",
            "learning rate",
            "loss (nats per token)");
    chart.getStyler().setXAxisLogarithmic(true);
    chart.getStyler().setXAxisDecimalPattern("0.######");
    List<Point> points = result.points();
    line("loss of a batch", points, Point::loss).setLineColor(ChartStyle.ORANGE);
    XYSeries smoothed = line("smoothed", points, Point::smoothedLoss);
    smoothed.setLineColor(ChartStyle.BLUE);
    smoothed.setLineStyle(new BasicStroke(3.5f));
    LossRange range = LossRange.of(points.stream().map(Point::smoothedLoss).sorted().toList());
    chart.getStyler().setYAxisMin(range.low());
    chart.getStyler().setYAxisMax(range.high());
    suggestion.ifPresent(x -> {
      double[] at = {x, x};
      double[] height = {range.low(), range.high()};
      ChartStyle.line(chart, "suggested: " + rate, at, height, ChartStyle.RED, 2f)
          .setMarker(SeriesMarkers.NONE);
    });
  }

  private XYSeries line(String name, List<Point> points, ToDoubleFunction<Point> loss) {
    double[] rates = points.stream().mapToDouble(Point::learningRate).toArray();
    double[] losses = points.stream().mapToDouble(loss).toArray();
    XYSeries series = ChartStyle.line(chart, name, rates, losses, ChartStyle.ORANGE, 1.5f);
    series.setMarker(SeriesMarkers.NONE);
    return series;
  }

  /** Writes {@code name.png} and {@code name.svg}. */
  void write(Path folder, String name) throws IOException {
    ChartFile.write(chart, folder, name);
  }
}
