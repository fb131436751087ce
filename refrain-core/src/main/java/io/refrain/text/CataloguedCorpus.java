package io.refrain.text;

import java.net.URI;

/**
 * A text that Refrain knows by name.
 *
 * @param name what the command line calls it
 * @param address where it is published
 * @param sha1 the SHA-1 of the file in lower-case hexadecimal digits
 * @param bytes the length of the file
 * @param file its path below a data folder, with / between the parts
 */
public record CataloguedCorpus(String name, URI address, String sha1, int bytes, String file) {
  static final CataloguedCorpus TIME_MACHINE =
      new CataloguedCorpus(
          "time-machine",
          URI.create("http://d2l-data.s3-accelerate.amazonaws.com/timemachine.txt"),
          "090b5e7e70c295757f55df93cb0a180b9691891a",
          178_979,
          "timemachine/timemachine.txt");

  static final CataloguedCorpus TINY_SHAKESPEARE =
      new CataloguedCorpus(
          "tiny-shakespeare",
          URI.create(
              "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"),
          "04486597058d11dcc2c556b1d0433891eb639d2e",
          1_115_394,
          "tinyshakespeare/input.txt");
}
