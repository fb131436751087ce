package io.refrain.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.store.SafetensorsException.Defect;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever happens to the bytes of a good file, it is read or its defect is named. */
class SafetensorsMutationTest {
  @TempDir Path folder;

  @Test
  void everyTruncationOfAGoodFileIsADefect() throws IOException {
    byte[] valid = valid();
    for (int length = 0; length < valid.length; length++) {
      assertThat(defectOf(Arrays.copyOf(valid, length)))
          .isIn(Defect.FILE_TOO_SHORT, Defect.HEADER_OUT_OF_FILE, Defect.OUT_OF_FILE);
    }
    assertThat(defectOf(Arrays.copyOf(valid, valid.length + 1))).isEqualTo(Defect.TRAILING_BYTES);
  }

  @Test
  void everySingleBitFlipIsReadOrNamed() throws IOException {
    byte[] valid = valid();
    for (int bit = 0; bit < valid.length * Byte.SIZE; bit++) {
      byte[] mutant = valid.clone();
      mutant[bit / Byte.SIZE] ^= (byte) (1 << (bit % Byte.SIZE));
      defectOf(mutant);
    }
  }

  @Property(tries = 500)
  void everyMutantIsReadOrNamed(
      @ForAll byte[] replacement, @ForAll int position, @ForAll boolean insert) throws IOException {
    byte[] valid = valid();
    int start = Math.floorMod(position, valid.length);
    int rest = insert ? start : Math.min(valid.length, start + replacement.length);
    ByteArrayOutputStream mutant = new ByteArrayOutputStream();
    mutant.write(valid, 0, start);
    mutant.write(replacement);
    mutant.write(valid, rest, valid.length - rest);
    try (ScratchFolder scratch = new ScratchFolder()) {
      defectOf(scratch.file("mutant"), mutant.toByteArray());
    }
  }

  private @Nullable Defect defectOf(byte[] content) throws IOException {
    return defectOf(folder.resolve("mutant"), content);
  }

  /** Reads all of a file; anything but success or a named defect is thrown and fails the test. */
  private static @Nullable Defect defectOf(Path file, byte[] content) throws IOException {
    ScratchFolder.rewrite(file, content);
    try (SafetensorsFile read = SafetensorsFile.open(file)) {
      assertThat(read.tensors()).hasSameSizeAs(read.names());
      return null;
    } catch (SafetensorsException defect) {
      assertThat(defect.getMessage()).hasLineCount(1);
      return defect.defect();
    }
  }

  private static byte[] valid() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Safetensors.write(
        out,
        Map.of("format", "pt"),
        List.of(
            new NamedTensor("weight", new int[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6}),
            new NamedTensor("bias é", new int[] {2}, new float[] {7, 8})));
    return out.toByteArray();
  }
}
