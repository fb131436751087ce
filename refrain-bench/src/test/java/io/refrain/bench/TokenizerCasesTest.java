package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.bench.workload.TokenEncoding;
import io.refrain.bench.workload.WikiText2;
import io.refrain.bench.workload.Workload;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class TokenizerCasesTest {
  @Test
  void figuresAreSums() {
    assertThat(TokenEncoding.figure(new int[] {Integer.MAX_VALUE, 3})).isEqualTo(2_147_483_650.0);
  }

  /**
   * The figures are those of jtokkit, whose encoder the races hold it against, and of a training.
   */
  @Test
  void unitsAreDoneWhereTheTextIs() {
    Assumptions.assumeTrue(WikiText2.file().isPresent(), "skipped: " + WikiText2.remedy());
    try (BenchCase encoding = BenchCase.open(Workload.named("bpe-encode-cl100k"), 2);
        BenchCase training = BenchCase.open(Workload.named("bpe-train"), 2)) {
      assertThat(encoding.team().size()).isEqualTo(1);
      assertThat(encoding.run(1)).isEqualTo(encoding.run(2)).isGreaterThan(2_472_178);
      assertThat(training.run(1)).isPositive();
    }
  }

  @Test
  void trainingHasNobodyToCompareWith() {
    assertThat(Comparison.of(List.of("bpe-train")))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.isAlone()).isTrue();
          assertThat(row.isWithItself()).isFalse();
        });
  }
}
