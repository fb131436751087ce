package io.refrain.cli;

import io.refrain.generate.Candidate;
import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.text.Tokenizer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Writes a text together with a person, who chooses the next token from the likeliest, lets the
 * model draw one, or types what follows. Reads a line at a time, so that a program may answer, too.
 */
final class InteractiveWriting {
  private static final int WIDEST_BAR = 30;
  private static final int SHOWN_CHARACTERS = 300;
  private static final String OWN_TEXT = "your text";

  private final Tokenizer tokenizer;
  private final TokenPicture picture;
  private final Sampler sampler;
  private final RandomGenerator random;
  private final int choices;
  private final PrintWriter dialogue;
  private final UndoableText text;
  private boolean finished;

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
    text = new UndoableText(session, beginning);
  }

  /** Asks until the person, or the input, ends it, and prints the text. */
  void run(BufferedReader in, PrintWriter out) throws IOException {
    try {
      ask(in);
    } finally {
      finish(out);
    }
  }

  private void ask(BufferedReader in) throws IOException {
    dialogue.println(help());
    while (true) {
      List<Candidate> offered =
          Candidate.likeliest(text.session().logits(), choices, tokenizer.specialIds());
      show(offered);
      String line = in.readLine();
      while (line != null && !line.strip().equals("q") && !obey(line, offered)) {
        dialogue.print("> ");
        dialogue.flush();
        line = in.readLine();
      }
      if (line == null || line.strip().equals("q")) {
        return;
      }
    }
  }

  /** Prints the text, unless it has been done: the end comes with Ctrl-C, too. */
  synchronized void finish(PrintWriter out) {
    if (!finished) {
      finished = true;
      dialogue.println();
      dialogue.flush();
      out.println(decoded());
      out.flush();
    }
  }

  private String help() {
    return "1 to %d: that token; Enter: the first; r: one at random; +TEXT: your own text;"
            .formatted(choices)
        + " n: a line break; u: undo; q: end";
  }

  private String decoded() {
    return tokenizer.decode(text.tokens());
  }

  private void show(List<Candidate> offered) {
    String whole = PlainText.visible(decoded());
    int characters = whole.codePointCount(0, whole.length());
    int from = whole.offsetByCodePoints(0, Math.max(0, characters - SHOWN_CHARACTERS));
    dialogue.printf("%n%s%s%n", from > 0 ? "…" : "", whole.substring(from));
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
    if (word.equals("n")) {
      return type("\n");
    }
    if (word.equals("u")) {
      return undo();
    }
    if (word.equals("r")) {
      return go(text.session().choose(sampler, random));
    }
    int number = word.isEmpty() ? 1 : word.matches("\\d{1,9}") ? Integer.parseInt(word) : 0;
    if (number < 1 || number > offered.size()) {
      dialogue.printf("\"%s\" is none of these. %s%n", PlainText.visible(word), help());
      return false;
    }
    return go(offered.get(number - 1).token());
  }

  private boolean go(int... tokens) {
    text.add(tokens);
    return true;
  }

  private boolean undo() {
    boolean undone = text.undo();
    if (!undone) {
      dialogue.println("There is nothing to undo.");
    }
    return undone;
  }

  private boolean type(String own) {
    try {
      int[] tokens = Prefix.of(tokenizer, own, OWN_TEXT);
      Prefix.hint(tokenizer, tokens, OWN_TEXT).ifPresent(dialogue::println);
      return go(tokens);
    } catch (IllegalArgumentException e) {
      dialogue.println(e.getMessage());
      return false;
    }
  }
}
