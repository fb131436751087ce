package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class BarrierTest {
  private static final int ROUNDS = 200;

  /** The values lie in plain memory: nothing but the barrier publishes them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void everyPartSeesWhatAllWroteBeforeTheyArrived(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      Barrier barrier = new Barrier(size);
      int[][] values = new int[2][size]; // read and written in turns
      team.run((part, parts) -> {
        for (int round = 1; round <= ROUNDS; round++) {
          int[] turn = values[round % 2];
          turn[part] = round;
          barrier.arrive(part);
          for (int other = 0; other < parts; other++) {
            if (turn[other] != round) {
              throw new AssertionError(
                  "in round %d, part %d sees %d of part %d"
                      .formatted(round, part, turn[other], other));
            }
          }
        }
      });
      assertThat(values[ROUNDS % 2]).containsOnly(ROUNDS);
    }
  }

  /** A sum that each part passes on: wrong as soon as anybody is a round ahead of another. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void nobodyIsARoundAhead(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      Barrier barrier = new Barrier(size);
      long[] values = new long[size];
      team.run((part, parts) -> {
        for (int round = 0; round < ROUNDS; round++) {
          long sum = round + Arrays.stream(values).sum();
          barrier.arrive(part); // all have read
          values[part] = sum % 1_000_003;
          barrier.arrive(part); // all have written
        }
      });

      long expected = 0;
      for (int round = 0; round < ROUNDS; round++) {
        expected = (round + size * expected) % 1_000_003;
      }
      assertThat(values).containsOnly(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5})
  void oneBarrierServesRunAfterRun(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      Barrier barrier = new Barrier(size);
      AtomicInteger arrived = new AtomicInteger();
      for (int run = 1; run <= 50; run++) {
        int expected = run * size;
        team.run((part, parts) -> {
          arrived.incrementAndGet();
          barrier.arrive(part);
          if (arrived.get() != expected) {
            throw new AssertionError("left with %d of %d".formatted(arrived.get(), expected));
          }
        });
      }
    }
  }

  /** Whichever part's failure a team throws, it tells what went wrong. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void aPartThatFailsReleasesThoseThatWait(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      for (int failing = 0; failing < size; failing++) {
        int bad = failing;
        RuntimeException cause = new IllegalArgumentException("part " + bad);
        Barrier barrier = new Barrier(size);
        AtomicInteger released = new AtomicInteger();
        assertThatThrownBy(() ->
                team.run((part, parts) -> {
                  barrier.arrive(part);
                  try {
                    if (part == bad) {
                      throw cause;
                    }
                    barrier.arrive(part);
                  } catch (IllegalStateException e) {
                    released.incrementAndGet();
                    barrier.fail(e); // as whoever fails
                    throw e;
                  } catch (IllegalArgumentException e) {
                    barrier.fail(e);
                    throw e;
                  }
                }))
            .satisfies(e ->
                assertThat(Stream.iterate(e, Objects::nonNull, Throwable::getCause).toList())
                    .last()
                    .isSameAs(cause));
        assertThat(released.get()).as("part %d failed", bad).isEqualTo(size - 1);
        assertThat(barrier.failed()).isTrue();
      }
    }
  }
}
