package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.cli.Trial.Metric;
import io.refrain.evaluate.CachingReader;
import io.refrain.store.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code reproduce} lists, refuses and says of figures. */
class ReproduceCommandTest extends CommandFixture {
  private static final String JUDGED = "shakespeare-3min, shakespeare, wikitext2, dickens-bpe";

  private static JsonObject json(String line) throws IOException {
    return JsonObject.parse("line", line.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void listsWhatThereIs() throws IOException {
    Outcome outcome = refrain("reproduce");
    assertThat(outcome.code()).isZero();
    for (PublishedFigure figure : PublishedFigure.ALL) {
      for (Trial.Target target : figure.trial().targets()) {
        assertThat(outcome.out())
            .containsPattern(
                "(?m)^%s +\\Q%s\\E at most %s, in about %s$"
                    .formatted(figure.recipe(), target.what(), target.most(), figure.duration()));
      }
    }
    assertThat(outcome.out()).endsWith("reproduce notebook" + System.lineSeparator());

    List<String> lines = refrain("reproduce", "--json").out().lines().toList();
    assertThat(lines)
        .hasSize(
            PublishedFigure.ALL.stream().mapToInt(figure -> figure.trial().targets().size()).sum());
    for (String line : lines) {
      assertThat(json(line).asMap()).containsOnlyKeys("name", "metric", "target");
    }
    assertThat(lines).filteredOn(line -> line.contains("wikitext2")).hasSize(2);
  }

  @Test
  void namesWhatItDoesNotKnow() {
    Outcome outcome = refrain("reproduce", "notebook", "wikitext3");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.onlyErrorLine())
        .contains("there is no figure \"wikitext3\" to reproduce; known are notebook, d2l-rnn, ")
        .endsWith(JUDGED);
    assertThat(outcome.out()).isEmpty();
  }

  @Test
  void aRunIsForOneNameThatLeavesOne() {
    String path = run.toString();
    for (String[] words :
        List.of(
            new String[] {"reproduce", "--run", path},
            new String[] {"reproduce", "--run", path, "notebook"},
            new String[] {"reproduce", "--run", path, "wikitext2", "shakespeare"})) {
      Outcome outcome = refrain(words);
      assertThat(outcome.code()).isEqualTo(2);
      assertThat(outcome.onlyErrorLine())
          .endsWith("--run is for one NAME whose training leaves a run: " + JUDGED);
    }
  }

  /** Judges the run of a small recipe by figures of its own. */
  private Outcome judge(Unseen trial, String... more) throws IOException {
    Path recipe = folder.resolve("small.properties");
    if (!Files.exists(recipe)) {
      Files.writeString(
          recipe,
          "corpus = %s\nhidden = 8\nbatch = 4\nsteps = 8\nepochs = 2\nvalidation = 0.2"
              .formatted(corpus));
      String[] words = {"train", "--recipe", recipe.toString(), "--out", run.toString()};
      assertThat(refrain(words).code()).isZero();
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    PublishedFigure figure = new PublishedFigure(recipe.toString(), trial, "a second");
    CommandLine commandLine = new CommandLine(new ReproduceCommand(List.of(figure)));
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    String[] words = new String[more.length + 3];
    words[0] = recipe.toString();
    words[1] = "--run";
    words[2] = run.toString();
    System.arraycopy(more, 0, words, 3, more.length);
    int code = commandLine.execute(words);
    return new Outcome(code, out.toString(), err.toString());
  }

  @Test
  void everyTargetIsAnObjectForPrograms() throws IOException {
    Unseen.Cached cached = new Unseen.Cached(new CachingReader.Options(30, 0.5, 0.2), 1);
    Outcome outcome = judge(new Unseen(null, Metric.PERPLEXITY, 1000, 5, cached), "--json");
    assertThat(outcome.code()).as("one figure was missed: " + outcome.err()).isEqualTo(1);
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSize(2);
    for (String line : lines) {
      assertThat(json(line).asMap())
          .containsOnlyKeys("name", "metric", "value", "target", "met", "seconds", "ngrams");
      assertThat(json(line).object("ngrams").asMap())
          .containsOnlyKeys("order", "counted_tokens", "training_tokens", "value");
    }
    assertThat(json(lines.getFirst()).flag("met")).isTrue();
    assertThat(json(lines.getFirst()).string("metric"))
        .isEqualTo("perplexity on the validation part");
    assertThat(json(lines.getLast()).flag("met")).isFalse();
    assertThat(json(lines.getLast()).string("metric"))
        .isEqualTo("perplexity on the validation part, with a cache of 30 tokens");
  }

  @Test
  void peopleAreToldOfNgramsOnce() throws IOException {
    Unseen.Cached cached = new Unseen.Cached(new CachingReader.Options(30, 0.5, 0.2), 1);
    Outcome outcome = judge(new Unseen(null, Metric.LOSS, 100, 5, cached));
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0))
        .contains("loss on the validation part ", ", to reach at most 100.00: met, in ");
    assertThat(lines.get(1)).contains(", to reach at most 1.00: NOT met, in ");
    assertThat(lines.get(2))
        .startsWith("  loss of n-grams of up to ")
        .contains(" tokens (Kneser-Ney), counted in 1,696 tokens: ");
  }

  @Test
  void theExitCodeTellsWhetherAllWereReached() throws IOException {
    assertThat(judge(new Unseen(null, Metric.LOSS, 100, 5)).code()).isZero();
    assertThat(judge(new Unseen(null, Metric.LOSS, 0.001, 5)).code()).isEqualTo(1);
    Outcome late = judge(new Unseen(null, Metric.LOSS, 100, 0));
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.out()).contains("NOT met, in ", ", more than the 0 s");
  }
}
