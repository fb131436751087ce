package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.PeerSetting.Library;
import io.refrain.bench.PeerSetting.OpenBlasKernels;
import io.refrain.bench.workload.InputPath;
import io.refrain.bench.workload.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerSettingTest {
  private static final Workload NOTEBOOK = Workload.named("rnn-notebook");

  @Test
  void triesEveryWayThatMayBeTheFastest() {
    assertThat(PeerSetting.of(NOTEBOOK, 2, new Machine("new", 2, true)))
        .hasSize(2 * 2 * 2 + 2) // libtorch: inputs × threads × kernels; DJL: threads
        .doesNotHaveDuplicates();
    assertThat(PeerSetting.of(NOTEBOOK, 2, new Machine("old", 2, false))).hasSize(2 * 2 + 2);
    assertThat(PeerSetting.of(NOTEBOOK, 8, new Machine("large", 16, false)))
        .extracting(PeerSetting::threads)
        .contains(1, 2, 8);
  }

  @Test
  void embeddedModelsAreOnlyRunWithTheEmbedding() {
    Workload workload = Workload.named("rnn-word-embedding");

    assertThat(PeerSetting.of(workload, 1, new Machine("old", 1, false)))
        .extracting(PeerSetting::path)
        .containsOnly(InputPath.EMBEDDING);
  }

  @Test
  void environmentSaysWhatTheSettingSays() {
    Map<String, String> environment = new HashMap<>(Map.of("OPENBLAS_CORETYPE", "PRESCOTT"));

    setting(OpenBlasKernels.CHOSEN_BY_ITSELF).configure(environment);
    assertThat(environment)
        .containsEntry("OPENBLAS_NUM_THREADS", "1")
        .containsEntry("OMP_NUM_THREADS", "2")
        .doesNotContainKey("OPENBLAS_CORETYPE");

    setting(OpenBlasKernels.SKYLAKEX).configure(environment);
    assertThat(environment).containsEntry("OPENBLAS_CORETYPE", "SKYLAKEX");
  }

  @Test
  void argumentsAreThoseOfPeerMain() {
    assertThat(setting(OpenBlasKernels.SKYLAKEX).arguments(NOTEBOOK))
        .isEqualTo(
            List.of(
                "--peer",
                "libtorch",
                "--case",
                "rnn-notebook",
                "--variant",
                "gather",
                "--threads",
                "2"));
  }

  private static PeerSetting setting(OpenBlasKernels kernels) {
    return new PeerSetting(Library.LIBTORCH, InputPath.GATHER, 2, kernels);
  }
}
