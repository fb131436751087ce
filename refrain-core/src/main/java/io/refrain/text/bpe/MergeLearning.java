package io.refrain.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the merges of counted pieces, one after another. The counts of pairs are kept up to date: a
 * merge visits only the pieces that hold its pair, and changes only the counts beside it.
 */
final class MergeLearning {
  private static final int BYTES = 256;

  private final BpeTrainer.Options options;
  private final PieceCounts pieces;
  private final List<byte[]> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>(); // by how files spell them
  private final IntList lefts = new IntList(1 << 12);
  private final IntList rights = new IntList(1 << 12);

  /** All pieces as tokens; a piece has its place for good, and gets shorter in it. */
  private final int[] symbols;

  private final int[] lengths;
  private final PairCounts pairs = new PairCounts();
  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();
  private final IntList changed = new IntList(1 << 8); // pairs that became more frequent

  /**
   * A pair with a count that it once had.
   *
   * @param count in all texts
   * @param pair see {@link PairTable#pair}
   * @param number its number in the counts
   */
  private record Candidate(long count, long pair, int number) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byCount = Long.compare(other.count, count);
      return byCount != 0 ? byCount : Long.compare(pair, other.pair);
    }
  }

  MergeLearning(BpeTrainer.Options options, PieceCounts pieces) {
    this.options = options;
    this.pieces = pieces;
    for (String special : options.specials()) {
      addToken(special, special.getBytes(StandardCharsets.UTF_8));
    }
    int[] alphabet =
        IntStream.range(0, BYTES)
            .boxed()
            .sorted((a, b) -> Character.compare(ByteAlphabet.letter(a), ByteAlphabet.letter(b)))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] ofBytes = new int[BYTES];
    for (int value : alphabet) {
      ofBytes[value] = addToken(new byte[] {(byte) value});
    }
    int size = pieces.size();
    lengths = new int[size];
    symbols = new int[size == 0 ? 0 : pieces.end(size - 1)];
    for (int i = 0; i < symbols.length; i++) {
      symbols[i] = ofBytes[pieces.bytes()[i] & 0xFF];
    }
    for (int piece = 0; piece < size; piece++) {
      lengths[piece] = pieces.end(piece) - pieces.start(piece);
    }
  }

  private int addToken(byte[] bytes) {
    return addToken(ByteAlphabet.spell(bytes), bytes);
  }

  /** The id of a token, which is a new one unless there is one of this spelling already. */
  private int addToken(String spelling, byte[] bytes) {
    Integer known = ids.putIfAbsent(spelling, tokens.size());
    if (known == null) {
      tokens.add(bytes);
    }
    return known == null ? tokens.size() - 1 : known;
  }

  BpeModel run(LongConsumer progress) {
    countPairs();
    while (tokens.size() < options.vocabularySize()) {
      Candidate best = queue.poll();
      if (best == null) {
        break;
      }
      long count = pairs.count(best.number());
      if (count != best.count()) { // it became less frequent since it was queued
        requeue(best.number());
        continue;
      }
      if (count < options.minimumCount()) {
        break;
      }
      merge(best);
      progress.accept(tokens.size());
    }
    return new BpeModel(known(), lefts.toArray(), rights.toArray(), false);
  }

  /**
   * The tokens that a piece may come to. A special token that is not spelled byte by byte, such as
   * one with a space, is none of them: another token has its bytes, or may have them.
   */
  private List<byte @Nullable []> known() {
    byte[] @Nullable [] known = new byte[tokens.size()] @Nullable [];
    for (int id = 0; id < known.length; id++) {
      byte[] bytes = tokens.get(id);
      boolean isSpelled =
          id >= options.specials().size()
              || ByteAlphabet.spell(bytes).equals(options.specials().get(id));
      known[id] = isSpelled ? bytes : null;
    }
    return Arrays.asList(known);
  }

  private void countPairs() {
    for (int piece = 0; piece < lengths.length; piece++) {
      int start = pieces.start(piece);
      long count = pieces.count(piece);
      for (int i = start; i < start + lengths[piece] - 1; i++) {
        pairs.add(PairTable.pair(symbols[i], symbols[i + 1]), count, piece);
      }
    }
    for (int number = 0; number < pairs.size(); number++) {
      requeue(number);
    }
  }

  private void requeue(int number) {
    long count = pairs.count(number);
    if (count > 0) {
      queue.add(new Candidate(count, pairs.pair(number), number));
    }
  }

  private void merge(Candidate best) {
    int left = PairTable.left(best.pair());
    int right = PairTable.right(best.pair());
    byte[] first = tokens.get(left);
    byte[] second = tokens.get(right);
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    int merged = addToken(both);
    lefts.add(left);
    rights.add(right);
    int last = -1;
    IntList holders = pairs.takeHolders(best.number());
    for (int i = 0; i < holders.size(); i++) {
      int piece = holders.get(i);
      if (piece != last) {
        mergeIn(piece, left, right, merged);
        last = piece;
      }
    }
    for (int i = 0; i < changed.size(); i++) {
      if (pairs.clearMark(changed.get(i))) {
        requeue(changed.get(i));
      }
    }
    changed.clear();
  }

  /** Merges the pair wherever it stands in a piece, from the left. */
  private void mergeIn(int piece, int left, int right, int merged) {
    int start = pieces.start(piece);
    int end = start + lengths[piece];
    long count = pieces.count(piece);
    int to = start;
    int i = start;
    while (i < end) {
      if (symbols[i] != left || i + 1 == end || symbols[i + 1] != right) {
        symbols[to++] = symbols[i++];
        continue;
      }
      if (to > start) {
        int before = symbols[to - 1];
        pairs.subtract(PairTable.pair(before, left), count);
        more(PairTable.pair(before, merged), count, piece);
      }
      if (i + 2 < end) {
        int after = symbols[i + 2];
        pairs.subtract(PairTable.pair(right, after), count);
        more(PairTable.pair(merged, after), count, piece);
      }
      pairs.subtract(PairTable.pair(left, right), count);
      symbols[to++] = merged;
      i += 2;
    }
    lengths[piece] = to - start;
  }

  private void more(long pair, long count, int piece) {
    int number = pairs.add(pair, count, piece);
    if (pairs.mark(number)) {
      changed.add(number);
    }
  }
}
