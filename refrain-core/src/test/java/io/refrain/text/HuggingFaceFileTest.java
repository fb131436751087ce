package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.refrain.text.bpe.BpeTrainer;
import io.refrain.text.bpe.SplitPattern;
import io.refrain.text.bpe.TextParts;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceFileTest {
  /** Made by Hugging Face's tokenizers 0.23.2 from the poem of {@code BpeTrainerTest}. */
  private static final String THEIRS = resource("hugging-face.json");

  @Provide
  static Arbitrary<String> texts() {
    return TextParts.texts();
  }

  @Test
  void theirFileGivesTheirIds() throws IOException {
    Tokenizer tokenizer = read(THEIRS);

    assertThat(tokenizer.kind()).isEqualTo("bpe");
    assertThat(tokenizer.size()).isEqualTo(369);
    assertThat(tokenizer.encode("Beware the Jabberwock, l'été!"))
        .containsExactly(361, 267, 338, 293, 66, 296, 301, 279, 12, 276, 7, 289, 1);
    assertThat(tokenizer.encode("明月<|endoftext|> 😀👍"))
        .containsExactly(291, 0, 221, 312, 264, 240, 236);
    assertThat(tokenizer.encodeWithOffsets("明月<|endoftext|> 😀👍").ends())
        .containsExactly(2, 15, 16, 18, 20, 20, 20);
    assertThat(tokenizer.encode("for (int i = 0;  i"))
        .containsExactly(70, 299, 221, 8, 328, 84, 265, 221, 29, 221, 16, 27, 221, 265);
  }

  @Test
  void bothWaysToWriteAMergeAreRead() throws IOException {
    String older = THEIRS.replaceAll("\\[\"([^\"\\[\\]]+)\",\"([^\"\\[\\]]+)\"\\]", "\"$1 $2\"");

    assertThat(older).contains("\"Ġ ").doesNotContain("[\"Ġ\"");
    assertThat(written(read(older))).isEqualTo(written(read(THEIRS)));
  }

  @Property(tries = 300)
  void whatIsWrittenIsRead(@ForAll("texts") String text) throws IOException {
    BpeTokenizer plain = BpeTokenizer.train(text, BpeTrainer.Options.ofSize(280), 1);
    for (BpeTokenizer.Settings settings : everySetting(plain.settings().addedTokens())) {
      BpeTokenizer tokenizer = new BpeTokenizer(plain.model(), settings);

      BpeTokenizer again = (BpeTokenizer) read(written(tokenizer));

      assertThat(again.settings()).isEqualTo(settings);
      assertThat(again.size()).isEqualTo(tokenizer.size());
      assertThat(again.encode(text)).isEqualTo(tokenizer.encode(text));
    }
  }

  /** With a space, a line feed, letters that spell bytes, or the letters of a merge. */
  @Property(tries = 300)
  void specialTokensOfAnyCharactersAreWrittenAndRead(@ForAll("texts") String text)
      throws IOException {
    List<String> specials = List.of("\n", " the", "é b", "the", "\n\n");
    String much = text + " the then\n\n\n a\n theé b";
    BpeTokenizer tokenizer =
        BpeTokenizer.train(much, new BpeTrainer.Options(300, 1, specials, SplitPattern.CL100K), 1);
    BpeTokenizer more =
        new BpeTokenizer(
            tokenizer.model(),
            new BpeTokenizer.Settings(
                SplitPattern.CL100K, false, false, List.of(AddedToken.special(700, "l'été"))));

    BpeTokenizer again = (BpeTokenizer) read(written(tokenizer));

    assertThat(again.model().size()).isEqualTo(tokenizer.model().size());
    assertThat(again.settings()).isEqualTo(tokenizer.settings());
    assertThat(again.encode(much)).isEqualTo(tokenizer.encode(much));
    assertThat(again.decode(again.encode(much))).isEqualTo(much);
    Tokenizer moreAgain = read(written(more));
    assertThat(moreAgain.encode(much + "l'été")).isEqualTo(more.encode(much + "l'été"));
    assertThat(moreAgain.size()).isEqualTo(701);
  }

  private static List<BpeTokenizer.Settings> everySetting(List<AddedToken> trained) {
    List<AddedToken> more =
        List.of(
            trained.getFirst(),
            AddedToken.special(300, "<é b>"),
            new AddedToken(301, "word", false, true));
    return List.of(
        new BpeTokenizer.Settings(SplitPattern.GPT2, false, false, trained),
        new BpeTokenizer.Settings(SplitPattern.NONE, true, false, more),
        new BpeTokenizer.Settings(SplitPattern.GPT2, true, true, trained),
        new BpeTokenizer.Settings(SplitPattern.O200K, false, false, more),
        new BpeTokenizer.Settings(SplitPattern.of("\\w+|\"\\d"), false, true, List.of()));
  }

  /** Any change of a good file gives a tokenizer or one clear error. */
  @Property(tries = 3000)
  void spoiledFilesAreReadOrRefused(@ForAll long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    StringBuilder spoiled = new StringBuilder(THEIRS);
    for (int change = random.nextInt(1, 4); change > 0; change--) {
      spoil(spoiled, random);
    }
    try {
      assertThat(read(spoiled.toString()).encode("the 😀")).isNotEmpty();
    } catch (MalformedTokenizerException e) {
      assertThat(e).hasMessageStartingWith("tokenizer file test: ").message().doesNotContain("\n");
    }
  }

  private static void spoil(StringBuilder json, SplittableRandom random) {
    String[] pieces = {
      "null",
      "-1",
      "1e9",
      "999999999",
      "\"\"",
      "{}",
      "[]",
      "true",
      "\"a\"",
      ",",
      "}",
      "]",
      "\\",
      "\u0000"
    };
    // most of the file is vocabulary; the settings are at its beginning
    int at =
        random.nextInt(1 + Math.min(json.length(), random.nextBoolean() ? json.length() : 1100));
    switch (random.nextInt(4)) {
      case 0 -> json.setLength(at);
      case 1 -> json.delete(at, Math.min(json.length(), at + random.nextInt(20)));
      case 2 -> json.insert(at, pieces[random.nextInt(pieces.length)]);
      default -> {
        int colon = json.indexOf(":", at);
        int end = colon < 0 ? -1 : json.indexOf(",", colon);
        if (end > colon) {
          json.replace(colon + 1, end, pieces[random.nextInt(pieces.length)]);
        }
      }
    }
  }

  /** What a file says, what is put in its place, and what is said about it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "\"version\":\"1.0\"|\"version\":\"2.0\"|key \"version\": expected null or \"1.0\", for nothing",
        "\"truncation\":null|\"truncation\":{}|key \"truncation\": expected null, for nothing else is supported, found an object",
        "\"padding\":null|\"padding\":7|key \"padding\"",
        "\"padding\":null|\"paddings\":7|key \"paddings\" is not supported",
        "\"normalizer\":null|\"normalizer\":{\"type\":\"NFKC\"}|key \"normalizer\": expected null or an NFC, for nothing else is supported, found a NFKC",
        "\"post_processor\":null|\"post_processor\":{\"type\":\"TemplateProcessing\"}|key \"post_processor\": expected a ByteLevel",
        "\"decoder\":{\"type\":\"ByteLevel\"|\"decoder\":{\"type\":\"WordPiece\"|key \"decoder\": expected a ByteLevel, for nothing else is supported, found a WordPiece",
        "\"pre_tokenizer\":{\"type\":\"ByteLevel\"|\"pre_tokenizer\":{\"type\":\"Whitespace\"|key \"pre_tokenizer\": expected a ByteLevel",
        "\"use_regex\":true}|\"use_regex\":3}|key \"pre_tokenizer.use_regex\": expected true or false, found 3",
        "\"use_regex\":true}|\"use\":3}|key \"pre_tokenizer.use\" is not supported",
        "\"type\":\"BPE\"|\"type\":\"Unigram\"|key \"model.type\": expected null or \"BPE\", for nothing else is supported, found \"Unigram\"",
        "\"dropout\":null|\"dropout\":0.1|key \"model.dropout\": expected null",
        "\"byte_fallback\":false|\"byte_fallback\":true|key \"model.byte_fallback\": expected null or false, for nothing else is supported, found true",
        "\"end_of_word_suffix\":null|\"end_of_word_suffix\":\"</w>\"|key \"model.end_of_word_suffix\"",
        "\"ignore_merges\":false|\"ignore_merges\":\"no\"|key \"model.ignore_merges\": expected true or false",
        "\"ignore_merges\":false|\"shuffle\":false|key \"model.shuffle\" is not supported",
        "\"vocab\":{|\"vocabulary\":{|key \"model.vocabulary\" is not supported",
        "\"lstrip\":false|\"lstrip\":true|key \"added_tokens[0].lstrip\": expected null or false, for nothing",
        "\"added_tokens\":[{\"id\":0|\"added_tokens\":[{\"id\":7|key \"added_tokens\": expected the id 0 for \"<|endoftext|>\", found 7",
        "\"content\":\"<#endoftext#>\"|\"content\":\"\"|key \"added_tokens[0].content\": expected some characters",
        "\"content\":\"<#endoftext#>\"|\"content\":\"new\"|expected the id 369 for \"new\", found 0",
        "\"!\":1|\"!\":2000000000|expected ids about as large as the number of tokens, 369, found 2000000000",
        "\"!\":1|\"!\":-1|expected a whole number of at least 0 for \"!\", found a number",
        "\"!\":1|\"!\":2|key \"model.vocab\": the id 2 has two tokens, one of them \"\"\"",
        "\"!\":1|\"字\":1|key \"model.vocab\": expected tokens of byte-level BPE, found \"字\"",
        "\"added_tokens\":[{\"id\":0,\"content\":\"<#endoftext#>\"|\"added_tokens\":[{\"id\":166,\"content\":\"é\"|key \"added_tokens\": expected none that is the letter of a byte, found \"é\"",
        "\"!\":1|\"!!\":1|key \"model\": tokens: expected one for each of the 256 bytes, got none for byte 33 (\"!\")",
        "\"merges\":[[|\"merges\":[\"a b c\",[|key \"model.merges[0]\": expected two tokens, found 3",
        "\"merges\":[[|\"merges\":[\"q ☃\",[|key \"model.merges[0]\": expected tokens of the vocabulary, found \"☃\"",
        "\"merges\":[[|\"merges\":[\"q q\",[|key \"model\": merge 0: expected a token \"qq\"",
        "\"merges\":[[|\"merges\":[7,[|key \"model.merges[0]\": expected a string, found a number",
      })
  void defectsAreNamed(String good, String bad, String message) {
    String from = good.replace('#', '|');
    assertThat(THEIRS).contains(from);

    assertRefused(THEIRS.replaceFirst(Pattern.quote(from), Matcher.quoteReplacement(bad)), message);
  }

  @Test
  void splitsAreIsolatedAndComeBeforeTheBytes() throws IOException {
    String byteLevel = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}";
    String split =
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\w+\"},\"behavior\":\"Isolated\",\"invert\":false}";

    BpeTokenizer tokenizer = (BpeTokenizer) read(withSteps(split, byteLevel));

    assertThat(tokenizer.settings().pattern().regex()).isEqualTo("\\w+");
    assertRefused(withSteps(split), "expected a ByteLevel");
    assertRefused(withSteps(byteLevel, split), "expected a Split");
    assertRefused(
        withSteps(split, split, byteLevel), "pretokenizers\": expected a Split and a Byte");
    assertRefused(
        withSteps(split.replace("Isolated", "Removed"), byteLevel),
        "behavior\": expected \"Isolated\"");
    assertRefused(withSteps(split.replace("false", "true"), byteLevel), "invert\": expected false");
    assertRefused(
        withSteps(split.replace("Regex", "String"), byteLevel),
        "pattern.String\" is not supported");
    assertRefused(
        withSteps(split.replace("\\\\w+", "(a"), byteLevel), "expected a regular expression");
    assertRefused(
        withSteps(split.replace("\\\\w+", ""), byteLevel), "expected a regular expression");
    assertRefused(
        withSteps(split, byteLevel.replace("_regex\":false", "_regex\":true")),
        "use_regex\": expected false");
  }

  /** What Oniguruma reads differently, and what it reads as java.util.regex does. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '\0',
      value = {
        "\\p{N}{1,3}+;{1,3}+",
        "a{2}?;{2}?",
        "\\h+;\\h",
        "x[\\H];\\H",
        "\\v+;\\v",
        "[^\\V];\\V",
        "\\p{XDigit}+;\\p{XDigit}",
        "[\\P{xdigit}];\\P{xdigit}",
        "\\pL+;\\pL",
        "(?x:[ ]+);(?x:",
        "\\Qa.b\\E;\\Q",
        "[[:alpha:]]+;[:",
        "(?s).;(?s)",
        "(?im:a)b;(?im:",
        "\\p{Punct}{1,3};",
        "\\p{N}+a{1,3}?;",
        "\\x{41}+;",
        "\\{2}+;",
        "[{2}+(?s)];",
        "(?i:'s|'t)(?<n>a)(?=b)(?i-i);",
        "\\\\v\\\\pL\\p{L};",
        "\\\\h;",
      })
  void patternsThatMeanSomethingElseAreRefused(String regex, @Nullable String difference)
      throws IOException {
    String byteLevel = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}";
    String json =
        withSteps(
            "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"%s\"},\"behavior\":\"Isolated\",\"invert\":false}"
                .formatted(regex.replace("\\", "\\\\")),
            byteLevel);
    if (difference == null) {
      assertThat(((BpeTokenizer) read(json)).settings().pattern().regex()).isEqualTo(regex);
      return;
    }
    assertRefused(
        json, "key \"pre_tokenizer\": pattern: expected one without " + difference + ", ");
  }

  /** A megabyte of one letter has pairs of pairs of pairs. */
  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "\n", "😀"})
  void tokensOfAnyLengthAreWrittenAndRead(String letter) throws IOException {
    String text = letter.repeat(1 << 20);
    Tokenizer pairs = BpeTokenizer.train(text, BpeTrainer.Options.ofSize(300), 1);
    Tokenizer words = UnicodeWordTokenizer.train(text);

    assertThat(read(written(pairs)).encode(text)).isEqualTo(pairs.encode(text)).hasSizeLessThan(4);
    assertThat(read(written(words)).encode(text)).isEqualTo(words.encode(text));
  }

  @Test
  void whatNobodyCouldReadIsNotWritten() {
    String word = "a".repeat(TokenizerFile.MAXIMUM_BYTES);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> written(WhitespaceTokenizer.train(word)))
        .withMessageContaining("tokenizer: expected at most 67108864 bytes as a file, got more");
  }

  @Test
  void toRemoveNothingIsToIsolate() throws IOException {
    String regex = SplitPattern.CL100K.regex().replace("\\", "\\\\");
    String split =
        "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"%s\"},\"behavior\":\"Removed\",\"invert\":true}"
            .formatted(regex);
    String byteLevel = "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}";

    BpeTokenizer tokenizer = (BpeTokenizer) read(withSteps(split, byteLevel));

    assertThat(tokenizer.settings().pattern()).isEqualTo(SplitPattern.CL100K);
  }

  @Test
  void missingPartsAreNamed() {
    assertRefused("{\"version\":\"1.0\"}", "key \"model\" is missing");
    assertRefused("{\"model\":{}}", "key \"decoder\": expected a ByteLevel");
    assertRefused("{\"model\":[]}", "key \"model\": expected an object, found an array");
    assertRefused(
        "{\"model\":{\"vocab\":[]}}", "key \"model.vocab\": expected an object of tokens");
    assertRefused("{\"model\":{\"merges\":{}}}", "key \"model.merges\": expected an array");
    assertRefused(THEIRS + "{}", "expected nothing after the JSON object");
  }

  private static String withSteps(String... steps) {
    return THEIRS.replaceFirst(
        "\"pre_tokenizer\":\\{[^}]*\\}",
        Matcher.quoteReplacement(
            "\"pre_tokenizer\":{\"type\":\"Sequence\",\"pretokenizers\":[%s]}"
                .formatted(String.join(",", steps))));
  }

  private static void assertRefused(String json, String message) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(MalformedTokenizerException.class)
        .hasMessageStartingWith("tokenizer file test: ")
        .hasMessageContaining(message);
  }

  private static String written(Tokenizer tokenizer) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    TokenizerFile.write(tokenizer, out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static Tokenizer read(String json) throws IOException {
    return TokenizerFile.read(
        new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), "test");
  }

  private static String resource(String name) {
    try (InputStream in = HuggingFaceFileTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
