package io.refrain.jtokkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingRegistry;
import io.refrain.text.PublishedTokenizers;
import io.refrain.text.Tokenizer;
import io.refrain.text.TokenizerFile;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiTokenizersTest {
  private static final EncodingRegistry THEIRS = Encodings.newLazyEncodingRegistry();
  private static final Map<String, Tokenizer> OURS = new ConcurrentHashMap<>();

  private static final String[] PARTS = {
    "The quick brown fox",
    " jumps",
    "over",
    "I'll",
    "WE'RE",
    "DON'T",
    "l'été",
    "déjà",
    "Straße",
    "明月光，疑是地上霜。",
    "ひらがな",
    "한국어",
    "Привет",
    "😀",
    "👩\u200d🔧",
    "🇫🇷",
    "for (int i = 0; i < n; i++) {",
    "return x;",
    "}",
    "    ",
    "\t",
    "\n",
    "\r\n",
    " \n ",
    "\u00a0",
    "\u2003",
    "\u0000",
    "\u001b[31m",
    "3.14159",
    "1234567",
    "½",
    "e\u0301",
    "\u0301",
    "ǅ",
    "'s",
    "'",
    "//\n",
    "...",
    "aaaaaaaaaaaaaaaaaaaaaaaa",
    "ſ",
    "K"
  };

  @Provide
  static Arbitrary<String> texts() {
    // letters that every Unicode of the last ten years knows
    Arbitrary<String> any =
        Arbitraries.integers()
            .between(0, 0x10FFFF)
            .filter(c -> Character.isDefined(c) && (c < 0xD800 || c > 0xDFFF))
            .map(Character::toString);
    return Arbitraries.frequencyOf(Tuple.of(8, Arbitraries.of(PARTS)), Tuple.of(1, any))
        .list()
        .ofMaxSize(14)
        .map(parts -> String.join("", parts));
  }

  @Provide
  static Arbitrary<String> names() {
    return Arbitraries.of("r50k_base", "p50k_base", "cl100k_base", "o200k_base");
  }

  private static Tokenizer ours(String name) {
    return OURS.computeIfAbsent(
        name,
        key -> {
          try {
            return PublishedTokenizers.find(key).orElseThrow();
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
  }

  @Property(tries = 4000)
  void idsAreThoseOfJtokkit(@ForAll("names") String name, @ForAll("texts") String text) {
    Encoding theirs = THEIRS.getEncoding(name).orElseThrow();

    assertThat(ours(name).encode(text)).isEqualTo(theirs.encodeOrdinary(text).toArray());
    assertThat(ours(name).decode(ours(name).encode(text))).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"r50k_base", "p50k_base", "cl100k_base", "o200k_base"})
  void aLongWordIsMergedAsJtokkitDoes(String name) {
    String word = "antidisestablishmentarianism".repeat(40);

    assertThat(ours(name).encode(word))
        .isEqualTo(THEIRS.getEncoding(name).orElseThrow().encodeOrdinary(word).toArray());
  }

  @ParameterizedTest
  @CsvSource({
    "r50k_base,50257,50256,50256,50256",
    "p50k_base,50281,50256,50256,50256",
    "cl100k_base,100277,100257,100256,100276",
    "o200k_base,200019,199999,199998,200018"
  })
  void specialsHaveTheirPublishedIds(
      String name, int size, int endOfText, int firstSpecial, int lastSpecial) {
    assertThat(ours(name).size()).isEqualTo(size);
    assertThat(ours(name).encode("a<|endoftext|>")).hasSize(2).endsWith(endOfText);
    assertThat(ours(name).specialIds())
        .as("also ids without a token")
        .isEqualTo(IntStream.rangeClosed(firstSpecial, lastSpecial).toArray());
  }

  @Test
  void specialsStandWithinTexts() {
    Tokenizer tokenizer = ours("cl100k_base");
    String text = "Hello<|fim_prefix|> world 😀<|endofprompt|><|endoftext|";

    io.refrain.text.Encoding encoding = tokenizer.encodeWithOffsets(text);

    assertThat(encoding.ids())
        .isEqualTo(tokenizer.encode(text))
        .startsWith(9906, 100_258, 1917)
        .contains(100_276)
        .doesNotContain(100_257);
    assertThat(encoding.starts()).startsWith(0, 5, 19);
    assertThat(encoding.ends()).startsWith(5, 19, 25).endsWith(text.length());
    assertThat(tokenizer.decode(encoding.ids())).isEqualTo(text);
  }

  /** As those of a pool in a server may be, whose class loader is the system's. */
  @Test
  void theyAreFoundOnThreadsThatDoNotSeeThem() throws IOException {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      assertThat(PublishedTokenizers.names()).contains("cl100k_base");
      assertThat(PublishedTokenizers.find("r50k_base")).isPresent();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void aFileHoldsTheNameAlone() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    TokenizerFile.write(ours("cl100k_base"), out);

    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("{\"format\":2,\"named\":\"cl100k_base\",\"size\":100277}\n");
    Tokenizer again = TokenizerFile.read(new ByteArrayInputStream(out.toByteArray()), "test");
    assertThat(again.kind()).isEqualTo("cl100k_base");
    assertThat(again.encode("Hello world")).containsExactly(9906, 1917);
    String other = out.toString(StandardCharsets.UTF_8).replace("277", "278");
    assertThatIOException()
        .isThrownBy(() ->
            TokenizerFile.read(
                new ByteArrayInputStream(other.getBytes(StandardCharsets.UTF_8)), "test"))
        .withMessageContaining("expected the 100277 tokens of cl100k_base, found 100278");
  }

  @Test
  void otherNamesAreRefused() throws IOException {
    assertThat(PublishedTokenizers.find("gpt5")).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new OpenAiTokenizers().load("gpt5"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "IQ==",
        "IQ== x",
        "!? 0",
        "IQ== 0 1",
        "IQ== -1",
        "IQ== 99999999",
        "IQ== 1\nIg== 1"
      })
  void damagedRanksAreNamed(String lines) {
    assertThatIOException()
        .isThrownBy(() -> OpenAiTokenizers.read(new BufferedReader(new StringReader(lines)), "x"))
        .withMessageStartingWith("the vocabulary of x in the jar of jtokkit is damaged: line ");
  }
}
