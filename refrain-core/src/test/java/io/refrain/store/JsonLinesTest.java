package io.refrain.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesTest {
  @TempDir Path folder;
  private Path log;

  /** A process whose files may not grow beyond a limit: logs until that fails. */
  static final class Filler {
    private Filler() {}

    public static void main(String[] arguments) throws IOException {
      Path folder = Path.of(arguments[0]);
      try (JsonLines lines = JsonLines.open(folder.resolve("metrics.jsonl"))) {
        for (int step = 0; ; step++) {
          lines.append(Map.of("step", step));
        }
      } catch (IOException full) {
        System.out.println(full.getMessage());
      }
      try {
        NamedTensor large = new NamedTensor("w", new int[] {1000}, new float[1000]);
        Safetensors.write(folder.resolve("model.safetensors"), Map.of(), List.of(large));
      } catch (IOException full) {
        System.out.println(full.getMessage());
      }
    }
  }

  @BeforeEach
  void log() {
    log = folder.resolve("metrics.jsonl");
  }

  @Test
  void recordsAreReadableWhileTheLogIsOpen() throws IOException {
    try (JsonLines lines = JsonLines.open(log)) {
      lines.append(Map.of("loss", 1.5));
      assertThat(JsonLines.read(log)).hasSize(1);
      lines.append(Map.of("loss", Double.NaN));
      lines.append(Map.of("loss", Float.POSITIVE_INFINITY));
      lines.force();
      assertThat(lines.position()).isEqualTo(Files.size(log));
    }
    assertThat(log).hasContent("{\"loss\":1.5}\n{\"loss\":null}\n{\"loss\":null}\n");
  }

  @Test
  void appendsToWhatIsThere() throws IOException {
    append("a", "b");
    append("c");
    assertThat(texts()).containsExactly("a", "b", "c");
  }

  @Test
  void everyTornLineIsIgnoredAndCutOff() throws IOException {
    append("first", "second");
    byte[] whole = Files.readAllBytes(log);
    int first = "{\"text\":\"first\"}\n".length();
    for (int length = 0; length <= whole.length; length++) {
      Files.write(log, Arrays.copyOf(whole, length));
      int expected = length == whole.length ? 2 : length >= first ? 1 : 0;
      assertThat(JsonLines.read(log)).hasSize(expected);
      append("next");
      assertThat(texts()).hasSize(expected + 1).endsWith("next");
    }
  }

  @Test
  void aTornLineLongerThanAChunkIsCutOff() throws IOException {
    append("first");
    Files.writeString(log, "x".repeat(20_000), StandardOpenOption.APPEND);
    append("next");
    assertThat(texts()).containsExactly("first", "next");
  }

  @Test
  void resumingCutsOffWhatCameAfterTheCheckpoint() throws IOException {
    try (JsonLines lines = JsonLines.open(log)) {
      lines.append(Map.of("text", "kept"));
      long checkpoint = lines.position();
      lines.append(Map.of("text", "lost"));
      lines.truncateTo(checkpoint);
      lines.append(Map.of("text", "again"));
      assertThat(texts()).containsExactly("kept", "again");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> lines.truncateTo(3))
          .withMessage("no record of %s ends at byte 3; it has %d bytes", log, Files.size(log));
      assertThatIllegalArgumentException().isThrownBy(() -> lines.truncateTo(-1));
      assertThatIllegalArgumentException().isThrownBy(() -> lines.truncateTo(1000));
      lines.append(Map.of("text", "more"));
      lines.truncateTo(0);
      assertThat(log).isEmptyFile();
    }
  }

  @Test
  void aDefectNamesItsLine() throws IOException {
    Files.writeString(log, "{\"text\":\"a\"}\n{\"text\":}\n", StandardCharsets.UTF_8);
    assertThatExceptionOfType(JsonException.class)
        .isThrownBy(() -> JsonLines.read(log))
        .withMessageStartingWith(log + ", line 2: not JSON at line 1, column 9");
  }

  @Test
  @Timeout(60)
  void aFileThatCannotGrowKeepsItsRecordsWhole() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a POSIX shell's ulimit");
    Files.writeString(folder.resolve("model.safetensors"), "old");
    Process process = ChildJvm.startLimited("ulimit -f 1", Filler.class, folder.toString());
    List<String> output;
    try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
      output = reader.lines().toList();
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(output).hasSize(2);
    assertThat(output.get(0)).startsWith("cannot write " + log + ": ");
    assertThat(output.get(1))
        .startsWith(
            "cannot write " + folder.resolve("model.safetensors") + ", nothing was changed: ");
    assertThat(Files.readString(log)).endsWith("}\n");
    assertThat(JsonLines.read(log)).hasSizeGreaterThan(30);
    assertThat(folder.resolve("model.safetensors")).hasContent("old");
    assertThat(ScratchFolder.namesIn(folder)).containsExactly("metrics.jsonl", "model.safetensors");
  }

  private void append(String... texts) throws IOException {
    try (JsonLines lines = JsonLines.open(log)) {
      for (String text : texts) {
        lines.append(Map.of("text", text));
      }
    }
  }

  private List<String> texts() throws IOException {
    List<String> texts = new ArrayList<>();
    for (JsonObject record : JsonLines.read(log)) {
      texts.add(record.string("text"));
    }
    return texts;
  }
}
