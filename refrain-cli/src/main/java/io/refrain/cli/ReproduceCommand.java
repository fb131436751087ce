package io.refrain.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains what others have published figures for, and compares. */
@Command(
    name = "reproduce",
    mixinStandardHelpOptions = true,
    description = {
      "Train by a recipe that has a figure to reach, and compare.",
      "Without a name, tell which there are and how long each takes."
    },
    footer = {
      "",
      "Exit code 0 means that all figures were reached, 1 that one was not.",
      "Trainings of minutes are runs as any other, in runs/NAME: they show how they",
      "go, can be stopped and resumed, and stay for generate and evaluate.",
      "",
      "Examples:",
      "  refrain reproduce",
      "  refrain reproduce notebook d2l-gru --json",
      "  refrain reproduce shakespeare-3min",
      "  refrain reproduce wikitext2 --run runs/wikitext2   judge what is trained"
    })
final class ReproduceCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private Output output;
  @Mixin private Threads threads;

  @Parameters(arity = "0..*", paramLabel = "NAME", description = "Which ones.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--run",
      paramLabel = "RUN",
      description = "Do not train, but judge this run, which the recipe trained.")
  private @Nullable Path run;

  private final List<PublishedFigure> known;

  ReproduceCommand() {
    this(PublishedFigure.ALL);
  }

  /** Of other figures than everybody's. */
  ReproduceCommand(List<PublishedFigure> known) {
    this.known = known;
  }

  @Override
  public Integer call() throws IOException {
    List<PublishedFigure> figures = names.stream().map(this::find).toList();
    if (run != null && (figures.size() != 1 || !figures.getFirst().trial().judgesRuns())) {
      throw new IllegalArgumentException(
          "--run is for one NAME whose training leaves a run: " + names(Trial::judgesRuns));
    }
    if (figures.isEmpty()) {
      list();
    }
    boolean allMet = true;
    for (PublishedFigure figure : figures) {
      PrintWriter err = spec.commandLine().getErr();
      Trial.Means means = new Trial.Means(threads.count(), run, TrainCommand.RUNS, err);
      Optional<Trial.Outcome> outcome = figure.trial().attempt(figure.recipe(), means);
      if (outcome.isEmpty()) {
        return Training.EXIT_INTERRUPTED;
      }
      report(figure, outcome.get());
      allMet &= outcome.get().met();
    }
    return allMet ? 0 : 1;
  }

  private PublishedFigure find(String name) {
    return known.stream()
        .filter(figure -> figure.recipe().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "there is no figure \"%s\" to reproduce; known are %s"
                    .formatted(name, names(trial -> true))));
  }

  /** {@return the names of the figures that are found out so} */
  private String names(Predicate<Trial> so) {
    return known.stream()
        .filter(figure -> so.test(figure.trial()))
        .map(PublishedFigure::recipe)
        .collect(Collectors.joining(", "));
  }

  private void list() {
    PrintWriter out = spec.commandLine().getOut();
    for (PublishedFigure figure : known) {
      for (Trial.Target target : figure.trial().targets()) {
        if (output.json) {
          Map<String, Object> json = new LinkedHashMap<>();
          json.put("name", figure.recipe());
          json.put("metric", target.what());
          json.put("target", target.most());
          Output.line(out, json);
        } else {
          out.printf(
              "%-17s %s at most %s, in about %s%n",
              figure.recipe(), target.what(), target.most(), figure.duration());
        }
      }
    }
    if (!output.json) {
      out.println("Now try:");
      out.println("  " + Invocation.of("reproduce", "notebook"));
    }
    out.flush();
  }

  private void report(PublishedFigure figure, Trial.Outcome outcome) {
    PrintWriter out = spec.commandLine().getOut();
    for (Trial.Reached reached : outcome.reached()) {
      if (output.json) {
        Output.line(out, json(figure, reached, outcome));
      } else {
        out.println(sentence(figure, reached, outcome));
      }
    }
    if (!output.json) {
      outcome
          .beside()
          .forEach(beside -> out.printf("  %s: %.2f%n", beside.label(), beside.value()));
    }
    out.flush();
  }

  private static boolean met(Trial.Reached reached, Trial.Outcome outcome) {
    return reached.met() && outcome.inTime();
  }

  /** Each target says by itself all that there is to know. */
  private static Map<String, Object> json(
      PublishedFigure figure, Trial.Reached reached, Trial.Outcome outcome) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", figure.recipe());
    json.put("metric", reached.target().what());
    json.put("value", reached.value());
    json.put("target", reached.target().most());
    json.put("met", met(reached, outcome));
    json.put("seconds", outcome.seconds());
    outcome.beside().forEach(beside -> json.put(beside.key(), beside.fields()));
    return json;
  }

  private static String sentence(
      PublishedFigure figure, Trial.Reached reached, Trial.Outcome outcome) {
    return "%s: %s %.4f, to reach at most %.2f: %s, in %.1f s%s"
        .formatted(
            figure.recipe(),
            reached.target().what(),
            reached.value(),
            reached.target().most(),
            met(reached, outcome) ? "met" : "NOT met",
            outcome.seconds(),
            outcome.inTime() ? "" : ", more than the %.0f s".formatted(outcome.mostSeconds()));
  }
}
