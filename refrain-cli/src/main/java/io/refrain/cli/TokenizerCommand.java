package io.refrain.cli;

import io.refrain.text.Encoding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Makes tokenizers, and shows what they do. */
@Command(
    name = "tokenizer",
    mixinStandardHelpOptions = true,
    description = "Make a tokenizer of texts, use one, or look into it.",
    subcommands = {
      TokenizerTrainCommand.class,
      TokenizerEncodeCommand.class,
      TokenizerDecodeCommand.class,
      TokenizerInspectCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  refrain tokenizer train book.txt --vocabulary 4096 --out book.json",
      "  refrain tokenizer inspect book.json \"It was the best of times\"",
      "  refrain tokenizer encode cl100k_base \"It was the best of times\"",
      "",
      "`refrain tokenizer COMMAND --help` tells the options of a command."
    })
final class TokenizerCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** How many characters of a text a token stands for, in the mean; 0 where there is no token. */
  static double width(String text, Encoding encoding) {
    return encoding.size() == 0
        ? 0
        : (double) text.codePointCount(0, text.length()) / encoding.size();
  }
}
