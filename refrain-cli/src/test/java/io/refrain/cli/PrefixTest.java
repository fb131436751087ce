package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerKind;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PrefixTest {
  private static final String TEXT = CommandFixture.TEXT.repeat(20);

  private static Tokenizer tokenizer(TokenizerKind kind) {
    return kind.train(TEXT, kind.defaultOptions());
  }

  private static BpeTokenizer bytePairs() {
    return BpeTokenizer.train(
        TEXT, new BpeTrainer.Options(290, 2, List.of(), SplitPattern.GPT2), /* threads */ 1);
  }

  private static void assertMessage(TokenizerKind kind, String prefix, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Prefix.of(tokenizer(kind), prefix, Prefix.NAME))
        .withMessage(message);
  }

  @Test
  void whatIsUnknownIsNamedAsWhatItIs() {
    assertMessage(
        TokenizerKind.VERBATIM,
        "It was\r\u001bZ",
        "the prefix has characters that this model has never seen: carriage return, \"\u241b\","
            + " \"Z\"; leave them out");
    assertMessage(
        TokenizerKind.UNICODE_WORD,
        "It Zounds\u001b",
        "the prefix has words that this model has never seen: \" Zounds\", \"\u241b\"; leave them"
            + " out");
    assertMessage(
        TokenizerKind.WHITESPACE,
        "It zounds was",
        "the prefix has words that this model has never seen: \"zounds\"; leave them out");
    assertMessage(
        TokenizerKind.WORD,
        "\u001b!",
        "nothing is left of the prefix \"\u241b!\" for a model of word tokens; give some letters");
  }

  @Test
  void aSpaceThatBelongsToTheNextWordIsNoRiddle() {
    String message =
        "the prefix ends in a space, which this model only knows together with the word after it:"
            + " leave it out";
    assertMessage(TokenizerKind.UNICODE_WORD, "It was ", message);
    assertThat(Prefix.of(tokenizer(TokenizerKind.UNICODE_WORD), "It was", Prefix.NAME)).hasSize(2);
    assertMessage(
        TokenizerKind.UNICODE_WORD,
        "It Zounds ",
        "the prefix has words that this model has never seen: \" Zounds\", space; leave them out");
  }

  private static boolean hinted(Tokenizer tokenizer, String prefix) {
    int[] tokens = Prefix.of(tokenizer, prefix, Prefix.NAME);
    return Prefix.hint(tokenizer, tokens, Prefix.NAME)
        .filter(hint ->
            hint.equals(
                "warning: the prefix ends in a space, which this model writes together with the"
                    + " word after it: leave it out"))
        .isPresent();
  }

  @ParameterizedTest
  @EnumSource(names = {"VERBATIM", "CHARACTER", "WORD", "WHITESPACE"})
  void aSpaceThatIsATokenOrNoneNeedsNoHint(TokenizerKind kind) {
    assertThat(hinted(tokenizer(kind), "It was ")).isFalse();
  }

  @Test
  void aSpaceThatTheModelWritesWithTheNextWordIsHintedAt() {
    assertThat(hinted(bytePairs(), "It was ")).isTrue();
    assertThat(hinted(bytePairs(), "It was")).isFalse();
    Tokenizer knowsGaps =
        TokenizerKind.UNICODE_WORD.train("a b \n", TokenizerKind.UNICODE_WORD.defaultOptions());
    assertThat(hinted(knowsGaps, "a b ")).isTrue();
  }

  @Test
  void nothingIsALineBreakOrWhatIsCommon() {
    Tokenizer verbatim = tokenizer(TokenizerKind.VERBATIM);
    assertThat(verbatim.decode(Prefix.ofNothing(verbatim))).isEqualTo("\n");
    Tokenizer words = tokenizer(TokenizerKind.WORD);
    assertThat(words.decode(Prefix.ofNothing(words))).isIn("the", "it", "was", "times", "of");
    BpeTokenizer plain = bytePairs();
    assertThat(plain.decode(Prefix.ofNothing(plain))).isEqualTo("\n");
    // a line break gets a space in front, and is two tokens
    BpeTokenizer spaced =
        new BpeTokenizer(
            plain.model(), new BpeTokenizer.Settings(SplitPattern.GPT2, true, false, List.of()));
    assertThat(spaced.decode(Prefix.ofNothing(spaced))).isEqualTo(" ");
  }
}
