package io.refrain.store;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.refrain.store.SafetensorsException.Defect;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON header of a safetensors file token by token.
 *
 * <p>Stricter than the reference implementation in two ways. Duplicate keys are refused, as the
 * format's description demands (a second entry could hide the first). Fields that are not known are
 * refused, because a field that this reader skips might change what the bytes mean. As no unknown
 * value is ever descended into, nesting has no depth to attack.
 */
final class SafetensorsHeaderParser {
  private final Path file;
  private final JsonParser tokens;

  private SafetensorsHeaderParser(Path file, JsonParser tokens) {
    this.file = file;
    this.tokens = tokens;
  }

  /**
   * Parses and checks a header.
   *
   * @param file the file's name, for messages
   * @param header the bytes of the header, padding included
   * @param dataLength the bytes of the file that follow the header
   */
  static SafetensorsHeader parse(Path file, byte[] header, long dataLength)
      throws SafetensorsException {
    try (JsonParser tokens = Json.tokens(header)) {
      return new SafetensorsHeaderParser(file, tokens).header(dataLength);
    } catch (SafetensorsException defect) {
      throw defect;
    } catch (IOException syntax) {
      throw new SafetensorsException(
          file, Defect.HEADER_NOT_JSON, "the header is " + Json.explain(syntax));
    }
  }

  private SafetensorsHeader header(long dataLength) throws IOException {
    if (tokens.nextToken() != JsonToken.START_OBJECT) {
      throw defect(
          Defect.HEADER_NOT_OBJECT,
          "the header must be a JSON object, found " + Json.found(tokens));
    }
    Map<String, String> metadata = Map.of();
    List<SafetensorsHeader.Entry> entries = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    while (tokens.nextToken() != JsonToken.END_OBJECT) {
      String name = tokens.currentName();
      if (!seen.add(name)) {
        throw defect(Defect.DUPLICATE_KEY, "the header gives " + FileText.quote(name) + " twice");
      }
      tokens.nextToken();
      if (name.equals(SafetensorsHeader.METADATA_KEY)) {
        metadata = metadata();
      } else {
        entries.add(entry(name));
      }
    }
    if (tokens.nextToken() != null) {
      throw defect(
          Defect.HEADER_NOT_JSON, "the header is not JSON: text follows the end of its object");
    }
    return SafetensorsHeader.check(file, metadata, entries, dataLength);
  }

