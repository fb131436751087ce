package io.refrain.bench.dl4j;

import io.refrain.bench.serve.PeerServer;
import io.refrain.bench.workload.Library;
import java.io.IOException;

/** The program of DL4J; {@link PeerServer} tells its arguments and orders. */
public final class Dl4jMain {

  private Dl4jMain() {}

  /**
   * Runs the program. DL4J takes its number of threads from {@code OMP_NUM_THREADS}.
   *
   * @param arguments see {@link PeerServer}
   * @throws IOException if standard input breaks
   */
  public static void main(String[] arguments) throws IOException {
    PeerServer.run(arguments, (library, _) -> library == Library.DL4J ? new Dl4jPeer() : null);
  }
}
