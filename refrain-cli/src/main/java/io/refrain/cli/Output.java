package io.refrain.cli;

import io.refrain.store.Json;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether results are for people or for programs. */
final class Output {
  @Option(names = "--json", description = "One JSON object a line, for programs.")
  boolean json;

  /**
   * The same stream, but in UTF-8 whatever the locale: texts have more characters than ASCII, and
   * programs that read them expect this encoding.
   */
  static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  /** A writer to such a stream, which lines are flushed from. */
  static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(utf8(stream), true, StandardCharsets.UTF_8);
  }

  static void line(PrintWriter out, Map<String, ? extends @Nullable Object> object) {
    out.println(Json.line(object));
    out.flush();
  }
}
