package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Settings of a file: the ids are those that Hugging Face's tokenizers 0.23.2 gives by it. */
class HuggingFaceOptionsTest {
  private static String plain() throws IOException {
    try (InputStream in = HuggingFaceOptionsTest.class.getResourceAsStream("hugging-face.json")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String with(String json, String from, String to) {
    assertThat(json).containsOnlyOnce(from);
    return json.replace(from, to);
  }

  private static String withSpace(String json) {
    return with(
        json,
        "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":false",
        "\"pre_tokenizer\":{\"type\":\"ByteLevel\",\"add_prefix_space\":true");
  }

  private static String composed(String json) {
    return with(json, "\"normalizer\":null", "\"normalizer\":{\"type\":\"NFC\"}");
  }

  private static String withMoreTokens(String json) {
    String settings = "\"single_word\":false,\"lstrip\":false,\"rstrip\":false,\"special\":false";
    return with(
        json,
        "],\"normalizer\"",
        """
        ,{"id":369,"content":"Jabber","normalized":true,%1$s},
        {"id":370,"content":"bberwock, l","normalized":false,%1$s},
        {"id":371,"content":"the Jab","normalized":true,%1$s}],"normalizer"
        """
            .formatted(settings));
  }

  private static String withWholeWords(String json) {
    return with(json, "\"vocab\":{", "\"vocab\":{\"Ġqqq\":369,\"Jab\":370,");
  }

  /** Also once it was written and read again. */
  private static void assertIds(String json, String text, int... ids) throws IOException {
    Tokenizer tokenizer = read(json);
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    TokenizerFile.write(tokenizer, written);

    assertThat(tokenizer.encode(text)).as(text).containsExactly(ids);
    assertThat(tokenizer.encodeWithOffsets(text).ids()).as(text).containsExactly(ids);
    assertThat(read(written.toString(StandardCharsets.UTF_8)).encode(text))
        .as("written: %s", text)
        .containsExactly(ids);
  }

  private static Tokenizer read(String json) throws IOException {
    return TokenizerFile.read(
        new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), "test");
  }

  @Test
  void aSpaceInFrontOfTextsAndOfWhatFollowsAnAddedToken() throws IOException {
    String json = withSpace(plain());

    assertIds(json, "the Jabberwock", 267, 338, 293, 66, 296, 301, 279);
    assertIds(json, " the", 267);
    assertIds(
        json,
        "the son<|endoftext|>the<|endoftext|> the\nthe",
        267,
        266,
        282,
        0,
        267,
        0,
        267,
        199,
        84,
        258);
  }

  @Test
  void theNormalFormOfUnicode() throws IOException {
    String json = composed(plain());

    assertIds(
        json, "l'e\u0301te\u0301 \u212b<|endoftext|>e\u0301", 76, 7, 289, 221, 128, 228, 0, 260);
    assertIds(
        withSpace(json), "e\u0301te\u0301 e\u0301<|endoftext|>e\u0301", 341, 221, 260, 0, 221, 260);
  }

  /** What is not normalized goes first, wherever it begins. */
  @Test
  void addedTokensOfBothPasses() throws IOException {
    String json = withMoreTokens(plain());

    assertIds(
        json, "Beware the Jabberwock, l'été, Jabber", 361, 267, 338, 65, 370, 7, 289, 12, 221, 369);
    assertIds(json, "the Jab the Jabber", 371, 221, 371, 66, 296);
    assertIds(withSpace(json), "the Jabberwock, lime", 267, 338, 65, 370, 265, 329);
    assertIds(withSpace(json), "Jabber Jabber", 369, 221, 369);
  }

  @Test
  void wholePieces() throws IOException {
    String merged = withWholeWords(plain());
    String whole = with(merged, "\"ignore_merges\":false", "\"ignore_merges\":true");

    assertIds(whole, "a qqq qqqq", 65, 369, 221, 81, 81, 81, 81);
    assertIds(whole, "Jab Jabber", 370, 338, 293, 66, 296);
    assertIds(merged, "a qqq qqqq", 65, 221, 81, 81, 81, 221, 81, 81, 81, 81);
    assertIds(merged, "Jab Jabber", 42, 293, 338, 293, 66, 296);
  }
}
