package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.text.BpeTokenizer.Settings;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FrequentFirstTest {
  private static final String LEARNED_FROM = "the then don't THE été a b <s> one two two 日本 😀\n";
  private static final String TEXT = "one one one two, été the <s> then 😀😀😀 <s> 日本 b b\n<s>";

  private static BpeTokenizer bytePairs(List<String> specials) {
    return BpeTokenizer.train(
        LEARNED_FROM.repeat(3), new BpeTrainer.Options(300, 1, specials, SplitPattern.GPT2), 1);
  }

  /** As published ones are: their special tokens come after a gap. */
  private static BpeTokenizer withGap() {
    BpeTokenizer plain = bytePairs(List.of());
    AddedToken special = AddedToken.special(plain.size() + 4, "<s>");
    Settings settings = new Settings(SplitPattern.GPT2, false, false, List.of(special));
    return new BpeTokenizer(plain.model(), settings).named("published");
  }

  static Stream<Tokenizer> tokenizers() {
    BpeTokenizer plain = bytePairs(List.of("<s>"));
    List<AddedToken> added = plain.settings().addedTokens();
    return Stream.concat(
        Stream.of(
            plain,
            withGap(),
            new BpeTokenizer(plain.model(), new Settings(SplitPattern.GPT2, true, true, added))),
        Arrays.stream(TokenizerKind.values())
            .map(kind -> kind.train(LEARNED_FROM, kind.defaultOptions())));
  }

  private static long[] counts(Tokenizer tokenizer) {
    long[] counts = new long[tokenizer.size()];
    for (int id : tokenizer.encode(TEXT)) {
      counts[id]++;
    }
    return counts;
  }

  private static Tokenizer numbered(Tokenizer tokenizer) {
    return FrequentFirst.of(tokenizer, counts(tokenizer));
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void theSmallerTheIdTheMoreFrequentIsItsToken(Tokenizer tokenizer) {
    long[] before = counts(tokenizer);
    Tokenizer numbered = numbered(tokenizer);
    int specials =
        numbered instanceof VocabularyTokenizer words ? words.vocabulary().specials().size() : 0;

    long[] counts = counts(numbered);

    assertThat(Arrays.copyOfRange(counts, specials, counts.length))
        .isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(Arrays.copyOfRange(before, specials, before.length))
        .as("else this test shows nothing")
        .isNotEqualTo(Arrays.copyOfRange(counts, specials, counts.length));
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void textsAreCutAsBefore(Tokenizer tokenizer) {
    Tokenizer numbered = numbered(tokenizer);
    for (String text : List.of(TEXT, LEARNED_FROM, "<s> unseen: ÄÖÜ", "")) {
      int[] ids = numbered.encode(text);

      assertThat(pieces(numbered, ids)).isEqualTo(pieces(tokenizer, tokenizer.encode(text)));
      assertThat(numbered.decode(ids)).isEqualTo(tokenizer.decode(tokenizer.encode(text)));
      assertThat(numbered.encodeWithOffsets(text).ids()).isEqualTo(ids);
    }
    assertThat(pieces(tokenizer, tokenizer.specialIds()))
        .containsAll(pieces(numbered, numbered.specialIds()));
    assertThat(numbered.isExact()).isEqualTo(tokenizer.isExact());
  }

  private static List<String> pieces(Tokenizer tokenizer, int[] ids) {
    return Arrays.stream(ids).mapToObj(tokenizer::piece).toList();
  }

  @ParameterizedTest
  @MethodSource("tokenizers")
  void aFileKeepsTheNumbers(Tokenizer tokenizer) throws IOException {
    Tokenizer numbered = numbered(tokenizer);
    ByteArrayOutputStream file = new ByteArrayOutputStream();

    TokenizerFile.write(numbered, file);
    Tokenizer read = TokenizerFile.read(new ByteArrayInputStream(file.toByteArray()), "file");

    assertThat(read.size()).isEqualTo(numbered.size());
    assertThat(read.kind()).isEqualTo(numbered.kind());
    assertThat(read.encode(TEXT + LEARNED_FROM)).isEqualTo(numbered.encode(TEXT + LEARNED_FROM));
    assertThat(read.specialIds()).isEqualTo(numbered.specialIds());
  }

  @Test
  void idsThatNoTokenHasAreLeftOut() {
    BpeTokenizer tokenizer = withGap();

    Tokenizer numbered = numbered(tokenizer);

    assertThat(numbered.size()).isEqualTo(tokenizer.size() - 4);
    assertThat(numbered.kind()).isEqualTo(BpeTokenizer.KIND);
    assertThat(numbered.specialIds()).hasSize(1);
  }

  @Test
  void tokensOfEqualCountKeepTheirOrder() {
    BpeTokenizer tokenizer = bytePairs(List.of("<s>"));

    Tokenizer numbered = FrequentFirst.of(tokenizer, new long[tokenizer.size()]);

    assertThat(numbered.encode(TEXT)).isEqualTo(tokenizer.encode(TEXT));
  }

  @Test
  void mistakesAreNamed() {
    BpeTokenizer tokenizer = bytePairs(List.of());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrequentFirst.of(tokenizer, new long[3]))
        .withMessage("counts: expected one for each of the %d ids, got 3", tokenizer.size());
    Tokenizer ofAnotherMake =
        (Tokenizer)
            Proxy.newProxyInstance(
                Tokenizer.class.getClassLoader(),
                new Class<?>[] {Tokenizer.class},
                (proxy, method, arguments) -> method.getName().equals("size") ? 3 : "own");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FrequentFirst.of(ofAnotherMake, new long[3]))
        .withMessageContainingAll("kind own", "byte pairs", "full softmax");
  }
}
