package io.refrain.generate;

/**
 * The last tokens of a text, for what depends on them: {@link Sampler.Repetition}. Remembers up to
 * {@link #MOST}, in a ring that grows as needed; one text's, and one thread's at a time.
 */
public final class RecentTokens {
  /** How many are remembered at most. */
  public static final int MOST = 4096;

  private static final int FIRST_ROOM = 64;

  private int[] ring = new int[FIRST_ROOM]; // its length is a power of two
  private int next;
  private int size;

  /** Of a text that has not begun. */
  public RecentTokens() {}

  /**
   * Adds what was read or written.
   *
   * @throws IllegalArgumentException when it is below 0
   */
  public void add(int token) {
    if (token < 0) {
      throw new IllegalArgumentException("a token must be at least 0, but is " + token);
    }
    if (size == ring.length && size < MOST) {
      int[] larger = new int[2 * size];
      System.arraycopy(ring, 0, larger, 0, size); // it has not gone round yet
      ring = larger;
      next = size;
    }
    ring[next] = token;
    next = (next + 1) & (ring.length - 1);
    size = Math.min(size + 1, ring.length);
  }

  /** How many are remembered. */
  public int size() {
    return size;
  }

  /**
   * One of them.
   *
   * @param back 0 for the last, up to {@link #size} - 1 for the earliest that is remembered
   */
  public int get(int back) {
    if (back < 0 || back >= size) {
      throw new IllegalArgumentException(
          "token %d from the end is asked for, but %d are remembered".formatted(back, size));
    }
    return ring[(next - 1 - back) & (ring.length - 1)];
  }

  /** A copy that goes its own way. */
  public RecentTokens copy() {
    RecentTokens copy = new RecentTokens();
    copy.ring = ring.clone();
    copy.next = next;
    copy.size = size;
    return copy;
  }
}
