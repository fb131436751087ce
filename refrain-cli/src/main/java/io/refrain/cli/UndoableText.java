package io.refrain.cli;

import io.refrain.generate.Session;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A text that grows turn by turn, each of which can be taken back. What a session knows of a text
 * is large, so only the last are kept, and those of earlier turns are read again. Several threads
 * may use it.
 */
final class UndoableText {
  /** How many sessions are kept for turns to take back. */
  static final int KEPT = 32;

  private final Session start;
  private final Deque<Session> before = new ArrayDeque<>(); // the last turns, the last first
  private Session now;
  private int[] tokens;
  private int size;
  private int[] starts = new int[16]; // of each turn, the tokens before it
  private int turns;

  /**
   * Begins.
   *
   * @param start has read how the text begins, and stays there
   * @param beginning tokens of it that belong to the text, perhaps none
   */
  UndoableText(Session start, int... beginning) {
    this.start = start;
    now = start;
    tokens = beginning.clone();
    size = beginning.length;
  }

  /** All tokens. */
  synchronized int[] tokens() {
    return Arrays.copyOf(tokens, size);
  }

  /** Has read all of it, and stays there. */
  synchronized Session session() {
    return now;
  }

  /** Goes on by a turn. */
  synchronized void add(int... more) {
    Session next = now.fork();
    next.read(more);
    keep(now);
    now = next;
    if (turns == starts.length) {
      starts = Arrays.copyOf(starts, 2 * turns);
    }
    starts[turns] = size;
    turns++;
    if (tokens.length - size < more.length) {
      tokens = Arrays.copyOf(tokens, Math.max(2 * size, size + more.length));
    }
    System.arraycopy(more, 0, tokens, size, more.length);
    size += more.length;
  }

  private void keep(Session session) {
    before.push(session);
    if (before.size() > KEPT) {
      before.removeLast();
    }
  }

  /** Takes the last turn back, if there is one. */
  synchronized boolean undo() {
    if (turns == 0) {
      return false;
    }
    turns--;
    size = starts[turns];
    if (before.isEmpty()) {
      readAgain();
    } else {
      now = before.pop();
    }
    return true;
  }

  /** From the beginning, with the last turns as those that can be taken back at once. */
  private void readAgain() {
    int at = Math.max(0, turns - KEPT);
    now = start.fork();
    now.read(Arrays.copyOfRange(tokens, starts[0], startOf(at)));
    for (int turn = at; turn < turns; turn++) {
      Session next = now.fork();
      next.read(Arrays.copyOfRange(tokens, startOf(turn), startOf(turn + 1)));
      keep(now);
      now = next;
    }
  }

  private int startOf(int turn) {
    return turn < turns ? starts[turn] : size;
  }
}
