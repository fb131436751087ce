package io.refrain.cli;

import io.refrain.generate.BeamSearch;
import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.generate.SessionBatch;
import io.refrain.generate.StopStrings;
import io.refrain.text.Tokenizer;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Writes texts from where a session stands, to people or to programs.
 *
 * @param beginning tokens that were read and that the text begins with, perhaps none
 * @param length at most how many tokens to write
 * @param json one object a line, for programs
 */
record TextWriting(
    Tokenizer tokenizer,
    Session session,
    int[] beginning,
    StopStrings stops,
    int length,
    boolean json,
    PrintWriter out) {
  private static final long FLUSH_NANOS = 20_000_000;

  private WrittenText begin() {
    return new WrittenText(tokenizer, stops, beginning);
  }

  /** One text, for people as it comes. */
  void one(Sampler sampler, long seed) {
    WrittenText text = begin();
    show(text.beginning());
    out.flush();
    long[] lastFlush = {System.nanoTime() - FLUSH_NANOS};
    session.write(
        length,
        sampler,
        new SplittableRandom(seed),
        token -> {
          show(text.next(token)); // nothing, while a character is not whole
          if (System.nanoTime() - lastFlush[0] < FLUSH_NANOS) {
            return !text.stopped();
          }
          lastFlush[0] = System.nanoTime();
          // which also flushes; a reader that went away ends the text
          return !out.checkError() && !text.stopped();
        });
    show(text.end());
    if (json) {
      printJson(sample(1, seed), text);
    } else {
      out.println();
      out.flush();
    }
  }

  private void show(String piece) {
    if (!json) {
      out.print(piece);
    }
  }

  /** Several texts side by side; the first is the one that {@link #one} writes. */
  void several(Sampler sampler, long seed, int count) {
    List<WrittenText> texts = Stream.generate(this::begin).limit(count).toList();
    long[] done = {0};
    try (LateProgress progress = new LateProgress("Writing", (long) count * length)) {
      session
          .batch(count)
          .write(
              length,
              sampler,
              SessionBatch.generators(seed, count),
              (number, token) -> {
                WrittenText text = texts.get(number);
                text.next(token);
                progress.at(++done[0]);
                return !text.stopped();
              });
    }
    for (int i = 0; i < count; i++) {
      WrittenText text = texts.get(i);
      text.end();
      if (json) {
        printJson(sample(i + 1, seed), text);
      } else {
        printNumbered("%d of %d".formatted(i + 1, count), text);
      }
    }
  }

  /** The likeliest texts. */
  void likeliest(BeamSearch search) {
    List<BeamSearch.Hypothesis> found;
    try (LateProgress progress = new LateProgress("Searching", Math.max(1, length))) {
      Predicate<int[]> ends =
          tokens -> {
            progress.at(tokens.length);
            return !stops.isEmpty() && write(tokens).stopped();
          };
      found = search.search(session, length, ends);
    }
    for (int i = 0; i < found.size(); i++) {
      BeamSearch.Hypothesis hypothesis = found.get(i);
      WrittenText text = write(hypothesis.ids());
      text.end();
      double logProbability = hypothesis.logProbability();
      if (json) {
        Map<String, Object> rank = new LinkedHashMap<>();
        rank.put("rank", i + 1);
        rank.put("log_probability", logProbability);
        rank.put("score", hypothesis.score());
        printJson(rank, text);
      } else if (found.size() == 1) {
        out.println(text.text());
      } else {
        printNumbered(
            "%d of %d, log P %.4f nats, score %.4f"
                .formatted(i + 1, found.size(), logProbability, hypothesis.score()),
            text);
      }
    }
    out.flush();
  }

  private WrittenText write(int... tokens) {
    WrittenText text = begin();
    for (int token : tokens) {
      text.next(token);
    }
    return text;
  }

  private void printNumbered(String heading, WrittenText text) {
    out.printf("--- %s ---%n%s%n%n", heading, text.text());
    out.flush();
  }

  private static Map<String, Object> sample(int number, long seed) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("sample", number);
    line.put("seed", seed);
    return line;
  }

  private void printJson(Map<String, Object> line, WrittenText text) {
    line.putAll(text.json());
    Output.line(out, line);
  }
}
