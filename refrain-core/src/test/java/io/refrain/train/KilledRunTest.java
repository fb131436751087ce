package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.refrain.kernel.ThreadTeam;
import io.refrain.store.ChildJvm;
import io.refrain.store.RunLock;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes that train, and are killed or run out of disk at it. */
@Timeout(60)
class KilledRunTest {
  private static final SmallTraining TRAINING =
      SmallTraining.adam().withEpochs(24).evaluatedEvery(7, 0);
  private static final int UPDATES = 120;
  private static final int KILLS = 4;

  @TempDir static Path shared;
  private static Path expected;

  @TempDir Path folder;

  /** Begins a run, or goes on with it; prints every update, "end" or why there is none. */
  static final class Child {
    /** Held, for a logger that nobody holds is forgotten with its level. */
    private static final Logger KERNELS = Logger.getLogger("io.refrain.kernel");

    private Child() {}

    public static void main(String[] arguments) {
      KERNELS.setLevel(Level.OFF); // whether there is SIMD is the parent's message
      RunDirectory directory = new RunDirectory(Path.of(arguments[0]));
      ThreadTeam team = ThreadTeam.single();
      try (TrainingRun run =
          directory.exists()
              ? TrainingRun.resume(
                  directory, directory.config(), SmallTraining.split(directory.config()), team)
              : TrainingRun.create(
                  directory,
                  TRAINING.run(),
                  SmallTraining.TOKENIZER,
                  SmallTraining.split(TRAINING.run()),
                  team)) {
        run.checkpointEvery(0);
        run.run(
            new TrainingListener() {
              @Override
              public void updated(Progress progress, Update update) {
                System.out.println(progress.update());
              }
            });
        System.out.println("end");
      } catch (IOException failure) {
        System.out.println(failure.getMessage());
      }
    }
  }

  /** Runs to the end and returns the last line. */
  private static String finish(Process process) throws Exception {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      String last = "";
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        last = line;
      }
      process.waitFor();
      return last;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  @BeforeAll
  static void undisturbed() throws Exception {
    expected = shared.resolve("undisturbed");
    assertThat(finish(ChildJvm.start(Child.class, expected.toString()))).isEqualTo("end");
  }

  @Test
  void killedAtAnyMomentARunEndsWithTheSameBits() throws Exception {
    long seed = System.nanoTime();
    Path path = folder.resolve("killed-" + seed); // which a failure names, to be tried again
    SplittableRandom random = new SplittableRandom(seed);
    for (int kill = 1; kill <= KILLS; kill++) {
      Process process = ChildJvm.start(Child.class, path.toString());
      try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
        int lines = random.nextInt(1, UPDATES / (KILLS + 1));
        String line = output.readLine();
        for (int i = 1; i < lines && !"end".equals(line); i++) {
          assertThat(line).as(path.toString()).matches("\\d+");
          line = output.readLine();
        }
        TimeUnit.MICROSECONDS.sleep(random.nextInt(5000));
      } finally {
        process.destroyForcibly().waitFor();
      }
    }
    assertThat(finish(ChildJvm.start(Child.class, path.toString())))
        .as(path.toString())
        .isEqualTo("end");
    SmallRun.assertSameRun(path, expected);
  }

  @Test
  void aDiskThatIsFullAtTheStartLeavesNoHalfOfARun() throws Exception {
    assumeTrue(File.separatorChar == '/', "skipped: needs a shell with ulimit");
    Path path = folder.resolve("full");
    RunDirectory directory = new RunDirectory(path);
    assertThat(finish(ChildJvm.startLimited("ulimit -f 4", Child.class, path.toString())))
        .startsWith("cannot write " + directory.resumeFile() + ", nothing was changed: ");
    assertThat(path).isDirectoryNotContaining(file -> !file.endsWith(RunLock.FILE_NAME));
    assertThat(finish(ChildJvm.start(Child.class, path.toString()))).isEqualTo("end");
    SmallRun.assertSameRun(path, expected);
  }

  @Test
  void aDiskThatFillsUpLeavesTheOldCheckpoint() throws Exception {
    assumeTrue(File.separatorChar == '/', "skipped: needs a shell with ulimit");
    Path path = folder.resolve("full");
    RunDirectory directory = new RunDirectory(path);
    TrainingRun.create(
            directory,
            TRAINING.run(),
            SmallTraining.TOKENIZER,
            SmallTraining.split(TRAINING.run()),
            ThreadTeam.single())
        .close();
    byte[] old = Files.readAllBytes(directory.resumeFile());
    assertThat(old.length).isGreaterThan(2048);

    // Files of at most four blocks of 512 bytes, or of 1024 in some shells.
    assertThat(finish(ChildJvm.startLimited("ulimit -f 4", Child.class, path.toString())))
        .startsWith("cannot write " + directory.resumeFile() + ", nothing was changed: ");
    assertThat(directory.resumeFile()).hasBinaryContent(old);

    assertThat(finish(ChildJvm.start(Child.class, path.toString()))).isEqualTo("end");
    SmallRun.assertSameRun(path, expected);
  }
}
