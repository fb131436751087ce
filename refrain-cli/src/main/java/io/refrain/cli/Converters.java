package io.refrain.cli;

import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Turns the words of a command line into values; picocli says which option has a wrong one. */
final class Converters {
  private Converters() {}

  /** Sets them for a command and its subcommands. */
  static void register(CommandLine commandLine) {
    ITypeConverter<Integer> integer = number(Integer::valueOf, Converters::wholeNumberMessage);
    ITypeConverter<Long> longInteger = number(Long::valueOf, Converters::wholeNumberMessage);
    ITypeConverter<Double> real = number(Double::valueOf, "'%s' is not a number"::formatted);
    commandLine
        .registerConverter(int.class, integer)
        .registerConverter(Integer.class, integer)
        .registerConverter(Long.class, longInteger)
        .registerConverter(long.class, longInteger)
        .registerConverter(double.class, real)
        .registerConverter(Double.class, real)
        .registerConverter(Path.class, Converters::path);
  }

  private static <T> ITypeConverter<T> number(
      Function<String, T> parse, Function<String, String> message) {
    return word -> {
      try {
        return parse.apply(word);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(message.apply(word));
      }
    };
  }

  private static String wholeNumberMessage(String word) {
    return word.matches("[+-]?\\d+")
        ? "'%s' is too large a number".formatted(word)
        : "'%s' is not a whole number".formatted(word);
  }

  /** An empty path would be the current folder, and comes of a shell variable that is not set. */
  private static Path path(String word) {
    if (word.isEmpty()) {
      throw new TypeConversionException("it is empty; give a path");
    }
    return Path.of(word);
  }
}
