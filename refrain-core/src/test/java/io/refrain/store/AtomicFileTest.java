package io.refrain.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  private static final List<NamedTensor> TENSORS =
      List.of(new NamedTensor("w", new int[] {2, 3}, new float[] {1, 2, 3, 4, 5, 6}));
  private static final String FULL = "No space left on device";

  @TempDir Path folder;
  private Path target;

  @BeforeEach
  void oldContent() throws IOException {
    target = folder.resolve("model.safetensors");
    Files.writeString(target, "old");
  }

  @Test
  void replacesAndCreates() throws IOException {
    AtomicFile.write(target, out -> out.write("new".getBytes(StandardCharsets.UTF_8)));
    Path other = folder.resolve("other");
    AtomicFile.write(other, out -> {});
    assertThat(target).hasContent("new");
    assertThat(other).isEmptyFile();
    assertThat(ScratchFolder.namesIn(folder)).containsExactly("model.safetensors", "other");
  }

  @Test
  void theBodyMayCloseItsStream() throws IOException {
    AtomicFile.write(
        target,
        out -> {
          try (Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8)) {
            writer.write("new");
          }
        });
    assertThat(target).hasContent("new");
  }

  @Test
  void aDiskThatIsFullAtAnyByteLeavesTheOldContent() throws IOException {
    Safetensors.write(folder.resolve("whole"), Map.of("k", "v"), TENSORS);
    long length = Files.size(folder.resolve("whole"));
    Files.delete(folder.resolve("whole"));
    for (long room = 0; room < length; room++) {
      AtomicFile full = new AtomicFile(new RoomFor(room));
      assertOldContentSurvives(full, FULL);
      Files.delete(target);
      assertThatIOException().isThrownBy(() -> writeModel(full));
      assertThat(ScratchFolder.namesIn(folder)).isEmpty();
      oldContent();
    }
    writeModel(new AtomicFile(new RoomFor(length)));
    assertThat(Files.size(target)).isEqualTo(length);
  }

  @Test
  void aFailingCreationLeavesTheOldContent() throws IOException {
    FileSystemCalls calls =
        new FileSystemCalls() {
          @Override
          public FileOutputStream create(Path file) throws IOException {
            throw new FileSystemException(file.toString(), null, "Read-only file system");
          }
        };
    assertOldContentSurvives(new AtomicFile(calls), "Read-only file system");
  }

  @Test
  void aFailingForceLeavesTheOldContent() throws IOException {
    FileSystemCalls calls =
        new FileSystemCalls() {
          @Override
          public void force(FileOutputStream stream) throws IOException {
            throw new IOException("Input/output error");
          }
        };
    assertOldContentSurvives(new AtomicFile(calls), "Input/output error");
  }

  @Test
  void aFailingCloseLeavesTheOldContent() throws IOException {
    FileSystemCalls calls =
        new FileSystemCalls() {
          @Override
          public FileOutputStream create(Path file) throws IOException {
            return new FileOutputStream(file.toFile()) {
              @Override
              public void close() throws IOException {
                super.close();
                throw new IOException("Disk quota exceeded");
              }
            };
          }
        };
    assertOldContentSurvives(new AtomicFile(calls), "Disk quota exceeded");
  }

  @Test
  void aFailingRenameLeavesTheOldContent() throws IOException {
    FileSystemCalls calls =
        new FileSystemCalls() {
          @Override
          public void rename(Path from, Path to) throws IOException {
            throw new FileSystemException(from.toString(), to.toString(), "Permission denied");
          }
        };
    assertOldContentSurvives(new AtomicFile(calls), "Permission denied");
  }

  @Test
  void aFailingForceOfTheFolderIsReportedWithTheNewContentInPlace() throws IOException {
    FileSystemCalls calls =
        new FileSystemCalls() {
          @Override
          public void forceFolder(Path forced) throws IOException {
            throw new IOException("Input/output error");
          }
        };
    assertThatIOException()
        .isThrownBy(() -> writeModel(new AtomicFile(calls)))
        .withMessage("cannot write %s, it may not survive a power cut: Input/output error", target);
    assertThat(Files.size(target)).isGreaterThan(3);
    assertThat(ScratchFolder.namesIn(folder)).containsExactly("model.safetensors");
  }

  @Test
  void aFailingBodyLeavesTheOldContent() throws IOException {
    assertThatIllegalStateException()
        .isThrownBy(() ->
            AtomicFile.write(
                target,
                out -> {
                  out.write(1);
                  throw new IllegalStateException("bug");
                }))
        .withMessage("bug");
    assertThatExceptionOfType(OutOfMemoryError.class)
        .isThrownBy(() ->
            AtomicFile.write(
                target,
                out -> {
                  throw new OutOfMemoryError("simulated");
                }));
    assertThat(target).hasContent("old");
    assertThat(ScratchFolder.namesIn(folder)).containsExactly("model.safetensors");
  }

  @Test
  void theDeviceThatIsAlwaysFullLeavesTheOldContent() throws IOException {
    Path device = Path.of("/dev/full");
    assumeTrue(Files.isWritable(device), "this system has no /dev/full");
    FileSystemCalls calls =
        new FileSystemCalls() {
          @Override
          public FileOutputStream create(Path file) throws IOException {
            return new FileOutputStream(device.toFile());
          }
        };
    assertThatIOException().isThrownBy(() -> writeModel(new AtomicFile(calls)));
    assertThat(target).hasContent("old");
    assertThat(ScratchFolder.namesIn(folder)).containsExactly("model.safetensors");
  }

  @Test
  void anInterruptedThreadStillSaves() throws IOException {
    Thread.currentThread().interrupt();
    try {
      Safetensors.write(target, Map.of(), TENSORS);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    try (SafetensorsFile file = SafetensorsFile.open(target)) {
      assertThat(file.tensors()).isEqualTo(TENSORS);
    }
  }

  @Test
  void aSymbolicLinkStays() throws IOException {
    Path link = folder.resolve("link");
    try {
      Files.createSymbolicLink(link, target);
    } catch (IOException | UnsupportedOperationException refused) {
      abort("this system makes no symbolic links");
    }
    AtomicFile.write(link, out -> out.write('n'));
    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("n");
  }

  @Test
  void refusesWhatIsNoFile() throws IOException {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    assertThatIOException()
        .isThrownBy(() -> AtomicFile.write(inside, out -> {}))
        .withMessage("%s: cannot be replaced, because it is not a regular file", inside);
    Path nowhere = folder.resolve("nowhere").resolve("file");
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> AtomicFile.write(nowhere, out -> {}))
        .withMessage("%s: cannot be written, because its folder does not exist", nowhere);
  }

  @Test
  void aNameOfTheGreatestLengthIsWritten() throws IOException {
    Path longest = folder.resolve("x".repeat(255));
    AtomicFile.write(longest, out -> out.write('n'));
    assertThat(longest).hasContent("n");
  }

  private void assertOldContentSurvives(AtomicFile atomicFile, String reason) throws IOException {
    assertThatIOException()
        .isThrownBy(() -> writeModel(atomicFile))
        .withMessage("cannot write %s, nothing was changed: %s", target, reason);
    assertThat(target).hasContent("old");
    assertThat(ScratchFolder.namesIn(folder)).containsExactly("model.safetensors");
  }

  private void writeModel(AtomicFile atomicFile) throws IOException {
    atomicFile.replace(target, out -> Safetensors.write(out, Map.of("k", "v"), TENSORS));
  }

  /** A disk that takes so many bytes and then, as a real one does, the first part of a write. */
  private record RoomFor(long bytes) implements FileSystemCalls {
    @Override
    public FileOutputStream create(Path file) throws IOException {
      return new FileOutputStream(file.toFile()) {
        private long room = bytes;

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
          int fits = (int) Math.min(length, room);
          super.write(source, offset, fits);
          room -= fits;
          if (fits < length) {
            throw new IOException(FULL);
          }
        }
      };
    }
  }
}
