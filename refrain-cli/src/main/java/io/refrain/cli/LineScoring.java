package io.refrain.cli;

import io.refrain.evaluate.LineScore;
import io.refrain.evaluate.LineScorer;
import io.refrain.evaluate.LineStream;
import io.refrain.text.Tokenizer;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * Scores the lines of a file or of standard input as they come.
 *
 * <p>Many lines are scored together, but nobody waits for others: where the next line is not there
 * yet, those that are there are scored and written at once. So a line is written as soon as the
 * ones before it and those that came with it are computed, {@link LineStream}'s fill at most.
 */
final class LineScoring {
  private final Tokenizer tokenizer;
  private final LineFormat format;
  private final LineSelection selection;
  private final PrintWriter out;
  private final LineStream stream;
  private final UnknownTokens unknown;

  private long lines;
  private long unscored;

  LineScoring(
      LineScorer scorer,
      Tokenizer tokenizer,
      LineFormat format,
      LineSelection selection,
      PrintWriter out) {
    this.tokenizer = tokenizer;
    this.format = format;
    this.selection = selection;
    this.out = out;
    stream = new LineStream(scorer, this::take);
    unknown = new UnknownTokens(tokenizer);
  }

  /**
   * How progress is shown beside the rows.
   *
   * @param onTerminal whether rows are written on one, where progress would be, too
   */
  static LateProgress.Kind progress(boolean onTerminal, LineSelection selection) {
    if (!onTerminal || selection.waitsForAll()) {
      return LateProgress.Kind.USUAL;
    }
    // rows of all lines show by themselves how far it is; those of some would be torn by a bar
    return selection.isOfAll() ? LateProgress.Kind.NONE : LateProgress.Kind.LINES;
  }

  /**
   * Scores all lines, or as many as somebody reads.
   *
   * @param progress told how many bytes of the text are read; closed before the last rows
   * @throws IOException when the text cannot be read on; the lines before that are written
   */
  void score(LineReader reader, LateProgress progress) throws IOException {
    out.print(format.header());
    boolean wanted;
    try (progress) {
      wanted = scoreAll(reader, progress);
    } catch (IOException e) {
      end();
      throw e;
    }
    if (wanted) {
      end();
    }
  }

  /** Returns whether somebody still reads what is written. */
  private boolean scoreAll(LineReader reader, LateProgress progress) throws IOException {
    for (String line = reader.next(); line != null; line = reader.next()) {
      boolean handedOn = stream.add(line);
      if (!reader.isReady()) {
        stream.flush();
        handedOn = true;
      }
      if (handedOn) {
        progress.at(reader.bytes());
        if (out.checkError()) { // which also flushes
          return false;
        }
      }
    }
    return true;
  }

  private void end() {
    stream.flush();
    selection.rest().forEach(this::write);
    out.flush();
  }

  /** Says what the rows do not. */
  void warn(LineScorer scorer, PrintWriter err) {
    unknown.warn(err);
    if (unscored > 0) {
      err.printf(
          "%s of %s lines %s no score: the first token is given, and there is no other.%n",
          Figures.count(unscored), Figures.count(lines), unscored == 1 ? "has" : "have");
    } else if (lines > 0 && !scorer.knowsLineEnds()) {
      err.println(
          "The model knows no line ends, so the first token of each line is given, not scored.");
    }
  }

  private void take(LineScore line) {
    lines++;
    unscored += line.score().tokens() == 0 ? 1 : 0;
    unknown.count(line.unknown(), line.score().tokens());
    selection.add(new LineSelection.Numbered(lines, line)).forEach(this::write);
  }

  private void write(LineSelection.Numbered line) {
    out.print(format.row(line.number(), line.score(), tokenizer));
  }
}
