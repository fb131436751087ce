package io.refrain.bench;

import io.refrain.bench.workload.Library;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The program of a peer, which the launcher built with Maven. DL4J has one of its own, since it
 * needs an older JavaCPP and OpenBLAS than libtorch.
 *
 * @param classPath of the program and the peer's library
 * @param mainClass where it starts
 */
record PeerProgram(String classPath, String mainClass) {

  /** What takes the place of a program that could not be built. */
  static final class NotBuiltException extends Exception {
    private static final long serialVersionUID = 1L;

    NotBuiltException(String reason) {
      super(reason);
    }

    /** One line. */
    String reason() {
      return String.valueOf(getMessage());
    }
  }

  private static final String LIST_OF_LIBRARIES = "classpath.txt";

  /** Where the launcher says in a line why it could not build. */
  private static final String FAILURE = "failure.txt";

  /**
   * Finds a peer's program.
   *
   * @param folder of libtorch and DJL, or of DL4J: {@code classes} and {@code classpath.txt}
   */
  static PeerProgram of(Library library, Path folder) throws IOException, NotBuiltException {
    Path failure = folder.resolve(FAILURE);
    if (Files.exists(failure)) {
      throw new NotBuiltException(Files.readString(failure).strip());
    }
    Path libraries = folder.resolve(LIST_OF_LIBRARIES);
    if (!Files.exists(libraries)) {
      throw new NotBuiltException(libraries + " is missing: delete its folder and start again");
    }
    String classPath =
        folder.resolve("classes") + File.pathSeparator + Files.readString(libraries).strip();
    return new PeerProgram(
        classPath,
        library == Library.DL4J
            ? "io.refrain.bench.dl4j.Dl4jMain"
            : "io.refrain.bench.peers.PeerMain");
  }
}
