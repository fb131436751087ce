package io.refrain.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How the lines of a file are scored. */
final class LineOptions {
  @Option(
      names = "--file",
      paramLabel = "FILE",
      description = "Score each line of a text file instead; - for standard input.")
  @Nullable Path file;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "For --file: csv (the default) or jsonl, which --json is short for.")
  private @Nullable String format;

  @Option(
      names = "--threshold",
      paramLabel = "BITS",
      description = "For --file: only lines of at least so many bits, and no empty ones.")
  private double threshold = Double.NEGATIVE_INFINITY;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "For --file: only the N lines of the most bits, these first.")
  private int top;

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      description = {
        "Whose bits --top and --threshold mean: line, the mean of all",
        "characters (the default), or token, the one expected least."
      })
  private @Nullable String by;

  /** Demands that what stands in the command line has a meaning there. */
  void require(CommandSpec spec, boolean texts, boolean json) {
    if (texts == (file != null)) {
      throw new ParameterException(
          spec.commandLine(),
          texts
              ? "give either TEXT or --file, for they are scored in different ways"
              : "give a TEXT to score, or the lines of a file with --file (- is standard input)");
    }
    for (String option : List.of("--format", "--threshold", "--top", "--by", "--threads")) {
      if (texts && isGiven(spec, option)) {
        throw new ParameterException(
            spec.commandLine(),
            "%s is for the lines of a file: give --file, or leave it out".formatted(option));
      }
    }
    if (by != null && !isGiven(spec, "--top") && !isGiven(spec, "--threshold")) {
      throw new ParameterException(
          spec.commandLine(), "--by says what --top or --threshold goes by: give one of them, too");
    }
    if (isGiven(spec, "--top") && top < 1) {
      throw new IllegalArgumentException("--top must be at least 1, but is " + top);
    }
    if (isGiven(spec, "--threshold") && !Double.isFinite(threshold)) {
      throw new IllegalArgumentException(
          "--threshold must be a finite number, but is " + threshold);
    }
    format(json);
    surprise();
  }

  private static boolean isGiven(CommandSpec spec, String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  /** The format that was asked for. */
  LineFormat format(boolean json) {
    String wanted = format == null ? (json ? "jsonl" : "csv") : format.toLowerCase(Locale.ROOT);
    LineFormat known =
        switch (wanted) {
          case "csv" -> LineFormat.CSV;
          case "jsonl" -> LineFormat.JSONL;
          default ->
              throw new IllegalArgumentException(
                  "unknown format \"%s\"; known are csv and jsonl".formatted(format));
        };
    if (json && known != LineFormat.JSONL) {
      throw new IllegalArgumentException(
          "--json is --format jsonl, which is not --format %s: leave one of them out"
              .formatted(format));
    }
    return known;
  }

  /** Which lines are written, and in which order. */
  LineSelection selection() {
    return new LineSelection(surprise(), threshold, top);
  }

  private LineSelection.Surprise surprise() {
    return switch (by == null ? "line" : by.toLowerCase(Locale.ROOT)) {
      case "line" -> LineSelection.Surprise.LINE;
      case "token" -> LineSelection.Surprise.TOKEN;
      default ->
          throw new IllegalArgumentException("--by is line or token, but is \"%s\"".formatted(by));
    };
  }
}
