package io.refrain.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {
  private static final String CONFIG =
      """
      {"hidden":"x","seed":9007199254740993,"rate":1e-3,"layers":2,"tied":true,"none":null,
       "optimizer":{"name":"sgd","momentum":[1,2.5,"a",null]}}\
      """;

  @TempDir Path folder;

  @Property(tries = 200)
  void everythingComesBackAsItWas(@ForAll("objects") Map<String, Object> object)
      throws IOException {
    assertThat(parse(Json.line(object))).isEqualTo(object);
    assertThat(parse(Json.pretty(object))).isEqualTo(object);
    assertThat(Json.line(object)).doesNotContain("\n");
  }

  @Property(tries = 500)
  void anyBytesAreAnObjectOrADefect(@ForAll byte[] bytes, @ForAll int position) {
    byte[] config = CONFIG.getBytes(StandardCharsets.UTF_8);
    int start = Math.floorMod(position, config.length);
    System.arraycopy(bytes, 0, config, start, Math.min(bytes.length, config.length - start));
    for (byte[] candidate : List.of(bytes, config)) {
      try {
        Json.parse("config.json", candidate);
      } catch (JsonException defect) {
        assertThat(defect.getMessage()).startsWith("config.json: ").hasLineCount(1);
      }
    }
  }

  @Test
  void prettyTextIsForPeople() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("cell", "rnn");
    config.put("hidden", 256);
    config.put("rate", 0.1f);
    config.put("optimizer", Map.of("name", "sgd"));
    config.put("sizes", List.of(1, 2));
    config.put("best", Double.NEGATIVE_INFINITY);
    assertThat(Json.pretty(config))
        .isEqualTo(
            """
            {
              "cell" : "rnn",
              "hidden" : 256,
              "rate" : 0.1,
              "optimizer" : {
                "name" : "sgd"
              },
              "sizes" : [ 1, 2 ],
              "best" : null
            }
            """);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          ``                  | must be a JSON object, found nothing
          []                  | must be a JSON object, found an array
          {                   | not JSON at line 1, column
          {} {}               | not JSON: text follows the end of the object
          {"a":1,"a":2}       | "a" is given twice
          {"a":{"b":1,"b":2}} | "b" is given twice
          {"a":1e999}         | a number is too large: 1e999
          {"a":9223372036854775808} | a number is too large: 9223372036854775808
          {"a":NaN}           | not JSON at line 1, column
          {'a':1}             | not JSON at line 1, column
          {"a":1,}            | not JSON at line 1, column
          {"a":01}            | not JSON at line 1, column
          {"a":"x\\ud800"}    | half a surrogate pair is in "x\\u{d800}"
          {"\\udc00":1}       | not JSON at line 1, column
          """)
  void everyDefectIsNamed(String text, String message) {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> parse(text))
        .withMessageStartingWith("config.json: " + message);
  }

  @Test
  void nestingHasALimitInBothDirections() throws IOException {
    String deepest = "{\"a\":" + "[".repeat(63) + "]".repeat(63) + "}";
    assertThat(Json.line(parse(deepest))).isEqualTo(deepest);
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> parse("{\"a\":" + "[".repeat(100_000)));
    List<Object> endless = new ArrayList<>();
    endless.add(endless);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.line(Map.of("a", endless)))
        .withMessage("lists and maps nest more than 64 levels deep, or contain themselves");
  }

  @Test
  void onlyUtf8IsRead() {
    for (var encoding : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      assertThatExceptionOfType(JsonException.class)
          .isThrownBy(() -> Json.parse("config.json", "{\"a\":1}".getBytes(encoding)));
    }
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> Json.parse("x", "{\"é\":1}".getBytes(StandardCharsets.ISO_8859_1)))
        .withMessage("x: not JSON: not UTF-8 text");
  }

  @Test
  void refusesWhatHasNoFormInJson() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.line(Map.of("path", Path.of("x"))))
        .withMessageContaining("JSON has no form for a ");
    assertThatIllegalArgumentException().isThrownBy(() -> Json.line(Map.of("a", "\ud800")));
  }

  @Test
  void valuesAreAskedForByType() throws IOException {
    Path file = folder.resolve("config.json");
    Files.writeString(file, CONFIG);
    JsonObject config = JsonObject.read(file);
    assertThat(config.string("hidden")).isEqualTo("x");
    assertThat(config.wholeNumber("seed")).isEqualTo(9007199254740993L);
    assertThat(config.wholeNumber("layers", 1, 2)).isEqualTo(2);
    assertThat(config.number("rate")).isEqualTo(1e-3);
    assertThat(config.number("layers")).isEqualTo(2);
    assertThat(config.flag("tied")).isTrue();
    assertThat(config.has("none")).isFalse();
    assertThat(config.has("other")).isFalse();
    assertThat(config.has("tied")).isTrue();
    assertThat(config.object("optimizer").string("name")).isEqualTo("sgd");
    assertThat(config.object("optimizer").list("momentum"))
        .isEqualTo(Arrays.asList(1L, 2.5, "a", null));
    assertThat(config.asMap().keySet())
        .containsExactly("hidden", "seed", "rate", "layers", "tied", "none", "optimizer");
    assertThat(config.object("optimizer"))
        .hasToString("{\"name\":\"sgd\",\"momentum\":[1,2.5,\"a\",null]}");
  }

  @Test
  void whatIsNotAsExpectedIsNamed() throws IOException {
    JsonObject config = JsonObject.parse("config.json", CONFIG.getBytes(StandardCharsets.UTF_8));
    assertDefect(
        () -> config.wholeNumber("hidden"), "`hidden` must be a whole number, found \"x\"");
    assertDefect(() -> config.wholeNumber("rate"), "`rate` must be a whole number, found 0.001");
    assertDefect(
        () -> config.wholeNumber("layers", 3, 9),
        "`layers` must be a whole number from 3 to 9, found 2");
    assertDefect(() -> config.string("none"), "`none` must be a string, found null");
    assertDefect(() -> config.flag("other"), "`other` is missing; it must be true or false");
    assertDefect(() -> config.list("optimizer"), "`optimizer` must be an array, found an object");
    assertDefect(
        () -> config.object("optimizer").number("momentum"),
        "`optimizer.momentum` must be a number, found an array");
    assertDefect(
        () -> config.object("optimizer").requireOnly(Set.of("name", "clip")),
        "`optimizer.momentum` is unknown; known are clip, name");
    config.object("optimizer").requireOnly(Set.of("name", "momentum"));
  }

  @Provide
  Arbitrary<Map<String, Object>> objects() {
    return Arbitraries.recursive(JsonTest::leaves, JsonTest::nested, 0, 3)
        .map(value -> Map.of("value", value));
  }

  private static Arbitrary<Object> leaves() {
    return Arbitraries.oneOf(
        texts().map(Object.class::cast),
        Arbitraries.longs().map(Object.class::cast),
        Arbitraries.doubles().map(Object.class::cast),
        Arbitraries.of(true, false).map(Object.class::cast));
  }

  private static Arbitrary<Object> nested(Arbitrary<Object> values) {
    return Arbitraries.oneOf(
        values.list().ofMaxSize(4).map(Object.class::cast),
        Arbitraries.maps(texts(), values).ofMaxSize(4).map(Object.class::cast));
  }

  private static Arbitrary<String> texts() {
    return Arbitraries.strings().ofMaxLength(8).filter(FileText::isWellFormed);
  }

  private static Map<String, Object> parse(String text) throws JsonException {
    return Json.parse("config.json", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertDefect(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(call)
        .withMessage("config.json: " + message);
  }
}
