package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What every kind promises of offsets and of cutting a text into pieces. */
class CutsAndOffsetsTest {
  private static final String[] PARTS = {
    "a",
    "B",
    "the",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\t",
    ".",
    ",",
    "'",
    "\"",
    ":",
    "_",
    "7",
    "é",
    "e\u0301",
    "\u0301",
    "\u200d",
    "ア",
    "字",
    "א",
    "😀",
    "👩\u200d🔧",
    "🇫🇷",
    "🇫",
    "\uD83D",
    "\uDE00",
    "\u00a0",
    "\u0085",
    "Don't 3.14"
  };

  @Provide
  static Arbitrary<String> texts() {
    return Arbitraries.of(PARTS).list().ofMaxSize(12).map(parts -> String.join("", parts));
  }

  @Property(tries = 4000)
  void aCutChangesNoIdWhateverFollows(
      @ForAll TokenizerKind kind, @ForAll("texts") String text, @ForAll("texts") String more) {
    Tokenizer tokenizer = trained(kind);

    int cut = tokenizer.lastCut(text);

    assertThat(cut).isBetween(0, text.length());
    int[] before = tokenizer.encode(text.substring(0, cut));
    int[] after = tokenizer.encode(text.substring(cut) + more);
    assertThat(IntStream.concat(IntStream.of(before), IntStream.of(after)).toArray())
        .isEqualTo(tokenizer.encode(text + more));
  }

  @Property
  void offsetsGoWithTheIdsAndAreInOrder(@ForAll TokenizerKind kind, @ForAll("texts") String text) {
    Tokenizer tokenizer = trained(kind);

    Encoding encoding = tokenizer.encodeWithOffsets(text);

    assertThat(encoding.ids()).isEqualTo(tokenizer.encode(text));
    int end = 0;
    for (int i = 0; i < encoding.size(); i++) {
      assertThat(encoding.starts()[i]).isGreaterThanOrEqualTo(end);
      end = encoding.ends()[i];
      assertThat(end).isGreaterThan(encoding.starts()[i]).isLessThanOrEqualTo(text.length());
    }
  }

  @Property
  void exactKindsLeaveNoCharacterOut(@ForAll TokenizerKind kind, @ForAll("texts") String text) {
    Tokenizer tokenizer = trained(kind);
    Encoding encoding = tokenizer.encodeWithOffsets(text);

    if (tokenizer.isExact()) {
      StringBuilder covered = new StringBuilder();
      for (int i = 0; i < encoding.size(); i++) {
        covered.append(text, encoding.starts()[i], encoding.ends()[i]);
      }
      assertThat(covered.toString()).isEqualTo(text);
    }
  }

  @Property
  void tokensComeOneByOneAsTheyDoAtOnce(@ForAll TokenizerKind kind, @ForAll("texts") String text) {
    Tokenizer tokenizer = trained(kind);
    TextDecoder decoder = tokenizer.decoder();
    StringBuilder decoded = new StringBuilder();
    int[] ids = tokenizer.encode(text);

    for (int id : ids) {
      decoded.append(decoder.next(id));
    }

    assertThat(decoded.append(decoder.end()).toString()).isEqualTo(tokenizer.decode(ids));
  }

  @Property
  void copiesOfADecoderGoTheirOwnWay(@ForAll TokenizerKind kind, @ForAll("texts") String text) {
    Tokenizer tokenizer = trained(kind);
    TextDecoder decoder = tokenizer.decoder();
    StringBuilder decoded = new StringBuilder();
    int[] ids = tokenizer.encode(text);

    for (int id : ids) {
      TextDecoder copy = decoder.copy();
      decoder.next(ids[0]); // which must not reach the copy
      decoded.append(copy.next(id));
      decoder = copy;
    }

    assertThat(decoded.append(decoder.end()).toString()).isEqualTo(tokenizer.decode(ids));
  }

  @Test
  void aLongTextCanBeCutInEveryKind() {
    String text = "The time traveller, for so it will be convenient.\nHe spoke of him";
    for (TokenizerKind kind : TokenizerKind.values()) {
      assertThat(trained(kind).lastCut(text)).as(kind.label()).isGreaterThan(text.length() / 2);
    }
  }

  @Test
  void offsetsPointIntoTheTextAsItIs() {
    Encoding words = WordTokenizer.train("the time").encodeWithOffsets("— The  TIME!");
    Encoding characters = CharacterTokenizer.train("a b").encodeWithOffsets(" A, ..b");

    assertThat(words).extracting(Encoding::starts).isEqualTo(new int[] {2, 7});
    assertThat(words).extracting(Encoding::ends).isEqualTo(new int[] {5, 11});
    assertThat(characters.starts()).containsExactly(1, 2, 6);
    assertThat(characters.ends()).containsExactly(2, 3, 7);
  }

  @Test
  void charactersAreCodePointsWithTheSeparator() {
    String text = "the 😀\n";
    WhitespaceTokenizer words = WhitespaceTokenizer.train(text);
    VerbatimTokenizer verbatim = VerbatimTokenizer.train(text);

    assertThat(words.encodeWithOffsets(text).characters(text, words.separator()))
        .containsExactly(3, 2, 1);
    assertThat(words.encodeWithOffsets("a\nb\n").characters("a\nb\n", words.separator()))
        .containsExactly(1, 1, 1, 1);
    assertThat(verbatim.encodeWithOffsets(text).characters(text, "")).containsOnly(1).hasSize(6);
    assertThat(
            new Encoding(new int[3], new int[] {0, 0, 1}, new int[] {1, 1, 2}).characters("é!", ""))
        .as("tokens that share a character")
        .containsExactly(1, 0, 1);
  }

  @Property
  void charactersOfWordsAreThoseOfTheDecodedText(@ForAll("texts") String text) {
    WhitespaceTokenizer words = WhitespaceTokenizer.train(text + " a");
    Encoding encoding = words.encodeWithOffsets(text);
    String decoded = words.decode(encoding.ids());

    assertThat(IntStream.of(encoding.characters(text, words.separator())).sum())
        .isEqualTo(decoded.codePointCount(0, decoded.length()));
  }

  static Tokenizer trained(TokenizerKind kind) {
    return kind.train(
        String.join("", Arrays.asList(PARTS).subList(0, 22)) + " the a. A", kind.defaultOptions());
  }
}
