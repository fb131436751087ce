package io.refrain.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import io.refrain.store.SafetensorsException.Defect;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that are not what they claim: each defect has its own name and a message of one line. */
class SafetensorsAbuseTest {
  private static final String ONE =
      "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

  @TempDir Path folder;

  static Stream<Arguments> hostileHeaders() {
    return Stream.of(
        header("", 0, Defect.HEADER_NOT_OBJECT, "must be a JSON object, found nothing"),
        header("[]", 0, Defect.HEADER_NOT_OBJECT, "must be a JSON object, found an array"),
        header("3", 0, Defect.HEADER_NOT_OBJECT, "found 3"),
        header("{", 0, Defect.HEADER_NOT_JSON, "the header is not JSON at line 1, column"),
        header("{} x", 0, Defect.HEADER_NOT_JSON, "not JSON"),
        header("{}{}", 0, Defect.HEADER_NOT_JSON, "text follows the end of its object"),
        header("PK\u0003\u0004", 0, Defect.HEADER_NOT_JSON, "not JSON at line 1"),
        header("[".repeat(100_000), 0, Defect.HEADER_NOT_OBJECT, "found an array"),
        header(
            "{\"w\":" + "[".repeat(100_000), 0, Defect.MALFORMED_ENTRY, "\"w\" must be described"),
        header(
            "{\"w\":{\"x\":" + "[".repeat(100_000),
            0,
            Defect.MALFORMED_ENTRY,
            "\"w\" has an unknown field, found \"x\""),
        header(
            entry("\"F32\"", "[[[[2]]]]", "[0,8]"),
            8,
            Defect.MALFORMED_ENTRY,
            "whole numbers as shape, found an array"),
        header(
            ONE.replace("}}", "}," + ONE.substring(1)),
            8,
            Defect.DUPLICATE_KEY,
            "the header gives \"w\" twice"),
        header(
            "{\"w\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}",
            8,
            Defect.DUPLICATE_KEY,
            "\"w\" gives dtype twice"),
        header(
            "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}",
            0,
            Defect.DUPLICATE_KEY,
            "__metadata__ gives \"a\" twice"),
        header(
            "{\"__metadata__\":[]}", 0, Defect.MALFORMED_METADATA, "object of strings, found an"),
        header(
            "{\"__metadata__\":{\"a\":1}}",
            0,
            Defect.MALFORMED_METADATA,
            "__metadata__ \"a\" must be a string, found 1"),
        header("{\"w\":null}", 0, Defect.MALFORMED_ENTRY, "a JSON object, found null"),
        header("{\"w\":{}}", 0, Defect.MALFORMED_ENTRY, "found no dtype"),
        header("{\"w\":{\"dtype\":\"F32\"}}", 0, Defect.MALFORMED_ENTRY, "found no shape"),
        header(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[2]}}",
            8,
            Defect.MALFORMED_ENTRY,
            "found no data_offsets"),
        header("{\"a\\ud800\":{}}", 0, Defect.HEADER_NOT_JSON, "surrogate"),
        header("{\"a\\udc00\":{}}", 0, Defect.HEADER_NOT_JSON, "surrogate"),
        header("{\"a\\ud800\\u0041\":{}}", 0, Defect.HEADER_NOT_JSON, "surrogate"),
        header(
            "{\"__metadata__\":{\"a\":\"\\udc00\"}}",
            0,
            Defect.MALFORMED_METADATA,
            "\"a\" has half a surrogate"),
        header(
            "{\"__metadata__\":{\"a\":\"\\ud800\"}}",
            0,
            Defect.MALFORMED_METADATA,
            "\"a\" has half a surrogate pair"),
        header(entry("7", "[2]", "[0,8]"), 8, Defect.MALFORMED_ENTRY, "a string as dtype, found 7"),
        header(
            entry("\"F33\"", "[2]", "[0,8]"),
            8,
            Defect.UNKNOWN_DTYPE,
            "tensor \"w\" has the unknown dtype \"F33\"; store it as F32"),
        header(
            entry("\"F32\"", "2", "[0,8]"), 8, Defect.MALFORMED_ENTRY, "array as shape, found 2"),
        header(entry("\"F32\"", "[2.0]", "[0,8]"), 8, Defect.MALFORMED_ENTRY, "shape, found 2.0"),
        header(
            entry("\"F32\"", "[-2]", "[0,8]"),
            8,
            Defect.BAD_SHAPE,
            "\"w\" has -2 in its shape, which is negative or too large"),
        header(entry("\"F32\"", "[2147483648]", "[0,8]"), 8, Defect.BAD_SHAPE, "2147483648 in"),
        header(
            entry("\"F32\"", "[99999999999999999999]", "[0,8]"),
            8,
            Defect.BAD_SHAPE,
            "99999999999999999999 in its shape"),
        header(
            entry("\"F32\"", "[2147483647,2147483647,2147483647]", "[0,8]"),
            8,
            Defect.BAD_SHAPE,
            "more elements than 64 bits can count"),
        header(
            entry("\"F32\"", "[2147483647,2147483647]", "[0,8]"),
            8,
            Defect.BAD_SHAPE,
            "more bytes than 64 bits can count"),
        header(
            entry("\"F32\"", "[1" + ",1".repeat(64) + "]", "[0,4]"),
            4,
            Defect.BAD_SHAPE,
            "more than 64 dimensions"),
        header(entry("\"F4\"", "[3]", "[0,2]"), 2, Defect.BAD_SHAPE, "does not fill its last byte"),
        header(
            entry("\"F32\"", "[2]", "[8,0]"),
            8,
            Defect.BAD_OFFSETS,
            "tensor \"w\" has the impossible data_offsets [8, 0]"),
        header(entry("\"F32\"", "[2]", "[-8,0]"), 8, Defect.BAD_OFFSETS, "[-8, 0]"),
        header(
            entry("\"F32\"", "[2]", "[0,18446744073709551616]"),
            8,
            Defect.BAD_OFFSETS,
            "18446744073709551616 in its data_offsets"),
        header(entry("\"F32\"", "[2]", "[0]"), 8, Defect.MALFORMED_ENTRY, "found 1 of them"),
        header(entry("\"F32\"", "[2]", "[0,8,9]"), 8, Defect.MALFORMED_ENTRY, "more of them"),
        header(entry("\"F32\"", "[2]", "8"), 8, Defect.MALFORMED_ENTRY, "array as data_offsets"),
        header(
            ONE,
            7,
            Defect.OUT_OF_FILE,
            "tensor \"w\" ends at byte 8 of the data, but the file has only 7; it is truncated"),
        header(
            entry("\"F32\"", "[2]", "[9223372036854775799,9223372036854775807]"),
            8,
            Defect.OUT_OF_FILE,
            "ends at byte 9223372036854775807"),
        header(
            entry("\"F32\"", "[3]", "[0,8]"),
            8,
            Defect.LENGTH_MISMATCH,
            "\"w\" of type F32 and shape [3] needs 12 bytes, but its data_offsets [0, 8] span 8"),
        header(two("[0,8]", "[4,12]"), 12, Defect.OVERLAP, "\"b\" begins at byte 4 of the data"),
        header(two("[0,8]", "[0,8]"), 8, Defect.OVERLAP, "inside tensor \"a\", which ends at 8"),
        header(
            two("[0,8]", "[12,20]"),
            20,
            Defect.HOLE,
            "4 bytes between tensor \"a\" and tensor \"b\" belong to no tensor"),
        header(
            entry("\"F32\"", "[2]", "[4,12]"),
            12,
            Defect.HOLE,
            "4 bytes between the header and tensor \"w\""),
        header(
            ONE,
            9,
            Defect.TRAILING_BYTES,
            "1 bytes at the end of the file, after tensor \"w\", belong to no tensor"),
        header("{}", 1, Defect.TRAILING_BYTES, "after the header"));
  }

  @ParameterizedTest
  @MethodSource("hostileHeaders")
  void everyDefectOfAHeaderIsNamed(String header, int dataLength, Defect defect, String message)
      throws IOException {
    byte[] utf8 = header.getBytes(StandardCharsets.UTF_8);
    assertDefect(bytes(utf8.length, utf8, dataLength), defect, message);
  }

  @Test
  void aHeaderLengthIsCheckedBeforeItIsBelieved() throws IOException {
    byte[] one = ONE.getBytes(StandardCharsets.UTF_8);
    assertDefect(new byte[0], Defect.FILE_TOO_SHORT, "has at least 8 bytes, this one has 0");
    assertDefect(new byte[7], Defect.FILE_TOO_SHORT, "has at least 8 bytes, this one has 7");
    assertDefect(bytes(-1, one, 8), Defect.HEADER_TOO_LONG, "18446744073709551615 bytes");
    assertDefect(bytes(Long.MIN_VALUE, one, 8), Defect.HEADER_TOO_LONG, "9223372036854775808");
    assertDefect(bytes(100_000_001, one, 8), Defect.HEADER_TOO_LONG, "the limit is 100000000");
    assertDefect(
        bytes(100_000_000, one, 8),
        Defect.HEADER_OUT_OF_FILE,
        "claims to have 100000000 bytes, but only " + (one.length + 8) + " follow");
  }

  @Test
  void aHeaderInAnotherEncodingIsRefused() throws IOException {
    for (var encoding :
        List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE, StandardCharsets.UTF_32LE)) {
      byte[] header = ONE.getBytes(encoding);
      assertDefect(bytes(header.length, header, 8), Defect.HEADER_NOT_JSON, "not JSON");
    }
    byte[] latin = "{\"\u00e9\":{}}".getBytes(StandardCharsets.ISO_8859_1);
    assertDefect(bytes(latin.length, latin, 0), Defect.HEADER_NOT_JSON, "not UTF-8 text");
  }

  @Test
  void otherElementTypesMayBeThereButNotBeRead() throws IOException {
    byte[] header =
        """
        {"steps":{"dtype":"I64","shape":[],"data_offsets":[0,8]},\
        "w":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}\
        """
            .getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("mixed.safetensors");
    Files.write(file, bytes(header.length, header, 12));
    try (SafetensorsFile mixed = SafetensorsFile.open(file)) {
      assertThat(mixed.tensor("w").data()).containsExactly(0f);
      assertThatExceptionOfType(SafetensorsException.class)
          .isThrownBy(() -> mixed.tensor("steps"))
          .withMessage(
              file
                  + ": tensor \"steps\" has dtype I64, but only F32 can be read;"
                  + " convert it (PyTorch: .float())")
          .returns(Defect.WRONG_DTYPE, SafetensorsException::defect);
      assertThatExceptionOfType(SafetensorsException.class).isThrownBy(mixed::tensors);
      assertThatExceptionOfType(SafetensorsException.class)
          .isThrownBy(() -> mixed.tensor("bias"))
          .withMessage(file + ": there is no tensor \"bias\"; there are \"steps\", \"w\"")
          .returns(Defect.NO_SUCH_TENSOR, SafetensorsException::defect);
    }
  }

  @Test
  void aFileThatShrinksWhileItIsOpenIsNoticed() throws IOException {
    Path file = folder.resolve("shrinking.safetensors");
    Safetensors.write(
        file, Map.of(), List.of(new NamedTensor("w", new int[] {2}, new float[] {1, 2})));
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      Files.write(file, new byte[20]);
      assertThatExceptionOfType(SafetensorsException.class)
          .isThrownBy(open::tensors)
          .returns(Defect.CHANGED_WHILE_READ, SafetensorsException::defect);
    }
  }

  @Test
  void whatIsNoFileIsSaidToBeNone() {
    Path missing = folder.resolve("missing.safetensors");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> SafetensorsFile.open(missing))
        .withMessage(missing + ": no such file");
    assertThatExceptionOfType(FileSystemException.class)
        .isThrownBy(() -> SafetensorsFile.open(folder))
        .withMessage(folder + ": not a regular file");
  }

  @Test
  void aLongOrUnprintableNameStillGivesOneShortLine() throws IOException {
    String name = "a\\n\\u2028\\u001b" + "x".repeat(10_000);
    byte[] header = ("{\"" + name + "\":1}").getBytes(StandardCharsets.UTF_8);
    SafetensorsException defect = defectOf(bytes(header.length, header, 0));
    assertThat(defect).hasMessageContaining("\"a\\u{a}\\u{2028}\\u{1b}xxx");
    assertThat(defect.getMessage()).hasLineCount(1).hasSizeLessThan(400);
  }

  @Test
  void claimsOfGreatSizeAllocateLittle() throws IOException {
    byte[] header =
        entry("\"F32\"", "[2147483647]", "[0,8589934588]").getBytes(StandardCharsets.UTF_8);
    List<byte[]> liars = List.of(bytes(99_999_999, header, 8), bytes(header.length, header, 8));
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (byte[] liar : liars) {
      defectOf(liar);
      long before = threads.getCurrentThreadAllocatedBytes();
      defectOf(liar);
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }
  }

  private void assertDefect(byte[] content, Defect defect, String message) throws IOException {
    SafetensorsException thrown = defectOf(content);
    assertThat(thrown).hasMessageContaining(message);
    assertThat(thrown.getMessage())
        .startsWith(folder.resolve("hostile.safetensors") + ": ")
        .hasLineCount(1);
    assertThat(thrown.defect()).isEqualTo(defect);
  }

  private SafetensorsException defectOf(byte[] content) throws IOException {
    Path file = folder.resolve("hostile.safetensors");
    ScratchFolder.rewrite(file, content);
    try (SafetensorsFile _ = SafetensorsFile.open(file)) {
      throw new AssertionError("the file was accepted");
    } catch (SafetensorsException defect) {
      return defect;
    }
  }

  private static byte[] bytes(long headerLength, byte[] header, int dataLength) {
    return ByteBuffer.allocate(Long.BYTES + header.length + dataLength)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(headerLength)
        .put(header)
        .array();
  }

  private static Arguments header(String header, int dataLength, Defect defect, String message) {
    return arguments(header, dataLength, defect, message);
  }

  private static String entry(String type, String shape, String offsets) {
    return "{\"w\":{\"dtype\":%s,\"shape\":%s,\"data_offsets\":%s}}"
        .formatted(type, shape, offsets);
  }

  private static String two(String first, String second) {
    return """
    {"a":{"dtype":"F32","shape":[2],"data_offsets":%s},\
    "b":{"dtype":"F32","shape":[2],"data_offsets":%s}}\
    """
        .formatted(first, second);
  }
}
