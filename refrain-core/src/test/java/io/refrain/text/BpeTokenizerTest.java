package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.refrain.text.BpeTokenizer.Settings;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import io.refrain.text.bpe.TextParts;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class BpeTokenizerTest {
  private static final String TEXT = "the then don't THE été e\u0301 the\n\n 123 日本 😀😀 <s> a b";
  private static final List<String> SPECIALS = List.of("<s>", "<s> a", "é b", "\n ");

  private static BpeTokenizer plain(SplitPattern pattern) {
    return BpeTokenizer.train(TEXT, new BpeTrainer.Options(300, 1, SPECIALS, pattern), 1);
  }

  @Provide
  static Arbitrary<BpeTokenizer> tokenizers() {
    BpeTokenizer gpt2 = plain(SplitPattern.GPT2);
    List<AddedToken> added = gpt2.settings().addedTokens();
    List<AddedToken> late = new ArrayList<>(added);
    late.set(1, new AddedToken(1, "<s> a", false, true));
    return Arbitraries.of(
        gpt2,
        plain(SplitPattern.CL100K),
        plain(SplitPattern.O200K),
        plain(SplitPattern.NONE),
        plain(SplitPattern.of("\\w+")),
        new BpeTokenizer(gpt2.model(), new Settings(SplitPattern.GPT2, true, false, added)),
        new BpeTokenizer(gpt2.model(), new Settings(SplitPattern.O200K, false, true, added)),
        new BpeTokenizer(gpt2.model(), new Settings(SplitPattern.GPT2, true, true, added)),
        new BpeTokenizer(gpt2.model(), new Settings(SplitPattern.GPT2, false, false, late)));
  }

  @Provide
  static Arbitrary<String> texts() {
    Arbitrary<String> special = Arbitraries.of("<s>", "<s", "> a", "<s> a", "é b", "\n ", "\uDE00");
    return TextParts.texts()
        .list()
        .ofMaxSize(3)
        .flatMap(parts -> special.map(found -> String.join(found, parts)));
  }

  @Provide
  static Arbitrary<byte[]> anyBytes() {
    return TextParts.bytes();
  }

  @Property(tries = 3000)
  void everyByteStringComesBack(
      @ForAll("tokenizers") BpeTokenizer tokenizer, @ForAll("anyBytes") byte[] bytes) {
    if (tokenizer.isExact()) {
      assertThat(tokenizer.decodeBytes(tokenizer.encode(bytes))).isEqualTo(bytes);
    }
  }

  @Property(tries = 3000)
  void everyTextComesBack(
      @ForAll("tokenizers") BpeTokenizer tokenizer, @ForAll("texts") String text) {
    String decoded = tokenizer.decode(tokenizer.encode(text));

    if (tokenizer.isExact()) {
      assertThat(decoded).isEqualTo(WellFormed.of(text));
    } else {
      String added = tokenizer.settings().prefixSpace() ? " " : "";
      assertThat(Normalizer.normalize(decoded.replace(added, ""), Normalizer.Form.NFC))
          .isEqualTo(
              Normalizer.normalize(WellFormed.of(text).replace(added, ""), Normalizer.Form.NFC));
    }
  }

  @Property(tries = 10_000)
  void aCutChangesNoIdWhateverFollows(
      @ForAll("tokenizers") BpeTokenizer tokenizer,
      @ForAll("texts") String text,
      @ForAll("texts") String more) {
    int cut = tokenizer.lastCut(text);

    IntStream before = IntStream.of(tokenizer.encode(text.substring(0, cut)));
    IntStream after = IntStream.of(tokenizer.encode(text.substring(cut) + more));

    assertThat(IntStream.concat(before, after).toArray()).isEqualTo(tokenizer.encode(text + more));
  }

  @Property(tries = 3000)
  void offsetsCoverTheTextInOrder(
      @ForAll("tokenizers") BpeTokenizer tokenizer, @ForAll("texts") String text) {
    Encoding encoding = tokenizer.encodeWithOffsets(text);

    assertThat(encoding.ids()).isEqualTo(tokenizer.encode(text));
    int end = 0;
    for (int i = 0; i < encoding.size(); i++) {
      assertThat(encoding.starts()[i]).isLessThanOrEqualTo(end);
      assertThat(encoding.ends()[i]).isGreaterThanOrEqualTo(end);
      end = encoding.ends()[i];
    }
    assertThat(end).isEqualTo(text.length());
  }

  @Property
  void tokensComeOneByOneAsTheyDoAtOnce(
      @ForAll("tokenizers") BpeTokenizer tokenizer, @ForAll List<Integer> numbers) {
    int[] ids =
        numbers.stream().mapToInt(number -> Math.floorMod(number, tokenizer.size())).toArray();
    TextDecoder decoder = tokenizer.decoder();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(decoder.next(id));
    }

    assertThat(text.append(decoder.end()).toString())
        .isEqualTo(new String(tokenizer.decodeBytes(ids), StandardCharsets.UTF_8));
  }

  @Property
  void copiesOfADecoderGoTheirOwnWay(
      @ForAll("tokenizers") BpeTokenizer tokenizer, @ForAll List<Integer> numbers) {
    int[] ids =
        numbers.stream().mapToInt(number -> Math.floorMod(number, tokenizer.size())).toArray();
    TextDecoder decoder = tokenizer.decoder();
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      TextDecoder copy = decoder.copy();
      decoder.next(ids[0]); // which must not reach the copy
      text.append(copy.next(id));
      decoder = copy;
    }

    assertThat(text.append(decoder.end()).toString()).isEqualTo(tokenizer.decode(ids));
  }

  @Test
  void charactersWaitUntilTheyAreWhole() {
    BpeTokenizer tokenizer = BpeTokenizer.train("", BpeTrainer.Options.ofSize(257), 1);
    TextDecoder decoder = tokenizer.decoder();
    int[] ids = tokenizer.encode("é😀");

    assertThat(decoder.next(ids[0])).isEmpty();
    assertThat(decoder.next(ids[1])).isEqualTo("é");
    assertThat(decoder.next(ids[2])).isEmpty();
    assertThat(decoder.end()).isEqualTo("\uFFFD");
    assertThat(tokenizer.piece(ids[2])).isEqualTo("\uFFFD");
    assertThat(tokenizer.encodeWithOffsets("é😀").ends()).containsExactly(1, 1, 3, 3, 3, 3);
  }

  @Test
  void addedTokensAreFoundLeftmostAndLongest() {
    BpeTokenizer tokenizer = plain(SplitPattern.GPT2);

    assertThat(tokenizer.encode("<s> a<s>")).containsExactly(1, 0);
    assertThat(tokenizer.specialIds()).containsExactly(0, 1, 2, 3);
    assertThat(tokenizer.piece(1)).isEqualTo("<s> a");
    assertThat(tokenizer.unknownId()).isEmpty();
    assertThat(tokenizer.unknown("anything")).isEmpty();
  }

  /** Against the rule, tried token by token at every place. */
  @Property
  void manyAddedTokensAreFoundByTheRule(
      @ForAll @Size(min = 1, max = 12)
          Set<@StringLength(min = 1, max = 4) @Chars({'a', 'b', 'é'}) String> contents,
      @ForAll @StringLength(max = 30) @Chars({'a', 'b', 'é'}) String text) {
    BpeModel model = plain(SplitPattern.NONE).model();
    List<AddedToken> added = new ArrayList<>();
    for (String content : contents) {
      added.add(AddedToken.special(1000 + added.size(), "<" + content));
    }
    BpeTokenizer tokenizer =
        new BpeTokenizer(model, new Settings(SplitPattern.NONE, false, false, added));
    String marked = text.replace("a", "<a");

    List<Integer> expected = new ArrayList<>();
    for (int at = 0; at < marked.length(); ) {
      AddedToken longest = null;
      for (AddedToken token : added) {
        if (marked.startsWith(token.content(), at)
            && (longest == null || token.content().length() > longest.content().length())) {
          longest = token;
        }
      }
      if (longest != null) {
        expected.add(longest.id());
      }
      at += longest == null ? 1 : longest.content().length();
    }

    assertThat(IntStream.of(tokenizer.encode(marked)).filter(id -> id >= 1000).boxed().toList())
        .isEqualTo(expected);
  }

  @Test
  void composedTextPointsToWhereItComesFrom() {
    BpeModel model =
        BpeTokenizer.train("éé", new BpeTrainer.Options(258, 1, List.of(), SplitPattern.GPT2), 1)
            .model();
    BpeTokenizer tokenizer =
        new BpeTokenizer(model, new Settings(SplitPattern.GPT2, true, true, List.of()));

    Encoding encoding = tokenizer.encodeWithOffsets("e\u0301x");

    assertThat(encoding.ids())
        .containsExactly(model.id(new byte[] {' '}), 256, model.id(new byte[] {'x'}));
    assertThat(encoding.starts()).containsExactly(0, 0, 2);
    assertThat(encoding.ends()).containsExactly(0, 2, 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokenizer.encode(new byte[] {(byte) 0xFF}))
        .withMessageContaining("expected UTF-8");
  }

  @Test
  void settingsThatDoNotGoTogetherAreRefused() {
    BpeModel model = plain(SplitPattern.GPT2).model();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Settings(SplitPattern.CL100K, true, false, List.of()))
        .withMessageStartingWith("prefix space: expected none");
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new Settings(
                SplitPattern.GPT2, false, true, List.of(new AddedToken(0, "<s>", true, true))));
    assertRefused(model, "another has one of them", special(0, "<s>"), special(0, "<t>"));
    assertRefused(model, "another has one of them", special(300, "<x>"), special(301, "<x>"));
    assertRefused(model, "which is 0", special(300, "<s>"));
    assertRefused(model, "an id of its own, got that of \"$\"", special(7, "<x>"));
    assertRefused(model, "about as large as the number of tokens, ", special(100_000, "<x>"));
    assertRefused(model, ", got 2147483647", special(Integer.MAX_VALUE, "<x>"));
    assertThatIllegalArgumentException().isThrownBy(() -> special(-1, "a"));
    assertThatIllegalArgumentException().isThrownBy(() -> special(1, ""));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> special(1, "a\uD83D"))
        .withMessageContaining("half of a surrogate pair");
  }

  /** In a file, one name would stand for both. */
  @Test
  void addedTokensAreNotTokensThatAreSpelledOtherwise() {
    BpeModel model = plain(SplitPattern.GPT2).model();
    int byteOfLetter = model.id(new byte[] {(byte) 0xE9});
    int then = model.id(" the".getBytes(StandardCharsets.UTF_8));

    assertThat(then).isPositive();
    assertRefused(model, "got that of \"Ġthe\", spelled", special(then, " the"));
    assertRefused(model, "got that of \"é\", spelled", special(byteOfLetter, "é"));
    BpeTokenizer tokenizer =
        new BpeTokenizer(
            model, new Settings(SplitPattern.GPT2, false, false, List.of(special(300, "lé"))));
    assertThat(tokenizer.decode(tokenizer.encode("\u9000 lé"))).isEqualTo("\u9000 lé");
    assertThat(tokenizer.encode("lé")).containsExactly(300);
  }

  @Test
  void idsOutsideTheVocabularyAreRefused() {
    BpeTokenizer tokenizer = plain(SplitPattern.GPT2);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokenizer.decode(295))
        .withMessage("token id: expected 0 to 294, got 295");
    assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.piece(-1));
  }

  private static AddedToken special(int id, String content) {
    return AddedToken.special(id, content);
  }

  private static void assertRefused(BpeModel model, String message, AddedToken... added) {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new BpeTokenizer(model, new Settings(SplitPattern.GPT2, false, false, List.of(added))))
        .withMessageContaining(message);
  }
}
