package io.refrain.bench.peers;

import io.refrain.bench.serve.PeerServer;
import java.io.IOException;

/** The program of libtorch, DJL and jtokkit; {@link PeerServer} tells its arguments and orders. */
public final class PeerMain {

  private PeerMain() {}

  /**
   * Runs the program.
   *
   * @param arguments see {@link PeerServer}
   * @throws IOException if standard input breaks
   */
  public static void main(String[] arguments) throws IOException {
    PeerServer.run(
        arguments,
        (library, threads) ->
            switch (library) {
              case LIBTORCH -> new LibtorchPeer(threads);
              case DJL -> new DjlPeer(threads);
              case JTOKKIT -> new JtokkitPeer();
              case REFRAIN, DL4J -> null;
            });
  }
}
