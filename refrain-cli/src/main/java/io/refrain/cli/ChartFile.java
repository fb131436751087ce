package io.refrain.cli;

import io.refrain.store.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;

/** Writes pictures as PNG and SVG. */
final class ChartFile {
  private ChartFile() {}

  /** Writes {@code name.png} and {@code name.svg}, replacing what is there. */
  static void write(XYChart chart, Path folder, String name) throws IOException {
    // A cache on disk takes a shutdown hook, which Java refuses once Ctrl-C was pressed.
    ImageIO.setUseCache(false);
    AtomicFile.write(
        folder.resolve(name + ".png"), out -> ChartEncoder.saveChart(chart, out, "png"));
    byte[] svg = svg(chart);
    AtomicFile.write(folder.resolve(name + ".svg"), out -> out.write(svg));
  }

  /**
   * Adds what XChart leaves out, the title as text (it draws letters as shapes, which nobody can
   * search or have read out), and drops the document type, which sends readers to the network.
   */
  private static byte[] svg(XYChart chart) throws IOException {
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
}
