package io.refrain.cli;

import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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
      "Without TEXT and --file, the text is read from standard input.",
      "With --json, start and end of a token are counted in UTF-16 units,",
      "of which characters such as emoji have two."
    },
    footer = {
      "",
      "Examples:",
      "  refrain tokenizer encode runs/dickens \"It was the best of times\"",
      "  refrain tokenizer encode cl100k_base --file book.txt > ids.txt",
      "  refrain tokenizer encode book.json --json -- \"-5 apples\""
    })
final class TokenizerEncodeCommand implements Callable<Integer> {
  /** Characters; a test sets a text against it that is longer. */
  static final int BLOCK = 1 << 20;

  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private TokenizerArgument argument;

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
    Tokenizer tokenizer = argument.tokenizer();
    PrintWriter out = spec.commandLine().getOut();
    for (String text : TextInput.of(spec, texts, file)) {
      UnknownTokens unknown = new UnknownTokens(tokenizer);
      if (output.json) {
        Encoding encoding = tokenizer.encodeWithOffsets(text);
        unknown.count(encoding.ids());
        Output.line(out, json(tokenizer, text, encoding));
      } else {
        print(tokenizer, text, unknown, out);
      }
      unknown.warn(spec.commandLine().getErr());
    }
    out.flush();
    return 0;
  }

  /** Block by block, so that a long text takes little more memory than it does by itself. */
  private static void print(
      Tokenizer tokenizer, String text, UnknownTokens unknown, PrintWriter out) {
    String separator = "";
    for (int start = 0; start < text.length(); ) {
      int end = endOfBlock(tokenizer, text, start);
      int[] ids = tokenizer.encode(text.substring(start, end));
      unknown.count(ids);
      for (int id : ids) {
        out.print(separator);
        out.print(id);
        separator = " ";
      }
      start = end;
    }
    out.println();
  }

  /** Where the text may be cut; where no such place is known, the block grows. */
  private static int endOfBlock(Tokenizer tokenizer, String text, int start) {
    long wanted = (long) start + BLOCK;
    while (wanted < text.length()) {
      int cut = tokenizer.lastCut(text.substring(start, (int) wanted));
      if (cut > 0) {
        return start + cut;
      }
      wanted += wanted - start;
    }
    return text.length();
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
