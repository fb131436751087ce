package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LineReaderTest {
  private static final String NAME = "the file";

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static LineReader reader(byte[] bytes) {
    return new LineReader(NAME, new ByteArrayInputStream(bytes));
  }

  private static List<String> all(LineReader reader) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = reader.next(); line != null; line = reader.next()) {
      lines.add(line);
    }
    return lines;
  }

  /** Gives as many bytes at a time as it likes. */
  private static InputStream drop(byte[] bytes, int atOnce) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public synchronized int read(byte[] into, int at, int count) {
        return super.read(into, at, Math.min(count, atOnce));
      }
    };
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("ab\u00e9\u20ac\n\n\r\uFEFF").ofMaxLength(40);
  }

  @Property(tries = 300)
  void linesAreWhatStandsBetweenLineFeeds(
      @ForAll("texts") String text, @ForAll @IntRange(min = 1, max = 9) int atOnce)
      throws IOException {
    String rest = text.startsWith("\uFEFF") ? text.substring(1) : text;
    List<String> expected = new ArrayList<>(List.of(rest.split("\n", -1)));
    if (expected.getLast().isEmpty() && !(rest.isEmpty() && !text.isEmpty())) {
      expected.removeLast(); // the last line has an end, or there is none
    }
    LineReader reader = new LineReader(NAME, drop(utf8(text), atOnce));
    assertThat(all(reader)).isEqualTo(expected);
    assertThat(reader.bytes()).isEqualTo(utf8(text).length);
  }

  @Test
  void linesMayBeLongerThanTheBuffer() throws IOException {
    String line = "\u00e9".repeat(100_000);
    byte[] text = utf8("a\n" + line + "\n" + line);
    assertThat(all(reader(text))).containsExactly("a", line, line);

    LineReader limited = new LineReader(NAME, new ByteArrayInputStream(text), 150_000);
    assertThat(limited.next()).isEqualTo("a");
    assertThatThrownBy(limited::next)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("the file, line 2", "longer than 150,000 bytes", "Xmx");
  }

  @Test
  void whatIsNoTextIsNamedByLineAndByte() throws IOException {
    byte[] text = utf8("\u00e9\nabc\n");
    text[4] = (byte) 0xFF;
    LineReader malformed = reader(text);
    assertThat(malformed.next()).isEqualTo("\u00e9");
    assertThatThrownBy(malformed::next)
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("the file, line 2", "not UTF-8 at byte 4");
    text[4] = 0;
    LineReader binary = reader(text);
    binary.next();
    assertThatThrownBy(binary::next)
        .hasMessageContaining("line 2 is no text (a NUL byte at byte 4)");
    assertThatThrownBy(() -> all(reader(new byte[] {97, 10, (byte) 0xC3})))
        .hasMessageContaining("not UTF-8 at byte 2");
  }

  @Test
  @SuppressWarnings("try") // closed early: it is what the test is about
  void isReadyWhereTheNextLineIsThereAlready() throws IOException {
    try (PipedOutputStream writer = new PipedOutputStream();
        PipedInputStream in = new PipedInputStream(writer)) {
      LineReader reader = new LineReader(NAME, in);
      assertThat(reader.isReady()).isFalse();
      writer.write(utf8("one\ntw"));
      assertThat(reader.isReady()).isTrue();
      assertThat(reader.next()).isEqualTo("one");
      assertThat(reader.isReady()).as("half a line").isFalse();
      writer.write(utf8("o\nthree"));
      assertThat(reader.isReady()).isTrue();
      assertThat(reader.next()).isEqualTo("two");
      writer.close();
      assertThat(reader.next()).isEqualTo("three");
      assertThat(reader.isReady()).isTrue();
      assertThat(reader.next()).isNull();
    }
  }
}
