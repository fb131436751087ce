package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.junit.jupiter.api.Test;

class FailureMessageTest {
  @Test
  void putsInWordsWhatJavaTellsByTheKindOfAnException() {
    assertThat(FailureMessage.of(new AccessDeniedException("a"))).isEqualTo("a: permission denied");
    assertThat(FailureMessage.of(new NotDirectoryException("a"))).isEqualTo("a: is not a folder");
    assertThat(FailureMessage.of(new UncheckedIOException(new NoSuchFileException("a"))))
        .isEqualTo("a: there is no such file or folder");
    assertThat(FailureMessage.of(new FileSystemException("a")))
        .isEqualTo("a: the system refused, and did not say why");
  }

  @Test
  void leavesReasonsAsTheyAre() {
    assertThat(FailureMessage.of(new FileSystemException("a", null, "No space left on device")))
        .isEqualTo("a: No space left on device");
    assertThat(FailureMessage.of(new IOException("broken\nsecond line"))).isEqualTo("broken");
    assertThat(FailureMessage.of(new IllegalStateException()))
        .contains("IllegalStateException", "--stacktrace");
  }
}
