package io.refrain.text.bpe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the pieces of a text by several threads, each with counts of its own. */
final class PieceCounting {
  private static final int BLOCK = 1 << 19;

  private final SplitPattern pattern;
  private final String text;
  private final List<Integer> ends = new ArrayList<>();

  PieceCounting(SplitPattern pattern, String text) {
    this.pattern = pattern;
    this.text = text;
    for (int start = 0; start < text.length(); start = ends.getLast()) {
      ends.add(endOfBlock(start));
    }
  }

  /** Where a text may be cut, counting goes on as if it had not been. */
  private int endOfBlock(int start) {
    long wanted = (long) start + BLOCK;
    while (wanted < text.length()) {
      int cut = pattern.lastCut(text, start + 1, (int) wanted);
      if (cut >= 0) {
        return cut;
      }
      wanted += wanted - start;
    }
    return text.length();
  }

  void run(int threads, PieceCounts into) {
    int workers = Math.min(threads, ends.size());
    if (workers <= 1) {
      count(new AtomicInteger(), into);
      return;
    }
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService executor = Executors.newFixedThreadPool(workers)) {
      List<Future<PieceCounts>> parts = new ArrayList<>();
      for (int worker = 0; worker < workers; worker++) {
        parts.add(executor.submit(() -> count(next, new PieceCounts())));
      }
      for (Future<PieceCounts> part : parts) {
        into.addAll(result(part));
      }
    }
  }

  private static PieceCounts result(Future<PieceCounts> part) {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while pieces were counted", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private PieceCounts count(AtomicInteger next, PieceCounts into) {
    Splitter splitter = pattern.splitter();
    for (int block = next.getAndIncrement(); block < ends.size(); block = next.getAndIncrement()) {
      int start = block == 0 ? 0 : ends.get(block - 1);
      byte[] bytes = Utf8Bytes.of(text, start, ends.get(block));
      splitter.split(bytes, 0, bytes.length, (from, to) -> into.add(bytes, from, to, 1));
    }
    return into;
  }
}
