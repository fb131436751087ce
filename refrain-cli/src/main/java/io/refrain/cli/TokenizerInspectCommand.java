package io.refrain.cli;

import io.refrain.text.AddedToken;
import io.refrain.text.BpeTokenizer;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import io.refrain.text.VocabularyTokenizer;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Tells what a tokenizer is, and how it cuts a text. */
@Command(
    name = "inspect",
    mixinStandardHelpOptions = true,
    description = {
      "Tell what a tokenizer is; with a text, also how it cuts it.",
      "Pieces are coloured on a terminal, and in brackets elsewhere."
    },
    footer = {
      "",
      "Examples:",
      "  refrain tokenizer inspect tokenizer.json",
      "  refrain tokenizer inspect runs/dickens \"It was the best of times\"",
      "  refrain tokenizer inspect o200k_base --file book.txt"
    })
final class TokenizerInspectCommand implements Callable<Integer> {
  private static final int LONGEST = 10;

  /** A picture of more tokens fills more than a screen. */
  private static final int PICTURED = 200;

  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private TokenizerArgument argument;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TEXT",
      description = "A text; -- before one that begins with a dash.")
  private @Nullable String text;

  @Option(names = "--file", paramLabel = "FILE", description = "A text file instead.")
  private @Nullable String file;

  @Override
  public Integer call() throws IOException {
    Tokenizer tokenizer = argument.tokenizer();
    String measured =
        text == null && file == null
            ? null
            : TextInput.of(spec, text == null ? null : List.of(text), file).getFirst();
    Encoding encoding = measured == null ? null : tokenizer.encodeWithOffsets(measured);
    if (output.json) {
      printJson(tokenizer, measured, encoding);
    } else {
      print(tokenizer, measured, encoding);
    }
    return 0;
  }

  private void print(Tokenizer tokenizer, @Nullable String measured, @Nullable Encoding encoding) {
    PrintWriter out = spec.commandLine().getOut();
    TokenPicture picture = new TokenPicture(tokenizer, isTerminal());
    out.println(argument.name());
    out.printf("  kind        %s%n", tokenizer.kind());
    out.printf("  tokens      %s%n", Figures.count(tokenizer.size()));
    if (tokenizer instanceof BpeTokenizer bpe) {
      out.printf("  merges      %s%n", Figures.count(bpe.model().merges()));
      out.printf("  pattern     %s%n", pattern(bpe));
    }
    List<String> specials = specials(tokenizer);
    if (!specials.isEmpty()) {
      out.printf("  special     %s%n", PlainText.visible(String.join(" ", specials)));
    }
    out.printf(
        "  round trip  %s%n",
        tokenizer.isExact() ? "exact" : "not exact: text is changed before it is cut");
    out.printf(
        "  longest     %s%n",
        IntStream.of(longest(tokenizer))
            .mapToObj(id -> "[" + picture.show(id) + "]")
            .collect(Collectors.joining(" ")));
    if (measured != null && encoding != null) {
      out.printf(
          "  text        %s tokens, %.2f characters a token%n",
          Figures.count(encoding.size()), TokenizerCommand.width(measured, encoding));
      int shown = Math.min(encoding.size(), PICTURED);
      out.println();
      out.println(picture.of(Arrays.copyOf(encoding.ids(), shown)));
      if (shown < encoding.size()) {
        out.printf("… and %s more tokens%n", Figures.count(encoding.size() - shown));
      }
    }
    out.flush();
  }

  private void printJson(
      Tokenizer tokenizer, @Nullable String measured, @Nullable Encoding encoding) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tokenizer", argument.name());
    json.put("kind", tokenizer.kind());
    json.put("size", tokenizer.size());
    if (tokenizer instanceof BpeTokenizer bpe) {
      json.put("merges", bpe.model().merges());
      json.put("pattern", bpe.settings().pattern().regex());
    }
    json.put("special", specials(tokenizer));
    json.put("exact", tokenizer.isExact());
    json.put("longest", IntStream.of(longest(tokenizer)).mapToObj(tokenizer::piece).toList());
    if (measured != null && encoding != null) {
      json.put("tokens", encoding.size());
      json.put("characters_per_token", TokenizerCommand.width(measured, encoding));
      json.put(
          "pieces",
          IntStream.of(encoding.ids()).limit(PICTURED).mapToObj(tokenizer::piece).toList());
    }
    Output.line(spec.commandLine().getOut(), json);
  }

  private static String pattern(BpeTokenizer tokenizer) {
    String regex = tokenizer.settings().pattern().regex();
    return regex.isEmpty() ? "none: a text is one piece" : regex;
  }

  private static List<String> specials(Tokenizer tokenizer) {
    return switch (tokenizer) {
      case VocabularyTokenizer counted -> counted.vocabulary().specials();
      case BpeTokenizer bpe ->
          bpe.settings().addedTokens().stream()
              .filter(AddedToken::special)
              .map(AddedToken::content)
              .toList();
      default -> List.of();
    };
  }

  private static int[] longest(Tokenizer tokenizer) {
    int[] specials = tokenizer.specialIds();
    int[] lengths =
        IntStream.range(0, tokenizer.size()).map(id -> tokenizer.piece(id).length()).toArray();
    return IntStream.range(0, tokenizer.size())
        .filter(id -> Arrays.binarySearch(specials, id) < 0)
        .boxed()
        .sorted(Comparator.comparingInt((Integer id) -> -lengths[id]))
        .limit(LONGEST)
        .mapToInt(Integer::intValue)
        .toArray();
  }

  @SuppressWarnings("SystemConsoleNull") // its Javadoc still says that there may be none
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
  }
}
