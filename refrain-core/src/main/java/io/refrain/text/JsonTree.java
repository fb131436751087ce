package io.refrain.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a JSON file that knows where it stands, so that what is wrong with it can be named by
 * its key.
 */
final class JsonTree {
  private final TokenizerJson json;
  private final String path;
  private final @Nullable Object value;

  private JsonTree(TokenizerJson json, String path, @Nullable Object value) {
    this.json = json;
    this.path = path;
    this.value = value;
  }

  /** Reads the value that the parser stands at, to its end. */
  static JsonTree read(TokenizerJson json, String path, JsonParser parser) throws IOException {
    return new JsonTree(json, path, value(json, path, parser));
  }

  /** What stands for a key that is not there. */
  static JsonTree missing(TokenizerJson json, String path) {
    return new JsonTree(json, path, null);
  }

  private static @Nullable Object value(TokenizerJson json, String path, JsonParser parser)
      throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw json.defect("key \"%s\": expected a value, found nothing".formatted(path));
    }
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String key = parser.currentName();
          parser.nextToken();
          object.put(key, value(json, path + "." + key, parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<@Nullable Object> array = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(value(json, "%s[%d]".formatted(path, array.size()), parser));
        }
        yield array;
      }
      case VALUE_STRING -> json.requireWhole(parser.getText(), path);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case VALUE_NUMBER_INT ->
          parser.getNumberType() == JsonParser.NumberType.INT
              ? (Object) parser.getIntValue()
              : (Object) Double.valueOf(parser.getText());
      case VALUE_NUMBER_FLOAT -> Double.valueOf(parser.getText());
      default -> throw json.defect("key \"%s\": expected a value".formatted(path));
    };
  }

  boolean isNull() {
    return value == null;
  }

  boolean is(Object expected) {
    return expected.equals(value);
  }

  /** The member of an object; one without a value where it is missing. */
  JsonTree get(String key) throws MalformedTokenizerException {
    return new JsonTree(json, path + "." + key, object().get(key));
  }

  List<JsonTree> array() throws MalformedTokenizerException {
    if (!(value instanceof List<?> list)) {
      throw wrong("an array");
    }
    List<JsonTree> items = new ArrayList<>();
    for (Object item : list) {
      items.add(new JsonTree(json, "%s[%d]".formatted(path, items.size()), item));
    }
    return items;
  }

  String string() throws MalformedTokenizerException {
    if (value instanceof String string) {
      return string;
    }
    throw wrong("a string");
  }

  int index() throws MalformedTokenizerException {
    if (value instanceof Integer number && number >= 0) {
      return number;
    }
    throw wrong("a whole number of at least 0");
  }

  boolean flag() throws MalformedTokenizerException {
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong("true or false");
  }

  /** The value of a flag, which may be missing. */
  boolean flag(boolean otherwise) throws MalformedTokenizerException {
    return value == null ? otherwise : flag();
  }

  /** Demands that there are no other keys. */
  void requireOnly(Set<String> keys) throws MalformedTokenizerException {
    for (Object key : object().keySet()) {
      if (!keys.contains(key.toString())) {
        throw json.defect("key \"%s.%s\" is not supported".formatted(path, key));
      }
    }
  }

  /** Demands a value, because another would change tokens in a way that is not supported. */
  void require(Object expected) throws MalformedTokenizerException {
    if (!is(expected)) {
      throw wrong(show(expected) + ", for nothing else is supported");
    }
  }

  /** Demands that there is no value, or one that means the same. */
  void requireNone(Object... harmless) throws MalformedTokenizerException {
    for (Object value : harmless) {
      if (is(value)) {
        return;
      }
    }
    if (!isNull()) {
      String same = harmless.length == 0 ? "" : " or " + show(harmless[0]);
      throw wrong("null" + same + ", for nothing else is supported");
    }
  }

  private Map<?, ?> object() throws MalformedTokenizerException {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong("an object");
  }

  MalformedTokenizerException wrong(String expected) {
    return json.defect("key \"%s\": expected %s, found %s".formatted(path, expected, show(value)));
  }

  private static String show(@Nullable Object value) {
    return switch (value) {
      case null -> "null or nothing";
      case String string -> "\"" + string + "\"";
      case Map<?, ?> map when map.get("type") instanceof String type -> "a " + type;
      case Map<?, ?> _ -> "an object";
      case List<?> _ -> "an array";
      default -> value.toString();
    };
  }
}
