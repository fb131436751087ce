package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnicodeWordTokenizerTest {
  /** Each line is a text with | where the annex has a break. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "The| |quick| |(|“|brown|”|)| |fox| |can't| |jump| |32.3| |feet|,| |right|?",
        "a.b|:|.|c; '|x|''", // a full stop joins letters, two signs do not
        "3,456.789| |1|.|.|2| |$|5|%",
        "A_1| |_a_| |a1b2",
        "e\u0301te\u0301| |été|\u200b|x\u00adx",
        "カタカナ|漢|字|ひ|ら|が|な| |한국어",
        "ก|ข| |ไ|ท|ย",
        "👩\u200d🔧|👍🏽|🇫🇷|🇩🇪|🇫| |❤\ufe0f",
        "\u05d0\"\u05d1| |\u05d0'| |a|\"|b",
        "don’t|…|it’s| |o'clock|'",
        "x|\u00a0|\u00a0|y|\u2003\u2003|z",
        "\u0661\u066b\u0662| |\u0600\u0661",
      })
  void breaksAreThoseOfTheAnnex(String marked) {
    String text = marked.replace("|", "");

    assertThat(String.join("|", segments(text))).isEqualTo(marked);
  }

  @Test
  void lineEndsAndWideGapsStandAlone() {
    assertThat(segments("a \r\n\n\t b")).containsExactly("a", " ", "\r\n", "\n", "\t", " ", "b");
    assertThat(segments("a   b")).containsExactly("a", "   ", "b");
    assertThat(segments("\u0301a")).containsExactly("\u0301", "a");
  }

  @Test
  void oneSpaceBelongsToTheWordAfterIt() {
    UnicodeWordTokenizer tokenizer =
        UnicodeWordTokenizer.train("The time, \"the Time\".\n  The end ");

    assertThat(tokenizer.vocabulary().ordinaryTokens())
        .containsExactlyInAnyOrder(
            "The", " time", ",", " \"", "the", " Time", "\"", ".", "\n", "  ", " end", " ");
    assertThat(tokenizer.unknown("The end is near")).containsExactly(" is", " near");
    assertThat(tokenizer.decode(tokenizer.encode("The Time is"))).isEqualTo("The Time<unk>");
  }

  @Test
  void whatIsNoSingleWordIsRefused() {
    for (String token : List.of("", "a b", "  a", "a,")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new UnicodeWordTokenizer(Vocabulary.of(List.of("<unk>", token), 1)))
          .withMessageStartingWith("token 1: expected one word");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> UnicodeWordTokenizer.train(""));
  }

  private static List<String> segments(String text) {
    List<String> segments = new ArrayList<>();
    for (int start = 0; start < text.length(); ) {
      int end = WordBreaks.next(text, start);
      segments.add(text.substring(start, end));
      start = end;
    }
    return segments;
  }
}
