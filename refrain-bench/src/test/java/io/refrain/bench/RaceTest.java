package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.FakePeer.Behaviour;
import io.refrain.bench.PeerSetting.OpenBlasKernels;
import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Refrain itself against programs that only pretend. */
class RaceTest {
  private static final Workload WORKLOAD = Workload.named("generate-rnn");

  private static final PeerSetting SETTING =
      new PeerSetting(
          Library.LIBTORCH, WORKLOAD, PeerVariant.ONE_HOT, 1, OpenBlasKernels.CHOSEN_BY_ITSELF);

  private final List<String> progress = new ArrayList<>();

  @Test
  void comparesWithThoseWhoDoTheSameWorkAndSaysWhyNotWithOthers() throws Exception {
    RaceResult result;
    try (Race race = new Race(WORKLOAD, 2, new Race.Schedule(2, 5), progress::add)) {
      for (Behaviour behaviour : Behaviour.values()) {
        race.enter(SETTING, FakePeer.command(behaviour, WORKLOAD));
      }
      race.leaveOut(SETTING, "nobody built it");
      result = race.run();
    }

    assertThat(result.threads()).isEqualTo(1);
    assertThat(result.millis()).isPositive();
    assertThat(result.bytes()).isPositive();
    assertThat(result.peers())
        .extracting(RaceResult.PeerResult::millis)
        .containsExactly(1.0, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    assertThat(result.peers().get(0).name()).isEqualTo("fake 1.0");
    assertThat(result.peers().get(1).leftOut())
        .isEqualTo("HOPELESS dropped: at 10.00 ms over 4 times the best so far");
    assertThat(result.peers().get(2).leftOut())
        .startsWith("WRONG computes something else: after 4 units its figure is");
    assertThat(result.peers().get(3).leftOut()).isEqualTo("DEAD ended: no such library");
    assertThat(result.peers().get(4).leftOut())
        .isEqualTo("libtorch one-hot, 1 thread: not run: nobody built it");
    assertThat(progress).contains("generate-rnn: DEAD ended: no such library");
  }
}
