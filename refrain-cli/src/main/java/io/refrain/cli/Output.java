package io.refrain.cli;

import io.refrain.store.Json;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether results are for people or for programs. */
final class Output {
  @Option(names = "--json", description = "One JSON object a line, for programs.")
  boolean json;

  static void line(PrintWriter out, Map<String, ? extends @Nullable Object> object) {
    out.println(Json.line(object));
    out.flush();
  }
}
