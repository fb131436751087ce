package io.refrain.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Scores lines as they come, however many there are: gathers some, scores them together and hands
 * them on in their order. What it gathers is bounded, but for a single line that is longer.
 */
public final class LineStream {
  /** Lines that are scored together, at most: enough to read many side by side until the end. */
  public static final int LINES = 1024;

  /** UTF-16 characters of all of them; each takes some twenty bytes as a token. */
  static final int CHARACTERS = 1 << 18;

  private final LineScorer scorer;
  private final Consumer<LineScore> sink;
  private final int mostLines;
  private final int mostCharacters;
  private final List<String> lines = new ArrayList<>();
  private int characters;

  /**
   * Begins a stream.
   *
   * @param sink takes the score of every line
   */
  public LineStream(LineScorer scorer, Consumer<LineScore> sink) {
    this(scorer, sink, LINES, CHARACTERS);
  }

  LineStream(LineScorer scorer, Consumer<LineScore> sink, int mostLines, int mostCharacters) {
    this.scorer = scorer;
    this.sink = sink;
    this.mostLines = mostLines;
    this.mostCharacters = mostCharacters;
  }

  /**
   * Takes the next line, and scores what was gathered where that is enough.
   *
   * @param line as for {@link LineScorer#score}
   * @return whether scores were handed on
   */
  public boolean add(String line) {
    boolean noRoom = !lines.isEmpty() && (long) characters + line.length() > mostCharacters;
    if (noRoom) {
      flush();
    }
    lines.add(line);
    characters += line.length();
    boolean full = lines.size() >= mostLines || characters >= mostCharacters;
    if (full) {
      flush();
    }
    return noRoom || full;
  }

  /** Scores what was gathered: at the end, or when nobody should wait for more. */
  public void flush() {
    List<String> gathered = List.copyOf(lines);
    lines.clear(); // before they are scored: should that fail, it fails once
    characters = 0;
    scorer.score(gathered).forEach(sink);
  }
}
