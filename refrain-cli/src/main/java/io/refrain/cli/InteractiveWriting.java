package io.refrain.cli;

import io.refrain.generate.Candidate;
import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.text.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Writes a text together with a person, who chooses the next token from the likeliest, lets the
 * model draw one, or types what follows. Reads a line at a time, so that a program may answer, too.
 */
final class InteractiveWriting {
  private static final int WIDEST_BAR = 30;
  private static final int SHOWN_CHARACTERS = 300;

  private final Tokenizer tokenizer;
  private final TokenPicture picture;
  private final Sampler sampler;
  private final RandomGenerator random;
  private final int choices;
  private final PrintWriter dialogue;
  private final Deque<Place> past = new ArrayDeque<>();
  private Place place;

  /**
   * Where the text stands.
   *
   * @param session has read all of it
   * @param tokens all of it
   */
  private record Place(Session session, List<Integer> tokens) {

    /** Where it stands when these have been read, too. */
    Place after(int... more) {
      Session next = session.fork();
      next.read(more);
      List<Integer> all = new ArrayList<>(tokens);
      IntStream.of(more).forEach(all::add);
      return new Place(next, all);
    }
  }

  /**
   * Begins.
   *
   * @param session has read how the text begins
   * @param beginning tokens of it that are to be shown
   * @param sampler draws a token where that is asked for
   * @param choices how many tokens to offer
   * @param dialogue gets what is offered and asked
   */
  InteractiveWriting(
      Tokenizer tokenizer,
      Session session,
      int[] beginning,
      Sampler sampler,
      RandomGenerator random,
      int choices,
      PrintWriter dialogue) {
    this.tokenizer = tokenizer;
    this.sampler = sampler;
    this.random = random;
    this.choices = choices;
    this.dialogue = dialogue;
    picture = new TokenPicture(tokenizer, false);
    place = new Place(session, IntStream.of(beginning).boxed().toList());
  }

  /**
   * Asks until the person, or the input, ends it.
   *
   * @return the text
   */
  String run(BufferedReader in) throws IOException {
    dialogue.println(help());
    while (true) {
      List<Candidate> offered =
          Candidate.likeliest(place.session.logits(), choices, tokenizer.specialIds());
      show(offered);
      String line = in.readLine();
      while (line != null && !line.strip().equals("q") && !obey(line, offered)) {
        dialogue.print("> ");
        dialogue.flush();
        line = in.readLine();
      }
      if (line == null || line.strip().equals("q")) {
        dialogue.println();
        dialogue.flush();
        return text();
      }
    }
  }

  private String help() {
    return "1 to %d: that token; Enter: the first; r: one at random; +TEXT: your own text; u: undo;"
            .formatted(choices)
        + " q: end";
  }

  private String text() {
    return tokenizer.decode(place.tokens.stream().mapToInt(Integer::intValue).toArray());
  }

  private void show(List<Candidate> offered) {
    String text = PlainText.visible(text());
    int from = Math.max(0, text.length() - SHOWN_CHARACTERS);
    dialogue.printf("%n%s%s%n", from > 0 ? "…" : "", text.substring(from));
    for (int i = 0; i < offered.size(); i++) {
      Candidate candidate = offered.get(i);
      String bar = "#".repeat((int) Math.round(candidate.probability() * WIDEST_BAR));
      String name = picture.name(candidate.token());
      String line = "  %2d  %-14s  %8.6f  %s".formatted(i + 1, name, candidate.probability(), bar);
      dialogue.println(line.stripTrailing());
    }
    dialogue.print("> ");
    dialogue.flush();
  }

  /** Does what a line asks for, and says what is possible where it is nothing. */
  private boolean obey(String line, List<Candidate> offered) {
    String word = line.strip();
    if (line.startsWith("+")) {
      return type(line.substring(1));
    }
    if (word.equals("u")) {
      return undo();
    }
    if (word.equals("r")) {
      return go(place.session.choose(sampler, random));
    }
    int number = word.isEmpty() ? 1 : word.matches("\\d{1,9}") ? Integer.parseInt(word) : 0;
    if (number < 1 || number > offered.size()) {
      dialogue.printf("\"%s\" is none of these. %s%n", PlainText.visible(word), help());
      return false;
    }
    return go(offered.get(number - 1).token());
  }

  private boolean go(int... tokens) {
    past.push(place);
    place = place.after(tokens);
    return true;
  }

  private boolean undo() {
    if (past.isEmpty()) {
      dialogue.println("There is nothing to undo.");
      return false;
    }
    place = past.pop();
    return true;
  }

  private boolean type(String text) {
    try {
      return go(Prefix.of(tokenizer, text, "your text"));
    } catch (IllegalArgumentException e) {
      dialogue.println(e.getMessage());
      return false;
    }
  }
}
