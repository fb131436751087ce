package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerFileTest {
  private static final String GOOD =
      "{\"format\":1,\"kind\":\"char\",\"special\":[\"<unk>\"],\"tokens\":[\"<unk>\",\" \",\"e\"]}\n";

  @Test
  void layout() throws IOException {
    assertThat(written(CharacterTokenizer.train("e e e")))
        .isEqualTo(GOOD.replace("\" \",\"e\"", "\"e\",\" \""));
  }

  @Property
  void whatIsWrittenIsRead(@ForAll TokenizerKind kind, @ForAll String text) throws IOException {
    VocabularyTokenizer tokenizer = kind.train(text + " x", kind.defaultOptions());

    VocabularyTokenizer again = (VocabularyTokenizer) read(written(tokenizer));

    assertThat(again.kind()).isEqualTo(kind.label());
    assertThat(again.vocabulary()).isEqualTo(tokenizer.vocabulary());
    assertThat(again.encode(text)).isEqualTo(tokenizer.encode(text));
  }

  @Property
  void anyCutIsRefused(@ForAll @IntRange(max = 72) int length) {
    // The last two characters are the closing brace, which must be there, and a line end.
    assertThat(GOOD).hasSize(72 + 2);
    String cut = GOOD.substring(0, length);

    assertThatExceptionOfType(MalformedTokenizerException.class).isThrownBy(() -> read(cut));
  }

  @Property
  void anyBytesAreReadOrRefused(@ForAll byte[] noise, @ForAll @IntRange(max = 70) int at)
      throws IOException {
    byte[] good = GOOD.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = Arrays.copyOf(good, Math.max(good.length, at + noise.length));
    System.arraycopy(noise, 0, bytes, at, noise.length);
    try {
      assertThat(TokenizerFile.read(new ByteArrayInputStream(bytes), "noise")).isNotNull();
    } catch (MalformedTokenizerException e) {
      assertThat(e).hasMessageStartingWith("tokenizer file noise: ").message().doesNotContain("\n");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "[]|expected a JSON object, found an array",
        "|expected a JSON object, found nothing",
        "{}|key \"format\" is missing",
        "{\"format\":3,\"layers\":{}}|expected 1 or 2, found 3; a newer version of Refrain wrote it",
        "{\"format\":99999999999999999999}|a newer version of Refrain wrote it",
        "{\"format\":0}|key \"format\": expected 1 or 2, found 0",
        "{\"format\":\"1\"}|key \"format\": expected a whole number, found a string",
        "{\"format\":1,\"kind\":\"char\"}|key \"tokens\" is missing",
        "{\"format\":1,\"tokens\":[\"<unk>\"]}|key \"special\" is missing",
        "{\"format\":1,\"special\":[\"<unk>\"],\"tokens\":[\"<unk>\"]}|key \"kind\" is missing",
        "{\"format\":1,\"kind\":7}|key \"kind\": expected a string, found a number",
        "{\"format\":1,\"tokens\":\"abc\"}|expected an array of strings, found a string",
        "{\"format\":1,\"tokens\":[\"a\",null]}|key \"tokens\": expected a string, found null",
        "{\"format\":1,\"tokens\":[[\"a\"]]}|key \"tokens\": expected a string, found an array",
        "{\"format\":1,\"tokens\":[\"\\ud83d\"]}|half of a surrogate pair",
        "{\"format\":1,\"format\":1}|Duplicate field 'format'",
        "{\"format\":1,\"named\":\"x\",\"special\":[]}|\"named\" and \"size\" are none of format 1",
        "{\"format\":2,\"kind\":\"char\"}|\"special\" and \"tokens\" are none of format 2",
        "{\"format\":2,\"size\":3}|key \"named\" is missing",
        "{\"format\":2,\"named\":\"x\"}|key \"size\" is missing",
        "{\"format\":2,\"named\":\"x\",\"size\":1e3}|key \"size\": expected a number of tokens",
        "{\"format\":2,\"named\":\"x\",\"size\":9999999999}|expected a number of tokens",
        "{\"format\":2,\"named\":\"nowhere_base\",\"size\":3}|tokenizer nowhere_base is not among",
        "{\"format\":1,\"merges\":[1,{}]}|key \"merges\" is none of this format's",
        "{\"format\":1} {}|expected nothing after the JSON object, found an object",
        "{\"format\":1,]|not valid JSON at line 1, column",
        "{\"x\":[[[[[[[[[[[[[[|nesting depth"
      })
  void defectsAreNamed(String json, String message) {
    assertRefused(json == null ? "" : json).hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "bpe|[\"<unk>\"]|[\"<unk>\",\"a\"]|expected one of verbatim, char, word, unicode-word, whitespace, got bpe",
        "char|[]|[\"<unk>\",\"a\"]|expected 1 to 2 special tokens",
        "char|[\"a\"]|[\"a\",\"b\"]|expected <unk> first",
        "char|[\"<pad>\"]|[\"<unk>\",\"a\"]|key \"special\": expected the first of the tokens",
        "char|[\"<unk>\",\"a\",\"b\"]|[\"<unk>\",\"a\"]|expected the first of the tokens",
        "char|[\"<unk>\"]|[\"<unk>\",\"a\",\"a\"]|token \"a\" has two ids, 1 and 2",
        "char|[\"<unk>\"]|[\"<unk>\",\"A\"]|token 1: expected a letter a to z or the space",
        "verbatim|[\"<unk>\"]|[\"<unk>\",\"ab\"]|token 1: expected exactly one character",
        "unicode-word|[\"<unk>\"]|[\"<unk>\",\"a b\"]|token 1: expected one word, perhaps with a",
        "whitespace|[\"<unk>\"]|[\"<unk>\",\"a b\"]|token 1: expected a word without white space",
        "word|[\"<unk>\"]|[\"<unk>\",\"a b\"]|token 1: expected a word of the letters a to z"
      })
  void defectsOfTheVocabularyAreNamed(String kind, String special, String tokens, String message) {
    String json =
        "{\"format\":1,\"kind\":\"%s\",\"special\":%s,\"tokens\":%s}"
            .formatted(kind, special, tokens);

    assertRefused(json).hasMessageContaining(message);
  }

  @Test
  void messagesStayOneShortLineWhateverTheyQuote() {
    assertRefused(
            "{\"format\":1,\"kind\":\"a\\n%s\",\"special\":[\"<unk>\"],\"tokens\":[\"<unk>\"]}"
                .formatted("x".repeat(50_000)))
        .hasMessageContaining("got a xxx")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(400).doesNotContain("\n"));
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() {
    byte[] bytes = GOOD.replace("e", "é").getBytes(StandardCharsets.ISO_8859_1);

    assertThatExceptionOfType(MalformedTokenizerException.class)
        .isThrownBy(() -> TokenizerFile.read(new ByteArrayInputStream(bytes), "latin"))
        .withMessageContaining("not UTF-8");
  }

  @Test
  void anEndlessStreamIsGivenUp() {
    InputStream spaces =
        new InputStream() {
          @Override
          public int read() {
            return ' ';
          }

          @Override
          public int read(byte[] into, int offset, int length) {
            Arrays.fill(into, offset, offset + length, (byte) ' ');
            return length;
          }
        };

    assertThatExceptionOfType(MalformedTokenizerException.class)
        .isThrownBy(() -> TokenizerFile.read(spaces, "endless"))
        .withMessageContaining("expected at most 67108864 bytes, found more");
  }

  @Test
  void messagesNameTheFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("tokenizer.json"), "{");

    assertThatExceptionOfType(MalformedTokenizerException.class)
        .isThrownBy(() -> TokenizerFile.read(file))
        .withMessageContaining(file.toString());
    assertThatIOException().isThrownBy(() -> TokenizerFile.read(folder.resolve("missing.json")));
  }

  @Test
  void writingLeavesTheStreamOpenAndPassesItsFailureOn() throws IOException {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("No space left on device");
          }

          @Override
          public void close() {
            throw new AssertionError("closed");
          }
        };

    assertThatIOException()
        .isThrownBy(() -> TokenizerFile.write(VerbatimTokenizer.train("abc"), full))
        .withMessage("No space left on device");
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

  private static AbstractThrowableAssert<?, ?> assertRefused(String json) {
    return assertThatThrownBy(() -> read(json))
        .isInstanceOf(MalformedTokenizerException.class)
        .hasMessageStartingWith("tokenizer file test: ");
  }
}
