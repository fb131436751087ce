package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.refrain.bench.PeerProgram.NotBuiltException;
import io.refrain.bench.workload.Library;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeerProgramTest {
  @TempDir private Path folder;

  @Test
  void isOnTheClassPathThatMavenWrote() throws Exception {
    Files.writeString(folder.resolve("classpath.txt"), "a.jar:b.jar\n");

    PeerProgram program = PeerProgram.of(Library.DJL, folder);

    assertThat(program.classPath())
        .isEqualTo(folder.resolve("classes") + File.pathSeparator + "a.jar:b.jar");
    assertThat(program.mainClass()).isEqualTo("io.refrain.bench.peers.PeerMain");
    assertThat(PeerProgram.of(Library.DL4J, folder).mainClass())
        .isEqualTo("io.refrain.bench.dl4j.Dl4jMain");
  }

  @Test
  void saysWhyItCouldNotBeBuilt() throws Exception {
    Files.writeString(folder.resolve("failure.txt"), "no such artifact\n");

    assertThatThrownBy(() -> PeerProgram.of(Library.DL4J, folder))
        .isInstanceOf(NotBuiltException.class)
        .hasMessage("no such artifact");
  }

  @Test
  void saysWhatIsMissing() {
    assertThatThrownBy(() -> PeerProgram.of(Library.DL4J, folder))
        .isInstanceOf(NotBuiltException.class)
        .hasMessageContaining("classpath.txt is missing");
  }
}
