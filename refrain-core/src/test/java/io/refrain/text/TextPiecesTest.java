package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;
import org.junit.jupiter.api.Test;

class TextPiecesTest {
  private static List<String> pieces(String text, ToIntFunction<String> lastCut, int usual)
      throws IOException {
    List<String> pieces = new ArrayList<>();
    long[] length = {0};
    TextPieces.forEach(
        "text",
        new StringReader(text),
        0,
        lastCut,
        (piece, start) -> {
          assertThat(piece).isNotEmpty();
          assertThat(start).isEqualTo(length[0]);
          length[0] += piece.length();
          pieces.add(piece);
        },
        usual,
        1 << 10);
    assertThat(String.join("", pieces)).isEqualTo(text);
    return pieces;
  }

  private static int[] encoded(List<String> pieces, Tokenizer tokenizer) {
    return pieces.stream().flatMapToInt(piece -> IntStream.of(tokenizer.encode(piece))).toArray();
  }

  @Property
  @Domain(Texts.class)
  @Domain(DomainContext.Global.class)
  void idsOfThePiecesAreThoseOfTheText(
      @ForAll TokenizerKind kind,
      @ForAll Texts.Text text,
      @ForAll @IntRange(min = 1, max = 30) int usual)
      throws IOException {
    Tokenizer tokenizer = CutsAndOffsetsTest.trained(kind);

    assertThat(encoded(pieces(text.text(), tokenizer::lastCut, usual), tokenizer))
        .isEqualTo(tokenizer.encode(text.text()));
  }

  @Property
  @Domain(Texts.class)
  @Domain(DomainContext.Global.class)
  void bytePairsOfThePiecesAreThoseOfTheText(
      @ForAll Texts.Text text, @ForAll @IntRange(min = 1, max = 30) int usual) throws IOException {
    for (SplitPattern pattern :
        List.of(SplitPattern.GPT2, SplitPattern.CL100K, SplitPattern.O200K)) {
      BpeTrainer.Options options =
          new BpeTrainer.Options(300, 1, List.of("<|endoftext|>", "the"), pattern);
      Tokenizer tokenizer = BpeTokenizer.train(text.text() + "the time the a. a", options, 1);

      assertThat(encoded(pieces(text.text(), tokenizer::lastCut, usual), tokenizer))
          .isEqualTo(tokenizer.encode(text.text()));
    }
  }

  @Property
  @Domain(Texts.class)
  @Domain(DomainContext.Global.class)
  void countsOfThePiecesAreThoseOfTheText(
      @ForAll TokenizerKind kind,
      @ForAll Texts.Text text,
      @ForAll @IntRange(min = 1, max = 30) int usual)
      throws IOException {
    String whole = text.text() + " the A";
    TokenCounter counter = new TokenCounter(kind);
    for (String piece : pieces(whole, kind::lastCut, usual)) {
      counter.count(piece);
    }

    assertThat(counter.tokenizer(kind.defaultOptions()).vocabulary())
        .isEqualTo(kind.train(whole, kind.defaultOptions()).vocabulary());
  }

  @Test
  void aTextThatCannotBeCutIsGivenUpWithARemedy() {
    assertThatExceptionOfType(CorpusException.class)
        .isThrownBy(() -> pieces("x".repeat(5000), text -> 0, 16))
        .withMessageStartingWith(
            "text cannot be read piece by piece: from character 0 on there is no place in 1024"
                + " characters where its tokenizer lets it be cut; choose another tokenizer");
  }

  @Test
  void aTextThatIsRarelyCutComesInLongerPieces() throws IOException {
    String text = ("x".repeat(700) + " ").repeat(5);

    assertThat(pieces(text, TokenizerKind.WORD::lastCut, 16)).hasSizeBetween(2, 6);
  }
}
