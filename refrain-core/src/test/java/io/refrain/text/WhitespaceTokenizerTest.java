package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class WhitespaceTokenizerTest {
  @Test
  void lineEndsAreTokens() {
    WhitespaceTokenizer tokenizer = WhitespaceTokenizer.train(" = Title = \n \n It was <unk> .\n");

    int[] ids = tokenizer.encode("= It was\u00a0new\n\n");

    assertThat(tokenizer.decode(ids)).isEqualTo("= It was <unk>\n\n");
    assertThat(tokenizer.vocabulary().tokens())
        .startsWith("<unk>", "<eos>")
        .containsOnlyOnce("<unk>");
    assertThat(tokenizer.encode("<unk>")).containsExactly(0);
    assertThat(tokenizer.unknown("new <unk>\n")).containsExactly("new");
    assertThat(tokenizer.decode(tokenizer.encode("  = \n =  "))).isEqualTo("=\n=");
  }

  @Test
  void whatIsNoWordIsRefused() {
    for (String token : List.of("", "a b", "\u2003")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new WhitespaceTokenizer(Vocabulary.of(List.of("<unk>", token), 1)))
          .withMessageStartingWith("token 1: expected a word without white space");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> WhitespaceTokenizer.train(" \t"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WhitespaceTokenizer.train("<unk> <unk>"))
        .withMessageEndingWith("no token but special ones is seen 1 times or more; use more text");
  }

  /** Merity et al., "Pointer Sentinel Mixture Models" (2016), table 1. */
  @Test
  void wikiText2HasThePublishedVocabularyAndTokens() throws IOException {
    WhitespaceTokenizer tokenizer = WhitespaceTokenizer.train(WikiText2.part("train"));

    assertThat(tokenizer.size()).isEqualTo(33_278);
    assertThat(tokenizer.encode(WikiText2.part("train"))).hasSize(2_088_628);
    assertThat(tokenizer.encode(WikiText2.part("valid"))).hasSize(217_646);
    assertThat(tokenizer.encode(WikiText2.part("test"))).hasSize(245_569);
    assertThat(tokenizer.unknown(WikiText2.part("test"))).isEmpty();
  }

  /** The corpus, where this machine has it. */
  private static final class WikiText2 {
    static String part(String name) throws IOException {
      DataFolders folders =
          DataFolders.of(System.getenv(), Path.of("").toAbsolutePath().getParent());
      for (Path folder : folders.provided()) {
        Path file = folder.resolve("wikitext-2/wiki." + name + ".tokens");
        if (Files.isRegularFile(file)) {
          return Files.readString(file);
        }
      }
      Assumptions.abort("skipped: no folder of " + folders.provided() + " holds wikitext-2");
      return "";
    }
  }
}
