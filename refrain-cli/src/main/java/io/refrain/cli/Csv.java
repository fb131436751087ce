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
   *     precision, or of double where that is too large for it; null and what is no finite number
   *     stay empty
   */
  static String row(Collection<? extends @Nullable Object> values) {
    return values.stream().map(Csv::field).collect(Collectors.joining(",", "", "\n"));
  }

  private static String field(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Double number -> number(number);
      default -> quoted(value.toString());
    };
  }

  private static String number(double number) {
    if (!Double.isFinite(number)) {
      return "";
    }
    float rounded = (float) number;
    return Float.isFinite(rounded) ? Float.toString(rounded) : Double.toString(number);
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
