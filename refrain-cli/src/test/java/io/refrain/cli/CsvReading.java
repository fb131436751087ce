package io.refrain.cli;

import java.util.ArrayList;
import java.util.List;

/** Reads comma-separated values, character by character, as RFC 4180 says. */
final class CsvReading {
  private CsvReading() {}

  static List<List<String>> rows(String csv) {
    List<List<String>> rows = new ArrayList<>();
    List<String> row = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < csv.length(); i++) {
      char c = csv.charAt(i);
      if (quoted && c == '"' && i + 1 < csv.length() && csv.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (c == '"') {
        quoted = !quoted;
      } else if (!quoted && (c == ',' || c == '\n')) {
        row.add(field.toString());
        field.setLength(0);
        if (c == '\n') {
          rows.add(List.copyOf(row));
          row.clear();
        }
      } else {
        field.append(c);
      }
    }
    if (quoted || !row.isEmpty() || !field.isEmpty()) {
      throw new IllegalArgumentException("the last row has no end: " + csv);
    }
    return rows;
  }
}
