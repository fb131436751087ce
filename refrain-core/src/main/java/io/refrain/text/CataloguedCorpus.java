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

  static final CataloguedCorpus WIKITEXT_2 =
      wikitext("", "train", "863f29c46ef9d167fff4940ec821195882fe29d1", 10_797_148);

  static final CataloguedCorpus WIKITEXT_2_VALIDATION =
      wikitext("-valid", "valid", "0418625c8b4da6e4b5c7a0b9e78d4ae8f7ee5422", 1_121_681);

  static final CataloguedCorpus WIKITEXT_2_TEST =
      wikitext("-test", "test", "c7b8ce0aa086fb34dab808c5c49224211eb2b172", 1_256_449);

  /** A part of WikiText-2 (Merity et al. 2016), split into words. */
  private static CataloguedCorpus wikitext(String suffix, String part, String sha1, int bytes) {
    return new CataloguedCorpus(
        "wikitext-2" + suffix,
        URI.create(
            "https://raw.githubusercontent.com/pytorch/examples/main/word_language_model/data/wikitext-2/%s.txt"
                .formatted(part)),
        sha1,
        bytes,
        "wikitext-2/wiki.%s.tokens".formatted(part));
  }
}
