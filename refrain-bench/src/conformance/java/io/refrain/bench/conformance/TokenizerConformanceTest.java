package io.refrain.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.Json;
import io.refrain.text.AddedToken;
import io.refrain.text.BpeTokenizer;
import io.refrain.text.Encoding;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerFile;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Byte-level BPE gives the ids of Hugging Face's tokenizers: for files that Refrain wrote, and for
 * files of their form with the vocabularies of GPT-2 and of GPT-4, the latter cut as Llama 3 does.
 */
class TokenizerConformanceTest {
  private static final String[] PARTS = {
    "The quick brown fox",
    " jumps over",
    "I'll",
    "WE'RE",
    " don't",
    "L'été déjà",
    " c'est où ?",
    "床前明月光，疑是地上霜。",
    "舉頭望明月",
    "ひらがな",
    "한국어",
    "Привет",
    "😀",
    "👩\u200d🔧",
    "👍🏽",
    "🇫🇷",
    "for (int i = 0; i < n; i++) {\n",
    "    return x;",
    "}",
    "\t",
    "\n",
    "\r\n",
    " \n ",
    "\n\n  x",
    "   ",
    "\u00a0",
    "\u2003",
    "\u0085",
    "\u0000",
    "\u0007",
    "\u001b[31m",
    "\u007f",
    "3.14159",
    "1234567",
    "½",
    "Ⅷ",
    "e\u0301",
    "\u0301",
    "ǅ",
    "'s",
    "'S",
    "'ſ",
    "'",
    "//\n",
    "...",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "ſ",
    "K",
    "<|endoftext|>",
    "<|end",
    "oftext|>",
    "\u1100\u1161",
    "Å",
    "\u212b"
  };

  private static final List<Pair> PAIRS = pairs();

  /** The same file on both sides. */
  record Pair(String name, Tokenizer ours, HuggingFaceTokens theirs) {
    static Pair of(String name, byte[] json) throws IOException {
      Tokenizer ours = TokenizerFile.read(new ByteArrayInputStream(json), name);
      return new Pair(name, ours, new HuggingFaceTokens(json));
    }

    static Pair of(String name, BpeTokenizer tokenizer) throws IOException {
      ByteArrayOutputStream json = new ByteArrayOutputStream();
      TokenizerFile.write(tokenizer, json);
      return new Pair(name, tokenizer, new HuggingFaceTokens(json.toByteArray()));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Pair> pairs() {
    try {
      List<Pair> pairs = new ArrayList<>();
      for (SplitPattern pattern :
          List.of(
              SplitPattern.GPT2,
              SplitPattern.CL100K,
              SplitPattern.O200K,
              SplitPattern.NONE,
              SplitPattern.of("\\p{L}+|\\p{N}"),
              SplitPattern.of("\\b"),
              SplitPattern.of("^.|.{2}$|\\W+(?=e)"),
              SplitPattern.of("(?i:[ks]+|'T)|[\\w&&[^a-c]]++|\\s*\\Z"))) {
        pairs.add(Pair.of("written, " + pattern, trained(pattern)));
      }
      BpeTokenizer gpt2 = trained(SplitPattern.GPT2);
      List<AddedToken> added = gpt2.settings().addedTokens();
      List<AddedToken> more =
          List.of(
              added.getFirst(),
              new AddedToken(gpt2.size(), "l'été", false, true),
              new AddedToken(gpt2.size() + 1, "l'été d", false, true),
              AddedToken.special(gpt2.size() + 2, "明 月"));
      pairs.add(
          Pair.of("space in front", with(gpt2.model(), SplitPattern.GPT2, true, false, added)));
      pairs.add(Pair.of("composed", with(gpt2.model(), SplitPattern.CL100K, false, true, added)));
      pairs.add(Pair.of("added tokens", with(gpt2.model(), SplitPattern.GPT2, false, false, more)));
      pairs.add(Pair.of("GPT-2", gpt2File()));
      pairs.add(Pair.of("cl100k as Llama 3", llama3File()));
      return pairs;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static BpeTokenizer trained(SplitPattern pattern) {
    String text = String.join(" ", PARTS).repeat(2) + String.join("", PARTS);
    BpeTrainer.Options options =
        new BpeTrainer.Options(700, 2, List.of("<|endoftext|>", "<pad>"), pattern);
    return BpeTokenizer.train(text, options, 2);
  }

  private static BpeTokenizer with(
      BpeModel model,
      SplitPattern pattern,
      boolean prefixSpace,
      boolean composed,
      List<AddedToken> added) {
    return new BpeTokenizer(
        model, new BpeTokenizer.Settings(pattern, prefixSpace, composed, added));
  }

  private static byte[] gpt2File() throws IOException {
    return new RankFile("r50k_base")
        .json(
            "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":true,\"use_regex\":true}",
            false,
            "<|endoftext|>");
  }

  private static byte[] llama3File() throws IOException {
    String regex =
        Json.line(Map.of("Regex", SplitPattern.CL100K.regex())); // the very same in their file
    return new RankFile("cl100k_base")
        .json(
            """
            {"type":"Sequence","pretokenizers":[{"type":"Split","pattern":%s,"behavior":"Isolated",
            "invert":false},{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,
            "use_regex":false}]}
            """
                .formatted(regex),
            true,
            "<|endoftext|>");
  }

  @Provide
  static Arbitrary<Pair> pairsOfTokenizers() {
    return Arbitraries.of(PAIRS);
  }

  @Provide
  static Arbitrary<String> texts() {
    Arbitrary<String> any =
        Arbitraries.integers()
            .between(0, Character.MAX_CODE_POINT)
            .filter(TokenizerConformanceTest::isCharacter)
            .map(Character::toString);
    return Arbitraries.frequencyOf(Tuple.of(6, Arbitraries.of(PARTS)), Tuple.of(1, any))
        .list()
        .ofMaxSize(16)
        .map(parts -> String.join("", parts));
  }

  private static boolean isCharacter(int codePoint) {
    boolean surrogate =
        codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    return !surrogate && !mayBeYoungMark(codePoint);
  }

  /**
   * Marks are sorted when a text is composed. Those that their Unicode does not know yet, such as
   * U+08CF of version 14, stay where they are; from U+0800 on, there have been new ones.
   */
  private static boolean mayBeYoungMark(int codePoint) {
    return codePoint >= 0x800 && Character.getType(codePoint) == Character.NON_SPACING_MARK;
  }

  @Property(tries = 20_000)
  void idsAreThoseOfHuggingFace(
      @ForAll("pairsOfTokenizers") Pair pair, @ForAll("texts") String text) {
    int[] ids = pair.ours().encode(text);

    assertThat(ids).as("%s: %s", pair, text).isEqualTo(pair.theirs().encode(text));
    assertThat(pair.ours().decode(ids))
        .as("%s: %s", pair, text)
        .isEqualTo(pair.theirs().decode(ids));
  }

  @Property(tries = 3000)
  void offsetsAreThoseOfHuggingFace(@ForAll("texts") String text) {
    Pair pair = PAIRS.getFirst(); // one that changes no character
    Encoding encoding = pair.ours().encodeWithOffsets(text);
    int[] ends = encoding.ends().clone();
    for (int i = 0; i < ends.length; i++) {
      ends[i] = text.codePointCount(0, ends[i]);
    }

    assertThat(ends).isEqualTo(pair.theirs().ends(text));
  }
}
