package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import org.junit.jupiter.api.Test;

class NotebookTextTest {
  @Test
  void eachRunOfNonLettersBecomesOneSpace() {
    assertThat(NotebookText.cleanLines("  The Time--Machine, by H. G. Wells [1898]\n"))
        .containsExactly("the time machine by h g wells");
  }

  @Test
  void linesEndAsForReadlines() {
    assertThat(NotebookText.cleanLines("")).isEmpty();
    assertThat(NotebookText.cleanLines("\n")).containsExactly("");
    assertThat(NotebookText.cleanLines("a")).containsExactly("a");
    assertThat(NotebookText.cleanLines("a\n")).containsExactly("a");
    assertThat(NotebookText.cleanLines("a\n\nb")).containsExactly("a", "", "b");
    assertThat(NotebookText.cleanLines("a\r\nb\rc\n\r")).containsExactly("a", "b", "c", "");
  }

  @Test
  void otherSeparatorsDoNotEndALine() {
    assertThat(NotebookText.cleanLines("a\fb\u000Bc\u2028d\u0085e")).containsExactly("a b c d e");
  }

  @Test
  void lettersBeyondAsciiAreNotLetters() {
    assertThat(NotebookText.cleanLines("Été à İstanbul \u212A")).containsExactly("t stanbul");
  }

  @Test
  void collapsingKeepsOneSpaceAtTheEnds() {
    assertThat(NotebookText.collapse("Time Traveller ")).isEqualTo("time traveller ");
    assertThat(NotebookText.collapse("\n\t He said:\n“No”")).isEqualTo(" he said no ");
    assertThat(NotebookText.collapse("1898")).isEqualTo(" ");
    assertThat(NotebookText.collapse("")).isEmpty();
  }

  @Property
  void agreesWithTheNotebooksRegularExpression(
      @ForAll @CharRange(from = 'W', to = 'd') @Chars({'\n', '\r', ' ', '\t', 'é'}) String text) {
    List<String> expected =
        text.isEmpty()
            ? List.of()
            : Arrays.stream(withoutLastLineEnd(text).split("\r\n|\r|\n", -1))
                .map(line -> line.replaceAll("[^A-Za-z]+", " ").strip().toLowerCase(Locale.ROOT))
                .toList();

    assertThat(NotebookText.cleanLines(text)).isEqualTo(expected);
    assertThat(NotebookText.joinLines(text)).isEqualTo(String.join("", expected));
    assertThat(NotebookText.collapse(text))
        .isEqualTo(text.replaceAll("[^A-Za-z]+", " ").toLowerCase(Locale.ROOT));
  }

  private static String withoutLastLineEnd(String text) {
    return text.replaceFirst("(\r\n|\r|\n)\\z", "");
  }
}
