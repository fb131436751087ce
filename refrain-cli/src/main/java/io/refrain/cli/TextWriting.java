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
import java.util.random.RandomGenerator;
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
  /** Texts that are written side by side; more take more memory, and hardly less time a text. */
  static final int AT_ONCE = 64;

  private static final long FLUSH_NANOS = 20_000_000;
  private static final String SAMPLE = "sample";

  private WrittenText begin() {
    return new WrittenText(tokenizer, stops, beginning);
  }

  /** One text, for people as it comes. */
  void one(Sampler sampler, long seed) {
    write(sampler, new SplittableRandom(seed), sample(1, seed));
  }

  /** The text of a sampler that draws nothing, for people as it comes. */
  void greedy(Sampler sampler) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put(SAMPLE, 1);
    write(sampler, new SplittableRandom(0), line);
  }

  private void write(Sampler sampler, RandomGenerator random, Map<String, Object> line) {
    WrittenText text = begin();
    show(text.beginning());
    out.flush();
    long[] lastFlush = {System.nanoTime() - FLUSH_NANOS};
    session.write(
        length,
        sampler,
        random,
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
      printJson(line, text);
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

  /** Several texts, some side by side; the first is the one that {@link #one} writes. */
  void several(Sampler sampler, long seed, int count) {
    List<SplittableRandom> randoms = SessionBatch.generators(seed, count);
    int number = 0;
    while (number < count) {
      int next = number + Math.min(AT_ONCE, count - number);
      for (WrittenText text : sideBySide(sampler, randoms.subList(number, next))) {
        number++;
        if (json) {
          printJson(sample(number, seed), text);
        } else {
          printNumbered("%d of %d".formatted(number, count), text);
        }
      }
      if (out.checkError()) {
        return; // a reader that went away ends it
      }
    }
  }

  private List<WrittenText> sideBySide(Sampler sampler, List<SplittableRandom> randoms) {
    int count = randoms.size();
    List<WrittenText> texts = Stream.generate(this::begin).limit(count).toList();
    long[] done = {0};
    try (LateProgress progress = new LateProgress("Writing", Math.max(1, (long) count * length))) {
      session
          .batch(count)
          .write(
              length,
              sampler,
              randoms,
              (number, token) -> {
                WrittenText text = texts.get(number);
                text.next(token);
                progress.at(++done[0]);
                return !text.stopped();
              });
    }
    texts.forEach(WrittenText::end);
    return texts;
  }

  /**
   * The likeliest texts.
   *
   * @param best at most how many; of tokens that come to the same text the likeliest count
   */
  void likeliest(BeamSearch search, int best) {
    List<BeamSearch.Hypothesis> found;
    try (LateProgress progress = new LateProgress("Searching", Math.max(1, length))) {
      found = search.search(session, length, begin().followed(progress::at));
    }
    Map<String, Likely> different = new LinkedHashMap<>();
    for (BeamSearch.Hypothesis hypothesis : found) {
      WrittenText text = write(hypothesis);
      different.putIfAbsent(text.text(), new Likely(hypothesis, text));
    }
    List<Likely> printed = different.values().stream().limit(best).toList();
    for (int i = 0; i < printed.size(); i++) {
      print(printed.get(i).hypothesis(), printed.get(i).text(), i + 1, printed.size());
    }
    out.flush();
  }

  /** Tokens that a search has found, and their text. */
  private record Likely(BeamSearch.Hypothesis hypothesis, WrittenText text) {}

  private void print(BeamSearch.Hypothesis hypothesis, WrittenText text, int rank, int count) {
    double logProbability = hypothesis.logProbability();
    if (json) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("rank", rank);
      line.put("log_probability", logProbability);
      line.put("score", hypothesis.score());
      printJson(line, text);
    } else if (count == 1) {
      out.println(text.text());
    } else {
      printNumbered(
          "%d of %d, log P %.4f nats, score %.4f"
              .formatted(rank, count, logProbability, hypothesis.score()),
          text);
    }
  }

  private WrittenText write(BeamSearch.Hypothesis hypothesis) {
    WrittenText text = begin();
    for (int token : hypothesis.tokens()) {
      text.next(token);
    }
    text.end();
    return text;
  }

  private void printNumbered(String heading, WrittenText text) {
    out.printf("--- %s ---%n%s%n%n", heading, text.text());
    out.flush();
  }

  private static Map<String, Object> sample(int number, long seed) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put(SAMPLE, number);
    line.put("seed", seed);
    return line;
  }

  private void printJson(Map<String, Object> line, WrittenText text) {
    line.putAll(text.json());
    Output.line(out, line);
  }
}
