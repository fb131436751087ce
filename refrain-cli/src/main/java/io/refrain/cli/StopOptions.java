package io.refrain.cli;

import io.refrain.generate.StopStrings;
import io.refrain.text.Tokenizer;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** The option that says where a text ends. */
final class StopOptions {
  static final String STOP = "--stop";

  @Option(
      names = STOP,
      paramLabel = "TEXT",
      description =
          "End the text where the model has written this, which is not printed. May be given"
              + " several times; the prefix does not count.")
  private List<String> strings = List.of();

  /** What to look for. */
  StopStrings strings() {
    if (strings.contains("")) {
      throw new IllegalArgumentException(STOP + " must have at least one character, but is empty");
    }
    return new StopStrings(strings);
  }

  /** Demands that a model can write every character of each; a model of bytes can write all. */
  void requireWritable(Tokenizer tokenizer) {
    if (strings.isEmpty() || tokenizer.unknownId().isEmpty()) {
      return;
    }
    BitSet special = new BitSet();
    IntStream.of(tokenizer.specialIds()).forEach(special::set);
    BitSet written = new BitSet();
    tokenizer.separator().codePoints().forEach(written::set);
    IntStream.range(0, tokenizer.size())
        .filter(id -> !special.get(id))
        .flatMap(id -> tokenizer.piece(id).codePoints())
        .forEach(written::set);
    for (String string : strings) {
      String never =
          string
              .codePoints()
              .filter(codePoint -> !written.get(codePoint))
              .distinct()
              .mapToObj(codePoint -> TokenPicture.quoted(Character.toString(codePoint)))
              .collect(Collectors.joining(", "));
      if (!never.isEmpty()) {
        throw new IllegalArgumentException(
            "%s %s ends no text, for this model never writes %s: leave it out"
                .formatted(STOP, TokenPicture.quoted(string), never));
      }
    }
  }
}
