package io.refrain.cli;

import io.refrain.text.Tokenizer;
import java.io.IOException;
import picocli.CommandLine.Parameters;

/** The first argument of commands that use a tokenizer. */
final class TokenizerArgument {
  @Parameters(
      index = "0",
      paramLabel = "TOKENIZER",
      description = "A tokenizer.json, the folder of a run, or a name such as cl100k_base.")
  private String name;

  /** The argument as the user typed it. */
  String name() {
    return name;
  }

  Tokenizer tokenizer() throws IOException {
    return TokenizerFinder.find(name);
  }
}
