package io.refrain.cli;

import java.util.Collection;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Comma-separated values as RFC 4180 quotes them, but for rows that end with a line feed alone. */
final class Csv {
  private Csv() {}

  /**
   * A row, with its end.
   *
   * @param values text, whole numbers, or others, which are written with the digits of single
   *     precision; null and what is no number stay empty
   */
  static String row(Collection<? extends @Nullable Object> values) {
    return values.stream().map(Csv::field).collect(Collectors.joining(",", "", "\n"));
  }

  private static String field(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Double number -> Double.isFinite(number) ? Float.toString(number.floatValue()) : "";
      default -> quoted(value.toString());
    };
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
