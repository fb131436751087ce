package io.refrain.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RunLockTest {
  @TempDir Path run;

  /** Another process: takes the lock, says so, and keeps it until its input ends. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws IOException {
      try (RunLock _ = RunLock.acquire(Path.of(arguments[0]))) {
        System.out.println("locked");
        System.in.read();
      } catch (RunLockedException locked) {
        System.out.println(locked.getMessage());
      }
    }
  }

  @Test
  void oneHolderAtATimeInAProcess() throws IOException {
    RunLock first = RunLock.acquire(run);
    Path sameRun = run.resolve(".");
    assertThatExceptionOfType(RunLockedException.class)
        .isThrownBy(() -> RunLock.acquire(sameRun))
        .withMessageMatching(lockedBy(sameRun, ProcessHandle.current().pid()));
    first.close();
    RunLock second = RunLock.acquire(run);
    first.close();
    assertThatExceptionOfType(RunLockedException.class).isThrownBy(() -> RunLock.acquire(run));
    second.close();
  }

  @Test
  void anotherProcessHoldsTheLockUntilItDies() throws Exception {
    Process process = ChildJvm.start(Holder.class, run.toString());
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("locked");
      assertThatExceptionOfType(RunLockedException.class)
          .isThrownBy(() -> RunLock.acquire(run))
          .withMessageMatching(lockedBy(run, process.pid()));
    } finally {
      process.destroyForcibly().waitFor();
    }
    RunLock.acquire(run).close();
  }

  @Test
  void aRefusedAttemptInTheSameProcessDoesNotGiveTheLockAway() throws Exception {
    try (RunLock _ = RunLock.acquire(run)) {
      assertThatExceptionOfType(RunLockedException.class).isThrownBy(() -> RunLock.acquire(run));
      Process process = ChildJvm.start(Holder.class, run.toString());
      try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
        assertThat(output.readLine())
            .contains("is being written by process " + ProcessHandle.current().pid());
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
  }

  @Test
  void theHolderRemovesWhatAKilledProcessLeftHalfWritten() throws IOException {
    Files.writeString(run.resolve(".refrain-1234.part"), "half");
    Files.writeString(run.resolve("model.safetensors"), "whole");
    RunLock.acquire(run).close();
    assertThat(ScratchFolder.namesIn(run)).containsExactly("model.safetensors", RunLock.FILE_NAME);
  }

  @Test
  void isInPlaceUntilItsDirectoryIsAnother() throws IOException {
    Path first = Files.createDirectory(run.resolve("first"));
    Path moved = run.resolve("moved");
    RunLock lock = RunLock.acquire(first);
    assertThat(lock.isInPlace()).isTrue();
    Files.move(first, moved);
    assertThat(lock.isInPlace()).isFalse();
    Files.createDirectory(first);
    assertThat(lock.isInPlace()).isFalse();
    Files.writeString(first.resolve(RunLock.FILE_NAME), "of another process");
    assertThat(lock.isInPlace()).isFalse();
    Files.move(first, run.resolve("another"));
    Files.move(moved, first);
    assertThat(lock.isInPlace()).isTrue();
    lock.close();
    assertThat(lock.isInPlace()).isFalse();
  }

  @Test
  void aDirectoryThatIsNoneCannotBeLocked() {
    Path missing = run.resolve("missing");
    assertThatExceptionOfType(NotDirectoryException.class)
        .isThrownBy(() -> RunLock.acquire(missing))
        .withMessage("%s is no directory and cannot be locked", missing);
  }

  @Test
  void aLockFileThatCannotBeOpenedIsExplained() throws IOException {
    Files.createDirectory(run.resolve(RunLock.FILE_NAME));
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> RunLock.acquire(run))
          .withMessageStartingWith("cannot lock " + run + ": ");
    }
  }

  private static String lockedBy(Path directory, long process) {
    return "\\Q%s\\E is being written by process %d since \\S+Z; wait for it or choose.* --out"
        .formatted(directory, process);
  }
}
