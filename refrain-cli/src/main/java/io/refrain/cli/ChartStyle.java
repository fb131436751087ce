package io.refrain.cli;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.ChartTheme;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;

/**
 * How all pictures look. Colours are those of Okabe and Ito, which people who cannot tell red from
 * green can tell apart; lines should differ in width and brightness as well.
 */
final class ChartStyle {
  /** Size of a PNG; an SVG has the same proportions. */
  static final int WIDTH = 1280;

  static final int HEIGHT = 800;

  static final Color ORANGE = new Color(0xE69F00);
  static final Color BLUE = new Color(0x0072B2);
  static final Color RED = new Color(0xD55E00);

  private static final Color TEXT = new Color(0x222222);
  private static final Color TICKS = new Color(0x555555);
  private static final Color GRID = new Color(0xE4E4E4);

  private ChartStyle() {}

  /** An empty picture. */
  static XYChart chart(String title, String xTitle, String yTitle) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .theme(ChartTheme.XChart)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    style(chart.getStyler());
    return chart;
  }

  /** Adds a line. */
  static XYSeries line(
      XYChart chart, String name, double[] x, double[] y, Color color, float width) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineColor(color);
    series.setLineStyle(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    series.setMarkerColor(color);
    return series;
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
}
