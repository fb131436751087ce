package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerKind;
import io.refrain.text.bpe.BpeTrainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class StopOptionsTest {
  private static Tokenizer tokenizer(TokenizerKind kind) {
    return kind.train(CommandFixture.TEXT, kind.defaultOptions());
  }

  private static StopOptions stop(String... strings) {
    String[] words = new String[2 * strings.length];
    for (int i = 0; i < strings.length; i++) {
      words[2 * i] = "--stop";
      words[2 * i + 1] = strings[i];
    }
    return CommandLine.populateCommand(new StopOptions(), words);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "VERBATIM     | 'worst!'   | '\"worst!\" ends no text, for this model never writes \"!\"'",
        "CHARACTER    | 'The.'     | '\"The.\" ends no text, for this model never writes \"T\", \".\"'",
        "WORD         | ' the Best'| '\" the Best\" ends no text, for this model never writes \"B\"'",
        "UNICODE_WORD | '\t'       | 'tab ends no text, for this model never writes tab'",
        "WHITESPACE   | '<unk>'    | '\"<unk>\" ends no text, for this model never writes \"<\","
            + " \"u\", \"n\", \"k\", \">\"'",
      })
  void whatAModelNeverWritesCannotEndItsText(TokenizerKind kind, String string, String message) {
    StopOptions options = stop("it", string);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.requireWritable(tokenizer(kind)))
        .withMessage("--stop %s: leave it out", message);
  }

  @Test
  void whatAModelMayWriteIsLetThrough() {
    assertThatCode(
            () -> {
              stop("worst of times.\n", ",").requireWritable(tokenizer(TokenizerKind.VERBATIM));
              stop(" the", "e b").requireWritable(tokenizer(TokenizerKind.WORD));
              stop("times.\n", " ").requireWritable(tokenizer(TokenizerKind.WHITESPACE));
              stop().requireWritable(tokenizer(TokenizerKind.CHARACTER));
              stop("東!")
                  .requireWritable(
                      BpeTokenizer.train(
                          "It was", BpeTrainer.Options.ofSize(257), /* threads */ 1));
            })
        .doesNotThrowAnyException();
  }
}
