package io.refrain.text;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.time.Duration;

/** How a data set is brought from its public address. */
@FunctionalInterface
public interface Fetcher {
  /**
   * Opens what lies at the address; the caller closes it.
   *
   * @param address the public address
   * @return the bytes, to be closed by the caller
   * @throws IOException if the address cannot be reached, or has nothing to give
   */
  InputStream open(URI address) throws IOException;

  /**
   * Fetches over HTTP or HTTPS and gives up when a server is silent for half a minute.
   *
   * @return a fetcher for http and https addresses
   */
  static Fetcher overHttp() {
    return address -> {
      URLConnection connection = address.toURL().openConnection();
      connection.setConnectTimeout(Math.toIntExact(Duration.ofSeconds(10).toMillis()));
      connection.setReadTimeout(Math.toIntExact(Duration.ofSeconds(30).toMillis()));
      return connection.getInputStream();
    };
  }
}
