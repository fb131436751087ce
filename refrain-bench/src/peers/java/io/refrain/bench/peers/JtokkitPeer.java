package io.refrain.bench.peers;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.IntArrayList;
import io.refrain.bench.serve.Peer;
import io.refrain.bench.serve.PeerCase;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.TokenEncoding;
import io.refrain.bench.workload.WikiText2;
import io.refrain.bench.workload.Workload;

/** jtokkit's encoders, which take no more than one thread. */
final class JtokkitPeer implements Peer {
  /** It has no class that tells. */
  private static final String VERSION = "1.1.0";

  @Override
  public String name() {
    return "jtokkit " + VERSION;
  }

  @Override
  public PeerCase open(Workload workload, PeerVariant variant) {
    if (!(workload instanceof TokenEncoding encoding)) {
      throw new IllegalArgumentException("jtokkit cannot do " + workload.name());
    }
    Encoding encoder =
        Encodings.newLazyEncodingRegistry().getEncoding(encoding.vocabulary()).orElseThrow();
    String text = WikiText2.text();
    return new PeerCase() {
      @Override
      public double run(int units) {
        IntArrayList ids = new IntArrayList(0);
        for (int unit = 0; unit < units; unit++) {
          ids = encoder.encodeOrdinary(text);
        }
        return TokenEncoding.figure(ids.toArray());
      }

      @Override
      public void close() {}
    };
  }
}
