package io.refrain.cli;

import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
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

/** Turns texts into the ids of their tokens. */
@Command(
    name = "encode",
    mixinStandardHelpOptions = true,
    description = {
      "Turn texts into the ids of their tokens, a line for each text.",
      "Without TEXT and --file, the text is read from standard input."
    },
    footer = {
      "",
      "Examples:",
      "  refrain tokenizer encode runs/dickens \"It was the best of times\"",
      "  refrain tokenizer encode cl100k_base --file book.txt > ids.txt",
      "  refrain tokenizer encode book.json --json -- \"-5 apples\""
    })
final class TokenizerEncodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Output output;

  @Parameters(
      index = "0",
      paramLabel = "TOKENIZER",
      description = "A tokenizer.json, the folder of a run, or a name such as cl100k_base.")
  private String name;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "TEXT",
      description = "Texts; -- before those that begin with a dash.")
  private @Nullable List<String> texts;

  @Option(names = "--file", paramLabel = "FILE", description = "A text file instead.")
  private @Nullable String file;

  @Override
  public Integer call() throws IOException {
    Tokenizer tokenizer = TokenizerFinder.find(name);
    PrintWriter out = spec.commandLine().getOut();
    for (String text : TextInput.of(spec, texts, file)) {
      Encoding encoding = tokenizer.encodeWithOffsets(text);
      if (output.json) {
        Output.line(out, json(tokenizer, text, encoding));
      } else {
        out.println(
            Arrays.stream(encoding.ids())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(" ")));
      }
      warn(tokenizer, encoding);
    }
    out.flush();
    return 0;
  }

  /** An unknown token is not what the text says. */
  private void warn(Tokenizer tokenizer, Encoding encoding) {
    int unknownId = tokenizer.unknownId().orElse(-1);
    long unknown = IntStream.of(encoding.ids()).filter(id -> id == unknownId).count();
    if (unknown > 0) {
      spec.commandLine()
          .getErr()
          .printf(
              "%s of %s tokens %s unknown to the tokenizer.%n",
              Figures.count(unknown), Figures.count(encoding.size()), unknown == 1 ? "is" : "are");
    }
  }

  private static Map<String, Object> json(Tokenizer tokenizer, String text, Encoding encoding) {
    List<Map<String, Object>> tokens = new ArrayList<>();
    for (int i = 0; i < encoding.size(); i++) {
      Map<String, Object> token = new LinkedHashMap<>();
      token.put("id", encoding.ids()[i]);
      token.put("token", tokenizer.piece(encoding.ids()[i]));
      token.put("start", encoding.starts()[i]);
      token.put("end", encoding.ends()[i]);
      tokens.add(token);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("text", text);
    json.put("tokens", tokens);
    return json;
  }
}
