package io.refrain.cli;

import io.refrain.cli.Trial.Metric;
import io.refrain.evaluate.CachingReader;
import java.util.List;

/**
 * A figure that others have published, or that a recipe is held to; docs/results.md has the
 * sources.
 *
 * @param recipe that it is trained by, and its own name
 * @param trial how it is found out
 * @param duration about how long that takes on two cores
 */
record PublishedFigure(String recipe, Trial trial, String duration) {
  static final List<PublishedFigure> ALL =
      List.of(
          new PublishedFigure("notebook", new ByHeart(Metric.LOSS, 0.95), "15 seconds"),
          new PublishedFigure("d2l-rnn", new ByHeart(Metric.PERPLEXITY, 1.3), "10 seconds"),
          new PublishedFigure("d2l-gru", new ByHeart(Metric.PERPLEXITY, 1.1), "25 seconds"),
          new PublishedFigure("d2l-lstm", new ByHeart(Metric.PERPLEXITY, 1.1), "30 seconds"),
          new PublishedFigure("d2l-lstm2", new ByHeart(Metric.PERPLEXITY, 1.05), "a minute"),
          new PublishedFigure(
              "shakespeare-3min", new Unseen(null, Metric.LOSS, 1.60, 3), "3 minutes"),
          new PublishedFigure("shakespeare", new Unseen(null, Metric.LOSS, 1.47, 60), "an hour"),
          new PublishedFigure(
              "wikitext2",
              new Unseen(
                  "wikitext-2-test",
                  Metric.PERPLEXITY,
                  100,
                  90,
                  new Unseen.Cached(new CachingReader.Options(2000, 12, 0.25), 90)),
              "an hour and a half"),
          new PublishedFigure(
              "dickens-bpe", new Unseen(null, Metric.BITS_PER_CHARACTER, 1.739, 5), "4 minutes"));
}
