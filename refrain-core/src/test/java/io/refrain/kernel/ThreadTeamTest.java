package io.refrain.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ThreadTeamTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void everyPartRunsOnceInAThreadOfItsOwn(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(size);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();

      team.run((part, parts) -> {
        assertThat(parts).isEqualTo(size);
        runs.incrementAndGet(part);
        threads.add(Thread.currentThread());
      });

      for (int part = 0; part < size; part++) {
        assertThat(runs.get(part)).isEqualTo(1);
      }
      assertThat(threads).hasSize(size).contains(Thread.currentThread());
      assertThat(team.size()).isEqualTo(size);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void everyItemIsDoneOnceAndByAllThreads(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      for (int length : new int[] {0, 1, 3, 4, 101}) {
        AtomicIntegerArray done = new AtomicIntegerArray(length);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();

        team.forEach(
            length,
            i -> {
              done.incrementAndGet(i);
              threads.add(Thread.currentThread());
            });

        for (int i = 0; i < length; i++) {
          assertThat(done.get(i)).as("%d of %d", i, length).isEqualTo(1);
        }
        assertThat(threads).hasSize(Math.min(size, length));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void theFailureOfAnyPartIsThrownAndTheTeamLivesOn(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      for (int failing = 0; failing < size; failing++) {
        int bad = failing;
        AtomicIntegerArray runs = new AtomicIntegerArray(size);
        for (Throwable failure : List.of(new IllegalStateException("x"), new AssertionError("y"))) {
          assertThatThrownBy(() ->
                  team.run((part, parts) -> {
                    runs.incrementAndGet(part);
                    if (part == bad) {
                      throwUnchecked(failure);
                    }
                  }))
              .isSameAs(failure);
        }
        for (int part = 0; part < size; part++) {
          assertThat(runs.get(part)).as("part %d of both calls ran", part).isEqualTo(2);
        }
        team.run((part, parts) -> runs.incrementAndGet(part));
        assertThat(runs.get(size - 1)).isEqualTo(3);
      }
    }
  }

  /** Those that waited for the part that failed say nothing of what it failed with. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void theCauseIsThrownAndNotThatOthersWaitedForIt(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      for (int failing = 0; failing < size; failing++) {
        int bad = failing;
        Barrier barrier = new Barrier(size);
        IllegalArgumentException failure = new IllegalArgumentException("the cause");

        assertThatThrownBy(() ->
                team.run((part, parts) -> {
                  barrier.arrive(part);
                  if (part == bad) {
                    barrier.fail(failure);
                    throw failure;
                  }
                  barrier.arrive(part);
                }))
            .isSameAs(failure)
            .hasNoSuppressedExceptions();
        assertThatThrownBy(() -> team.run((part, parts) -> barrier.arrive(part)))
            .as("a broken barrier")
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("another part of this work failed");
      }
    }
  }

  @Test
  void whatFurtherPartsFailedWithIsSuppressed() {
    try (ThreadTeam team = new ThreadTeam(3)) {
      RuntimeException[] failures = {
        new IllegalArgumentException("0"), new IllegalStateException("1"), new ArithmeticException()
      };
      assertThatThrownBy(() ->
              team.run((part, parts) -> {
                throw failures[part];
              }))
          .isSameAs(failures[0])
          .hasSuppressedException(failures[1])
          .hasSuppressedException(failures[2]);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void groupsWorkSideBySideOnAllThreads(int size) {
    for (int count = 1; count <= 6; count++) {
      ThreadTeam.Groups groups;
      try (ThreadTeam team = new ThreadTeam(size)) {
        groups = team.groups(count);
        assertThat(groups.teams()).hasSize(Math.min(count, size));
        assertThat(groups.leaders().size()).isEqualTo(groups.teams().size());
        assertThat(groups.teams().stream().mapToInt(ThreadTeam::size).sum()).isEqualTo(size);
        for (int round = 0; round < 50; round++) {
          Set<Thread> threads = ConcurrentHashMap.newKeySet();
          AtomicInteger runs = new AtomicInteger();

          groups
              .leaders()
              .run((group, ofGroups) ->
                  groups
                      .teams()
                      .get(group)
                      .run((part, parts) -> {
                        runs.incrementAndGet();
                        threads.add(Thread.currentThread());
                      }));
          team.run((part, parts) -> runs.incrementAndGet());

          assertThat(threads).hasSize(size).contains(Thread.currentThread());
          assertThat(runs.get()).isEqualTo(2 * size);
        }
        groups.teams().forEach(ThreadTeam::close); // leaves the threads to the team
        team.run((part, parts) -> {});
      }
      assertThatThrownBy(() -> groups.leaders().run((part, parts) -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> ThreadTeam.single().groups(0));
  }

  private static void throwUnchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void whatPartsWroteIsSeenByTheCallerAndByTheNextPiece(int size) {
    try (ThreadTeam team = new ThreadTeam(size)) {
      int[] values = new int[size]; // plain memory: the team must publish it
      int rounds = 400;
      for (int round = 0; round < rounds; round++) {
        int expected = round;
        team.run((part, parts) -> {
          int other = (part + expected) % parts;
          if (values[other] != expected) {
            throw new AssertionError("part " + part + " sees " + values[other]);
          }
        });
        team.run((part, parts) -> values[part]++);
        assertThat(values).containsOnly(round + 1);
      }
    }
  }

  @Test
  void sleepersWakeUp() throws InterruptedException {
    try (ThreadTeam team = new ThreadTeam(3)) {
      AtomicIntegerArray runs = new AtomicIntegerArray(3);
      for (int round = 1; round <= 40; round++) {
        Thread.sleep(Duration.ofMillis(round % 3)); // members stop spinning within a millisecond
        team.run((part, parts) -> runs.incrementAndGet(part));
        assertThat(runs.get(2)).isEqualTo(round);
      }
    }
  }

  @Test
  void anInterruptedCallerStillWaitsForEveryPart() {
    try (ThreadTeam team = new ThreadTeam(2)) {
      int[] done = new int[2];
      Thread.currentThread().interrupt();

      team.run((part, parts) -> {
        if (part == 1) {
          spin(Duration.ofMillis(5));
        }
        done[part] = 1;
      });

      assertThat(done).containsOnly(1);
      assertThat(Thread.interrupted()).as("the interrupt is left to the caller").isTrue();
    }
  }

  private static void spin(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void closingEndsItsThreads() throws InterruptedException {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    ThreadTeam team = new ThreadTeam(4);
    team.run((part, parts) -> threads.add(Thread.currentThread()));
    threads.remove(Thread.currentThread());

    team.close();
    team.close();

    assertThat(threads).hasSize(3);
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
    }
  }

  @Test
  void aClosedTeamSaysSo() {
    ThreadTeam team = new ThreadTeam(2);
    team.close();

    assertThatThrownBy(() -> team.run((part, parts) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1025, Integer.MIN_VALUE})
  void badSizesAreRejected(int size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ThreadTeam(size).close())
        .withMessageContaining("threads")
        .withMessageContaining(Integer.toString(size));
  }

  @Test
  void boundariesCutEvenlyAndMissNothing() {
    for (int length : new int[] {0, 1, 2, 7, 32, Integer.MAX_VALUE - 1}) {
      for (int parts = 1; parts <= 4; parts++) {
        assertThat(ThreadTeam.boundary(length, 0, parts)).isZero();
        assertThat(ThreadTeam.boundary(length, parts, parts)).isEqualTo(length);
        for (int part = 0; part < parts; part++) {
          int size =
              ThreadTeam.boundary(length, part + 1, parts)
                  - ThreadTeam.boundary(length, part, parts);
          assertThat(size).isBetween(length / parts, length / parts + 1);
        }
      }
    }
  }
}
