package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  @Property
  void verbatimGivesBackAnyText(@ForAll String text) {
    VerbatimTokenizer tokenizer = VerbatimTokenizer.train(text + "x");

    int[] ids = tokenizer.encode(text);

    assertThat(ids).hasSize(text.codePointCount(0, text.length())).doesNotContain(0);
    assertThat(tokenizer.decode(ids)).isEqualTo(withoutHalves(text));
    assertThat(tokenizer.unknown(text)).isEmpty();
  }

  @Property
  void unknownNamesWhatIsEncodedAsUnknown(@ForAll TokenizerKind kind, @ForAll String text) {
    Tokenizer tokenizer = kind.train("Hello there", kind.defaultOptions());

    boolean someUnknown = IntStream.of(tokenizer.encodePrefix(text)).anyMatch(id -> id == 0);

    assertThat(tokenizer.unknown(text).isEmpty()).isEqualTo(!someUnknown);
  }

  @Property
  void everyIdCanBeDecoded(@ForAll TokenizerKind kind, @ForAll String text) {
    Tokenizer tokenizer = kind.train(text + "\r\nx", kind.defaultOptions());

    int[] ids = tokenizer.encode(text);

    assertThat(IntStream.of(ids).allMatch(id -> id > 0)).isTrue();
    String decoded = tokenizer.decode(ids);
    assertThat(tokenizer.encode(decoded)).isEqualTo(ids);
    if (tokenizer.isExact()) {
      assertThat(decoded).isEqualTo(WellFormed.of(text));
    }
  }

  @Test
  void verbatimKeepsCasePunctuationAndWholeEmoji() {
    VerbatimTokenizer tokenizer = VerbatimTokenizer.train("Añ 😀!\r\n😀");

    assertThat(tokenizer.encode("😀A")).hasSize(2);
    assertThat(tokenizer.piece(1)).isEqualTo("😀");
    assertThat(tokenizer.decode(tokenizer.encode("!\r\n😀ñ"))).isEqualTo("!\r\n😀ñ");
    assertThat(tokenizer.size()).isEqualTo(8);
  }

  @Test
  void halfASurrogatePairIsTheReplacementCharacter() {
    VerbatimTokenizer tokenizer = VerbatimTokenizer.train("a\uFFFD");
    VerbatimTokenizer without = VerbatimTokenizer.train("a");

    assertThat(tokenizer.decode(tokenizer.encode("\uDE00a\uD83D"))).isEqualTo("\uFFFDa\uFFFD");
    assertThat(VerbatimTokenizer.train("\uD83D").vocabulary().token(1)).isEqualTo("\uFFFD");
    assertThat(without.encode("\uD83D")).containsExactly(0);
    assertThat(without.unknown("\uD83D")).containsExactly("\uFFFD");
  }

  @Test
  void unknownIsInOrderOfAppearanceAndDistinct() {
    assertThat(VerbatimTokenizer.train("abc").unknown("zaz😀b\uD83D?😀"))
        .containsExactly("z", "😀", "\uFFFD", "?");
    assertThat(WordTokenizer.train("one two").unknown("Two three, FOUR three!"))
        .containsExactly("three", "four");
    assertThat(CharacterTokenizer.train("abc").unknown("a-Xyx9c")).containsExactly(" ", "x", "y");
  }

  @Test
  void charactersAreThoseOfTheCleanedLinesWithoutSeparator() {
    CharacterTokenizer tokenizer = CharacterTokenizer.train("The time\nmachine");

    assertThat(tokenizer.decode(tokenizer.encode(" The, TIME \n the "))).isEqualTo("the timethe");
  }

  @Test
  void aPrefixKeepsTheSpaceThatTheContinuationDependsOn() {
    CharacterTokenizer tokenizer = CharacterTokenizer.train("time traveller");

    assertThat(tokenizer.decode(tokenizer.encode("Time Traveller "))).isEqualTo("time traveller");
    assertThat(tokenizer.decode(tokenizer.encodePrefix("Time Traveller ")))
        .isEqualTo("time traveller ");
    assertThat(tokenizer.decode(tokenizer.encodePrefix("--Time\nTraveller.\n")))
        .isEqualTo(" time traveller ");
  }

  @Test
  void wordsAreSeparatedBySpaces() {
    WordTokenizer tokenizer = WordTokenizer.train("the time the place");

    int[] ids = tokenizer.encode("The PLACE—\nthe hour\n");

    assertThat(ids).containsExactly(2, 3, 2, 0);
    assertThat(tokenizer.decode(ids)).isEqualTo("the place the <unk>");
    assertThat(tokenizer.encodePrefix("the time ")).containsExactly(2, 4);
    assertThat(tokenizer.encode("1898")).isEmpty();
  }

  @Test
  void aWordLongerThanGuessedStillFits() {
    WordTokenizer tokenizer = WordTokenizer.train("a");

    assertThat(tokenizer.encode("a ".repeat(1000))).hasSize(1000).containsOnly(2);
  }

  @Test
  void idsOutsideTheVocabularyAreRefused() {
    VerbatimTokenizer tokenizer = VerbatimTokenizer.train("ab");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokenizer.decode(1, 3))
        .withMessage("token id: expected 0 to 2, got 3");
    assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.piece(-1));
  }

  @Test
  void aTextWithoutTokensIsRefusedWithARemedy() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CharacterTokenizer.train("時間機械 1898"))
        .withMessageContaining("use the verbatim tokenizer");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WordTokenizer.train("時間機械 1898"))
        .withMessageContaining("use the verbatim tokenizer");
    assertThatIllegalArgumentException().isThrownBy(() -> VerbatimTokenizer.train(""));
  }

  @Test
  void aVocabularyOfAnotherKindIsRefused() {
    Vocabulary words = WordTokenizer.train("the time").vocabulary();
    Vocabulary letters = VerbatimTokenizer.train("A b").vocabulary();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VerbatimTokenizer(words))
        .withMessage("token 2: expected exactly one character, got \"the\"");
    assertThatIllegalArgumentException().isThrownBy(() -> new CharacterTokenizer(words));
    assertThatIllegalArgumentException().isThrownBy(() -> new CharacterTokenizer(letters));
    assertThatIllegalArgumentException().isThrownBy(() -> new WordTokenizer(letters));
  }

  @Test
  void kindsAreFoundByTheirLabels() {
    assertThat(TokenizerKind.of("verbatim")).isEqualTo(TokenizerKind.VERBATIM);
    assertThat(TokenizerKind.of("char")).isEqualTo(TokenizerKind.CHARACTER);
    assertThat(TokenizerKind.of("word")).isEqualTo(TokenizerKind.WORD);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TokenizerKind.of("bpe"))
        .withMessage(
            "kind of tokenizer: expected one of verbatim, char, word, unicode-word, whitespace, got bpe");
  }

  private static String withoutHalves(String text) {
    int[] whole =
        text.codePoints()
            .map(c -> Character.getType(c) == Character.SURROGATE ? 0xFFFD : c)
            .toArray();
    return new String(whole, 0, whole.length);
  }
}
