package io.refrain.cli;

import io.refrain.store.AtomicFile;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.Diamond;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The picture of a {@link LossLog}. Colours are those of Okabe and Ito, which people who cannot
 * tell red from green can tell apart; the lines differ in width and brightness as well.
 */
final class LossChart {
  /** Size of {@code loss.png}; {@code loss.svg} has the same proportions. */
  static final int WIDTH = 1280;

  static final int HEIGHT = 800;

  private static final Color TRAINING = new Color(0xE69F00);
  private static final Color VALIDATION = new Color(0x0072B2);
  private static final Color BEST = new Color(0xD55E00);
  private static final Color TEXT = new Color(0x222222);
  private static final Color TICKS = new Color(0x555555);
  private static final Color GRID = new Color(0xE4E4E4);

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
   */
  LossChart(String name, LossLog log) {
    chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .theme(ChartTheme.XChart)
            .title(title(name, log))
            .xAxisTitle("updates")
            .yAxisTitle("loss (nats per token)")
            .build();
    style(chart.getStyler());
    addTraining(log.training());
    addValidation(log.validation());
    log.best().ifPresent(this::addBest);
    setRanges(log);
  }

  /** Writes {@code loss.png} and {@code loss.svg}. */
  void write(Path folder) throws IOException {
    // A cache on disk takes a shutdown hook, which Java refuses once Ctrl-C was pressed.
    ImageIO.setUseCache(false);
    AtomicFile.write(folder.resolve("loss.png"), out -> ChartEncoder.saveChart(chart, out, "png"));
    byte[] svg = svg();
    AtomicFile.write(folder.resolve("loss.svg"), out -> out.write(svg));
  }

  /**
   * Adds what XChart leaves out, the title as text (it draws letters as shapes, which nobody can
   * search or have read out), and drops the document type, which sends readers to the network.
   */
  private byte[] svg() throws IOException {
    String drawn = new String(ChartEncoder.getBytes(chart, "svg"), StandardCharsets.UTF_8);
    int start = drawn.indexOf("<svg");
    int content = drawn.indexOf('>', start) + 1;
    String title = "\n  <title>" + escaped(chart.getTitle()) + "</title>";
    String text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            + drawn.substring(start, content)
            + title
            + drawn.substring(content);
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String title(String name, LossLog log) {
    return log.best()
        .map(best -> "%s: best validation perplexity %s".formatted(name, perplexity(best)))
        .orElseGet(() ->
            "%s: training perplexity %s at the end"
                .formatted(name, perplexity(log.training().getLast())));
  }

  private static String perplexity(LossLog.Point point) {
    return Figures.perplexity(point.loss());
  }

  private static void style(XYStyler styler) {
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 20);
    styler.setLocale(Locale.ROOT);
    styler.setBaseFont(font);
    styler.setChartFontColor(TEXT);
    styler.setChartTitleFont(font.deriveFont(Font.BOLD, 26f));
    styler.setChartTitleBoxVisible(false);
    styler.setChartTitlePadding(18);
    styler.setAxisTitleFont(font.deriveFont(22f));
    styler.setAxisTitlePadding(14);
    styler.setAxisTickLabelsFont(font);
    styler.setAxisTickLabelsColor(TICKS);
    styler.setAxisTickMarksColor(GRID);
    styler.setAxisTicksLineVisible(false);
    styler.setAxisTickPadding(8);
    styler.setXAxisDecimalPattern("#,##0");
    styler.setYAxisDecimalPattern("0.0##");
    styler.setXAxisTickMarkSpacingHint(140);
    styler.setYAxisTickMarkSpacingHint(70);
    styler.setLegendFont(font);
    styler.setLegendPosition(LegendPosition.OutsideS);
    styler.setLegendLayout(LegendLayout.Horizontal);
    styler.setLegendBorderColor(Color.WHITE);
    styler.setLegendPadding(20);
    styler.setLegendSeriesLineLength(36);
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setChartPadding(20);
    styler.setPlotBackgroundColor(Color.WHITE);
    styler.setPlotBorderVisible(false);
    styler.setPlotGridLinesColor(GRID);
    styler.setPlotGridLinesStroke(new BasicStroke(1f));
    styler.setPlotContentSize(1);
    styler.setPlotMargin(4);
  }

  private void addTraining(List<LossLog.Point> points) {
    if (!points.isEmpty()) {
      Marker marker = points.size() == 1 ? SeriesMarkers.SQUARE : SeriesMarkers.NONE;
      line("training (seen text)", points, TRAINING, 2f).setMarker(marker);
    }
  }

  private void addValidation(List<LossLog.Point> points) {
    if (!points.isEmpty()) {
      Marker marker = points.size() > MOST_MARKERS ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE;
      line("validation (unseen text)", points, VALIDATION, 3.5f).setMarker(marker);
    }
  }

  private void addBest(LossLog.Point best) {
    String label =
        "best (%s at update %s)"
            .formatted(Figures.loss(best.loss()), Figures.count((long) best.update()));
    XYSeries series = line(label, List.of(best), BEST, 1f);
    series.setLineStyle(new BasicStroke(0f));
    series.setMarker(new LargeDiamond());
  }

  private XYSeries line(String name, List<LossLog.Point> points, Color color, float width) {
    double[] updates = points.stream().mapToDouble(LossLog.Point::update).toArray();
    double[] losses = points.stream().mapToDouble(LossLog.Point::loss).toArray();
    XYSeries series = chart.addSeries(name, updates, losses);
    series.setLineColor(color);
    series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    series.setMarkerColor(color);
    return series;
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
