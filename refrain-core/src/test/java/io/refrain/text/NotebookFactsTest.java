package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the notebook prints about its text. The batches are in the data package's tests. */
class NotebookFactsTest {
  @Test
  void linesAfterCleaning() throws IOException {
    List<String> lines = NotebookText.cleanLines(TimeMachine.text());

    assertThat(lines).hasSize(3221);
    assertThat(lines.get(42))
        .isEqualTo("so most people think but wait a moment can an instantaneous");
    assertThat(lines.get(20)).isEmpty();
    assertThat(lines.get(26)).isEqualTo("said filby an argumentative person with red hair");
  }

  @Test
  void wordVocabulary() throws IOException {
    WordTokenizer words = WordTokenizer.train(TimeMachine.text());

    assertThat(words.vocabulary().size()).isEqualTo(4581);
    assertThat(words.vocabulary().ordinaryTokens()).hasSize(4579);
    assertThat(words.vocabulary().id("you")).isEqualTo(24);
    assertThat(words.vocabulary().id("<unk>")).isEqualTo(0);
    assertThat(words.vocabulary().id("<pad>")).isEqualTo(1);
  }

  @Test
  void wordsAreThoseOfTheCleanedLines() throws IOException {
    String text = TimeMachine.text();
    WordTokenizer words = WordTokenizer.train(text);

    String joined = String.join(" ", NotebookText.cleanLines(text)).replaceAll(" +", " ").strip();

    assertThat(words.decode(words.encode(text))).isEqualTo(joined);
  }

  @Test
  void characters() throws IOException {
    String text = TimeMachine.text();
    CharacterTokenizer characters = CharacterTokenizer.train(text);

    assertThat(characters.vocabulary().size()).isEqualTo(28);
    assertThat(characters.vocabulary().tokens()).startsWith("<unk>", " ", "e", "t", "a");
    int[] ids = characters.encode(text);
    assertThat(ids).hasSize(170_580).doesNotContain(0);
    assertThat(characters.decode(ids)).isEqualTo(String.join("", NotebookText.cleanLines(text)));
  }

  @Test
  void verbatimKeepsEveryByte() throws IOException {
    String text = TimeMachine.text();
    VerbatimTokenizer verbatim = VerbatimTokenizer.train(text);

    assertThat(verbatim.decode(verbatim.encode(text))).isEqualTo(text);
  }
}
