package io.refrain.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reading piece by piece, in buffers that cut characters in the middle. */
class CorpusSourceTest {
  @TempDir Path folder;

  private static String longText() {
    String[] words = {"a", "é", "字", "😀", " ", "\n", "the ", "\uFEFF"};
    StringBuilder text = new StringBuilder();
    SplittableRandom random = new SplittableRandom(5);
    while (text.length() < 300_000) {
      text.append(words[random.nextInt(words.length)]);
    }
    return text.toString();
  }

  @Test
  void charactersAcrossBuffersComeBackAndTheHashIsTheTexts() throws Exception {
    String text = longText();
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    String sha1 = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(utf8));
    for (int shift = 0; shift < 5; shift++) {
      CorpusSource source =
          CorpusSource.of("long", ("x".repeat(shift) + text).getBytes(StandardCharsets.UTF_8));
      assertThat(source.read().text()).isEqualTo("x".repeat(shift) + text);
    }
    try (CorpusReader reader = CorpusSource.of("long", utf8).open()) {
      reader.readToEnd();
      assertThat(reader.sha1()).isEqualTo(sha1).isEqualTo(reader.sha1());
      assertThat(reader.bytesRead()).isEqualTo(utf8.length);
    }
  }

  @Test
  void theHashOfAFolderIsThatOfItsText() throws IOException {
    Files.writeString(folder.resolve("a.txt"), "\uFEFFone");
    Files.writeString(folder.resolve("b.txt"), "");
    Files.writeString(folder.resolve("c.txt"), "three\n");
    CorpusSource source = CorpusSource.at(folder);

    try (CorpusReader reader = source.open();
        CorpusReader same =
            CorpusSource.of("same", "one\n\nthree\n".getBytes(StandardCharsets.UTF_8)).open()) {
      assertThatIllegalStateException().isThrownBy(reader::sha1).withMessageContaining("byte 0");
      reader.readToEnd();
      same.readToEnd();
      assertThat(reader.sha1()).isEqualTo(same.sha1());
      assertThat(reader.read()).isEqualTo(-1);
      assertThat(reader.bytesRead()).isEqualTo(source.bytes()).isEqualTo(12);
    }
    assertThat(source.read().text()).isEqualTo("one\n\nthree\n");
    assertThat(source.named("known").read().name()).isEqualTo("known");
  }

  @Test
  void aBadByteFarInIsNamed() {
    byte[] bytes = longText().getBytes(StandardCharsets.UTF_8);
    int place = 200_001;
    while ((bytes[place] & 0xC0) == 0x80) {
      place++;
    }
    byte[] nul = bytes.clone();
    nul[place] = 0;
    nul[place + 100] = (byte) 0xFF;
    bytes[place] = (byte) 0xFF;
    int at = place;

    assertThatExceptionOfType(CorpusException.class)
        .isThrownBy(() -> CorpusSource.of("bad", bytes).read())
        .withMessageContaining("(not UTF-8 at byte %d)", at);
    assertThatExceptionOfType(CorpusException.class)
        .isThrownBy(() -> CorpusSource.of("bad", nul).read())
        .withMessageContaining("byte %d)", at);
  }

  @Property
  void anyBytesAreTextOrRefusedAsTheJdkDoes(@ForAll byte[] noise) throws IOException {
    byte[] bytes = new byte[noise.length + 1];
    bytes[0] = 'x';
    for (int i = 0; i < noise.length; i++) {
      bytes[i + 1] = noise[i] == 0 ? 1 : noise[i];
    }
    String expected;
    try {
      expected = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      assertThatExceptionOfType(CorpusException.class)
          .isThrownBy(() -> CorpusSource.of("noise", bytes).read());
      return;
    }
    assertThat(CorpusSource.of("noise", bytes).read().text()).isEqualTo(expected);
  }
}
