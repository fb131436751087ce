package io.refrain.cli;

import io.refrain.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Turns ids of tokens into text. */
@Command(
    name = "decode",
    mixinStandardHelpOptions = true,
    description = {
      "Turn ids of tokens into text.",
      "Without ID, they are read from standard input, a text a line."
    },
    footer = {
      "",
      "Examples:",
      "  refrain tokenizer decode cl100k_base 2181 574 279 1888",
      "  refrain tokenizer encode book.json \"a b\" | refrain tokenizer decode book.json"
    })
final class TokenizerDecodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private TokenizerArgument argument;

  @Parameters(index = "1..*", arity = "0..*", paramLabel = "ID", description = "Ids of tokens.")
  private @Nullable List<String> words;

  @Override
  public Integer call() throws IOException {
    Tokenizer tokenizer = argument.tokenizer();
    List<String> lines =
        words == null || words.isEmpty()
            ? TextInput.standardInput().lines().toList()
            : List.of(String.join(" ", words));
    PrintWriter out = spec.commandLine().getOut();
    for (String line : lines) {
      int[] ids = ids(line, tokenizer.size());
      String text = tokenizer.decode(ids);
      if (output.json) {
        Output.line(out, Map.of("text", text));
      } else {
        out.println(text);
      }
    }
    out.flush();
    return 0;
  }

  private static int[] ids(String line, int size) {
    return Arrays.stream(line.strip().split("\\s+"))
        .filter(word -> !word.isEmpty())
        .mapToInt(word -> {
          if (!word.matches("\\d{1,9}") || Integer.parseInt(word) >= size) {
            throw new IllegalArgumentException(
                "'%s' is not the id of a token, which is from 0 to %d".formatted(word, size - 1));
          }
          return Integer.parseInt(word);
        })
        .toArray();
  }
}