  private Map<String, String> metadata() throws IOException {
    if (tokens.currentToken() != JsonToken.START_OBJECT) {
      throw defect(
          Defect.MALFORMED_METADATA,
          "__metadata__ must be a JSON object of strings, found " + Json.found(tokens));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    while (tokens.nextToken() != JsonToken.END_OBJECT) {
      String key = tokens.currentName();
      if (tokens.nextToken() != JsonToken.VALUE_STRING) {
        throw defect(
            Defect.MALFORMED_METADATA,
            "__metadata__ %s must be a string, found %s"
                .formatted(FileText.quote(key), Json.found(tokens)));
      }
      String value = tokens.getText();
      if (!FileText.isWellFormed(value)) {
        throw defect(
            Defect.MALFORMED_METADATA,
            "__metadata__ %s has half a surrogate pair in it".formatted(FileText.quote(key)));
      }
      if (metadata.putIfAbsent(key, value) != null) {
        throw defect(Defect.DUPLICATE_KEY, "__metadata__ gives " + FileText.quote(key) + " twice");
      }
    }
    return metadata;
  }

  private SafetensorsHeader.Entry entry(String name) throws IOException {
    if (tokens.currentToken() != JsonToken.START_OBJECT) {
      throw malformed(name, "must be described by a JSON object", Json.found(tokens));
    }
    ElementType type = null;
    int[] shape = null;
    long[] offsets = null;
    while (tokens.nextToken() != JsonToken.END_OBJECT) {
      String field = tokens.currentName();
      tokens.nextToken();
      switch (field) {
        case "dtype" -> {
          requireFirst(name, field, type);
          type = elementType(name);
        }
        case "shape" -> {
          requireFirst(name, field, shape);
          shape = shape(name);
        }
        case "data_offsets" -> {
          requireFirst(name, field, offsets);
          offsets = offsets(name);
        }
        default -> throw malformed(name, "has an unknown field", FileText.quote(field));
      }
    }
    if (type == null || shape == null || offsets == null) {
      String missing = type == null ? "dtype" : shape == null ? "shape" : "data_offsets";
      throw malformed(name, "must have dtype, shape and data_offsets", "no " + missing);
    }
    try {
      return new SafetensorsHeader.Entry(name, type, shape, offsets[0], offsets[1]);
    } catch (IllegalArgumentException badShape) {
      throw defect(
          Defect.BAD_SHAPE, "tensor " + FileText.quote(name) + ": " + badShape.getMessage());
    }
  }

  private void requireFirst(String name, String field, @Nullable Object previous)
      throws SafetensorsException {
    if (previous != null) {
      throw defect(
          Defect.DUPLICATE_KEY, "tensor %s gives %s twice".formatted(FileText.quote(name), field));
    }
  }

  private ElementType elementType(String name) throws IOException {
    if (tokens.currentToken() != JsonToken.VALUE_STRING) {
      throw malformed(name, "must have a string as dtype", Json.found(tokens));
    }
    String text = tokens.getText();
    for (ElementType type : ElementType.values()) {
      if (type.name().equals(text)) {
        return type;
      }
    }
    throw defect(
        Defect.UNKNOWN_DTYPE,
        "tensor %s has the unknown dtype %s; store it as F32"
            .formatted(FileText.quote(name), FileText.quote(text)));
  }

  private int[] shape(String name) throws IOException {
    requireArray(name, "shape");
    int[] shape = new int[NamedTensor.MAXIMUM_RANK];
    int rank = 0;
    while (tokens.nextToken() != JsonToken.END_ARRAY) {
      if (rank == shape.length) {
        throw defect(
            Defect.BAD_SHAPE,
            "tensor %s has more than %d dimensions"
                .formatted(FileText.quote(name), NamedTensor.MAXIMUM_RANK));
      }
      long size = wholeNumber(name, "shape", Defect.BAD_SHAPE);
      if (size < 0 || size > Integer.MAX_VALUE) {
        throw outOfRange(name, "shape", Defect.BAD_SHAPE);
      }
      shape[rank++] = (int) size;
    }
    return Arrays.copyOf(shape, rank);
  }

  private long[] offsets(String name) throws IOException {
    requireArray(name, "data_offsets");
    long[] offsets = new long[2];
    for (int i = 0; i < 2; i++) {
      if (tokens.nextToken() == JsonToken.END_ARRAY) {
        throw malformed(name, "must have two data_offsets", i + " of them");
      }
      offsets[i] = wholeNumber(name, "data_offsets", Defect.BAD_OFFSETS);
    }
    if (tokens.nextToken() != JsonToken.END_ARRAY) {
      throw malformed(name, "must have two data_offsets", "more of them");
    }
    return offsets;
  }

  private void requireArray(String name, String field) throws IOException {
    if (tokens.currentToken() != JsonToken.START_ARRAY) {
      throw malformed(name, "must have a JSON array as " + field, Json.found(tokens));
    }
  }

  private long wholeNumber(String name, String field, Defect tooLarge) throws IOException {
    if (tokens.currentToken() != JsonToken.VALUE_NUMBER_INT) {
      throw malformed(name, "must have whole numbers as " + field, Json.found(tokens));
    }
    if (tokens.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw outOfRange(name, field, tooLarge);
    }
    return tokens.getLongValue();
  }

  private SafetensorsException outOfRange(String name, String field, Defect defect)
      throws IOException {
    return defect(
        defect,
        "tensor %s has %s in its %s, which is negative or too large"
            .formatted(FileText.quote(name), Json.found(tokens), field));
  }

  private SafetensorsException malformed(String name, String expectation, String found) {
    return defect(
        Defect.MALFORMED_ENTRY,
        "tensor %s %s, found %s".formatted(FileText.quote(name), expectation, found));
  }

  private SafetensorsException defect(Defect defect, String explanation) {
    return new SafetensorsException(file, defect, explanation);
  }
}
