package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.PeerSetting.OpenBlasKernels;
import io.refrain.bench.workload.Library;
import io.refrain.bench.workload.PeerVariant;
import io.refrain.bench.workload.Workload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PeerSettingTest {
  private static final Workload NOTEBOOK = Workload.named("rnn-notebook");
  private static final Machine OLD = new Machine("old", 2, false);
  private static final Machine NEW = new Machine("new", 2, true);

  @Test
  void triesEveryWayThatMayBeTheFastest() {
    assertThat(PeerSetting.ofPeers(NOTEBOOK, 2, NEW))
        .hasSize(2 * 2 * 2 + 2) // libtorch: inputs × threads × kernels; DJL: threads
        .doesNotHaveDuplicates();
    assertThat(PeerSetting.ofPeers(NOTEBOOK, 2, OLD)).hasSize(2 * 2 + 2);
    assertThat(PeerSetting.ofPeers(NOTEBOOK, 8, new Machine("large", 16, false)))
        .extracting(PeerSetting::threads)
        .contains(1, 2, 8);
  }

  @Test
  void embeddedModelsAreOnlyRunWithTheEmbedding() {
    assertThat(PeerSetting.ofPeers(Workload.named("rnn-word-embedding"), 1, OLD))
        .extracting(PeerSetting::variant)
        .containsOnly(PeerVariant.EMBEDDING);
  }

  @Test
  void peerOfOneCellComesWithIt() {
    assertThat(libraries("lstm-256")).contains(Library.DL4J);
    assertThat(libraries("gru-256")).doesNotContain(Library.DL4J);
    // its single bias takes another path than two under Adam
    assertThat(libraries("lstm-512x2")).doesNotContain(Library.DL4J);
  }

  @Test
  void tokensAreEncodedByOneThread() {
    assertThat(PeerSetting.ofPeers(Workload.named("bpe-encode-cl100k"), 2, NEW))
        .singleElement()
        .satisfies(setting ->
            assertThat(setting.arguments())
                .containsExactly(
                    "--peer",
                    "jtokkit",
                    "--case",
                    "bpe-encode-cl100k",
                    "--variant",
                    "encoder",
                    "--threads",
                    "1"));
    assertThat(PeerSetting.ofPeers(Workload.named("bpe-train"), 2, NEW)).isEmpty();
  }

  @Test
  void raggedBatchesRaceWithPackedAndPaddedOnes() {
    Workload ragged = Workload.named("ragged-lstm-100");
    Workload padded = Workload.named("ragged-lstm-100-padded");

    assertThat(PeerSetting.ofRefrain(ragged, 2))
        .extracting(PeerSetting::workload)
        .containsExactly(padded);
    assertThat(PeerSetting.ofPeers(ragged, 2, OLD))
        .allSatisfy(setting ->
            assertThat(setting.variant())
                .isEqualTo(
                    setting.workload().equals(ragged) ? PeerVariant.PACKED : PeerVariant.PADDED))
        .extracting(PeerSetting::workload)
        .contains(ragged, padded);
  }

  @Test
  void cellThatNoPeerHasRacesWithTheGru() {
    Workload gru = Workload.named("min-gru-as-gru");

    assertThat(PeerSetting.ofRefrain(Workload.named("min-gru"), 2))
        .extracting(PeerSetting::workload)
        .containsExactly(gru);
    assertThat(PeerSetting.ofPeers(Workload.named("min-gru"), 2, OLD))
        .isNotEmpty()
        .allSatisfy(setting -> assertThat(setting.workload()).isEqualTo(gru));
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
  void argumentsAreThoseOfThePeersProgram() {
    assertThat(setting(OpenBlasKernels.SKYLAKEX).arguments())
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

  private static List<Library> libraries(String workload) {
    return PeerSetting.ofPeers(Workload.named(workload), 2, OLD).stream()
        .map(PeerSetting::library)
        .toList();
  }

  private static PeerSetting setting(OpenBlasKernels kernels) {
    return new PeerSetting(Library.LIBTORCH, NOTEBOOK, PeerVariant.GATHER, 2, kernels);
  }
}
