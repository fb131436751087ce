package io.refrain.text.bpe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SplitPatternTest {
  @Provide
  static Arbitrary<String> texts() {
    return TextParts.texts();
  }

  @Provide
  static Arbitrary<byte[]> anyBytes() {
    return TextParts.bytes();
  }

  @Provide
  static Arbitrary<SplitPattern> scanned() {
    return Arbitraries.of(SplitPattern.scanned());
  }

  @Property(tries = 20_000)
  void scannersCutAsTheirPatternsSay(
      @ForAll("scanned") SplitPattern pattern, @ForAll("anyBytes") byte[] bytes) {
    Splitter reference = new RegexSplitter(Oniguruma.compile(pattern.regex()), pattern.regex());

    assertThat(pieces(pattern.splitter(), bytes)).isEqualTo(pieces(reference, bytes));
  }

  @Property
  void piecesAreTheWholeText(@ForAll("anyBytes") byte[] bytes) {
    for (String regex : List.of("", "\\w+", "x*", "(?<=a)b", "\\s+|[^\\s]")) {
      List<Integer> ends = pieces(SplitPattern.of(regex).splitter(), bytes);

      assertThat(ends).isSorted().doesNotHaveDuplicates().doesNotContain(0);
      assertThat(ends.isEmpty() ? 0 : ends.getLast()).isEqualTo(bytes.length);
    }
  }

  @Property(tries = 5000)
  void aPieceEndsAtACutWhateverFollows(
      @ForAll("scanned") SplitPattern pattern,
      @ForAll("texts") String text,
      @ForAll("texts") String more) {
    int cut = pattern.lastCut(text, 1, text.length());
    if (cut < 0) {
      return;
    }
    int at = utf8(text.substring(0, cut)).length;
    byte[] whole = utf8(text + more);

    List<Integer> expected =
        new ArrayList<>(pieces(pattern.splitter(), utf8(text.substring(0, cut))));
    pieces(pattern.splitter(), utf8(text.substring(cut) + more))
        .forEach(end -> expected.add(at + end));

    assertThat(pieces(pattern.splitter(), whole)).isEqualTo(expected);
  }

  @Test
  void knownPatternsAreWalkedByHand() {
    assertThat(SplitPattern.of(SplitPattern.O200K.regex())).isSameAs(SplitPattern.O200K);
    assertThat(SplitPattern.of(SplitPattern.CL100K.regex()).knowsCuts()).isTrue();
    assertThat(SplitPattern.scanned()).hasSize(4);
    assertThat(SplitPattern.of("\\w+").knowsCuts()).isFalse();
    assertThat(SplitPattern.of("\\w+").lastCut("a b", 1, 3)).isEqualTo(-1);
    assertThat(SplitPattern.GPT2.lastCut("one two three", 1, 13)).isEqualTo(7);
  }

  @Test
  void matchesAndWhatLiesBetweenThemArePieces() {
    assertThat(pieces(SplitPattern.of("b+").splitter(), utf8("abbé😀bc")))
        .containsExactly(1, 3, 9, 10, 11);
  }

  @Test
  void emptyMatchesPartToo() {
    assertThat(pieces(SplitPattern.of("\\b").splitter(), utf8("ab cd"))).containsExactly(2, 3, 5);
  }

  /** Hugging Face's tokenizers 0.23.2 tell these words. */
  @Test
  void wordsAreThoseOfOniguruma() {
    byte[] text = utf8("x²\u200d-é\u0301_字½.");

    assertThat(pieces(SplitPattern.of("\\w+").splitter(), text)).containsExactly(3, 7, 17, 18);
    assertThat(pieces(SplitPattern.of("\\W+").splitter(), text)).containsExactly(3, 7, 17, 18);
    assertThat(pieces(SplitPattern.of("[^\\w.]+").splitter(), text))
        .containsExactly(1, 7, 15, 17, 18);
    assertThat(pieces(SplitPattern.of("[\\w&&[^x]]+").splitter(), text)).containsExactly(7, 15, 18);
    assertThat(pieces(SplitPattern.of("\\b").splitter(), text)).containsExactly(3, 7, 17, 18);
    assertThat(pieces(SplitPattern.of("\\B").splitter(), text))
        .containsExactly(1, 6, 9, 11, 12, 15, 18);
  }

  /** So do Hugging Face's tokenizers 0.23.2 cut. */
  @Test
  void optionsHoldTheAlternativesThatFollowThem() {
    assertThat(pieces(SplitPattern.of("x(?i)a|b").splitter(), utf8("xaXAbBxA")))
        .containsExactly(2, 6, 8);
    assertThat(pieces(SplitPattern.of("c|(?i)a|b").splitter(), utf8("cCaAbB")))
        .containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(pieces(SplitPattern.of("(?:x(?i)a|b)y|B").splitter(), utf8("xAyByb yBY")))
        .containsExactly(3, 4, 8, 9, 10);
    assertThat(pieces(SplitPattern.of("(?i)k(?-i)s|t").splitter(), utf8("KsksKSTt")))
        .containsExactly(2, 4, 8);
    assertThat(pieces(SplitPattern.of("a(?i)b[(?i)]").splitter(), utf8("aB(ab?Abi")))
        .containsExactly(3, 6, 9);
  }

  @Test
  void linesEndAtLineFeedsAlone() {
    assertThat(pieces(SplitPattern.of("^.").splitter(), utf8("ab\rc\nde")))
        .containsExactly(1, 5, 6, 7);
    assertThat(pieces(SplitPattern.of(".$").splitter(), utf8("ab\rc\nde")))
        .containsExactly(3, 4, 6, 7);
  }

  @Test
  void badPatternsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SplitPattern.of("(a"))
        .withMessage(
            "pattern: expected a regular expression, got one that has a defect or is not supported"
                + " (Unclosed group): (a");
    for (String regex : List.of("(?i)a)b", "((?i)a", "\\p{Han}", "a{,3}", "\\p{^L}", "(?#a)b")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SplitPattern.of(regex))
          .withMessageContaining("a defect or is not supported")
          .withMessageEndingWith(": " + regex);
    }
  }

  @Test
  void aPatternThatNeedsTooMuchMemoryIsNamed() {
    Splitter splitter = SplitPattern.of("(?:a|b)*c").splitter();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> pieces(splitter, utf8("ab".repeat(200_000))))
        .withMessageContaining("needs too much memory for this text; use a simpler pattern");
  }

  @Test
  @Timeout(20)
  void aPatternThatNeedsTooMuchTimeIsNamed() {
    Map.of("(a|aa)+b\\1", "a".repeat(50), "\\p{L}+x", "a".repeat(30_000))
        .forEach((regex, text) -> {
          Splitter splitter = SplitPattern.of(regex).splitter();

          assertThatIllegalArgumentException()
              .isThrownBy(() -> pieces(splitter, utf8(text)))
              .withMessageContaining("needs too much time for this text; use a simpler pattern");
        });
  }

  private static List<Integer> pieces(Splitter splitter, byte[] bytes) {
    List<Integer> ends = new ArrayList<>();
    splitter.split(bytes, 0, bytes.length, (from, to) -> ends.add(to));
    return ends;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
