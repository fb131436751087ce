package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.train.Progress;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static Pace.Reading reading(double fraction) {
    Progress progress = new Progress(1200, 2, 5, 0, 0, 9, Math.log(5), 900, 1, 1100);
    return new Pace.Reading(progress, Math.log(6.25), 231_400, fraction, 65);
  }

  @Test
  void fitsANarrowAndAWideTerminal() {
    ProgressLine line = new ProgressLine(10, TrainingLoss.OF_THE_TEXT, true, false);
    assertThat(line.of(reading(0.5), 77))
        .isEqualTo(
            "epoch 3/10 ━━━━━━━━──────── " + " 50%  loss 1.833  ppl 6.25  231k tok/s  1:05 left")
        .hasSize(77);
    assertThat(line.of(reading(0.25), 117))
        .endsWith(" 25%  loss 1.833  perplexity 6.25 (best 5.00)  231k tokens/s  1:05 left");
  }

  @Test
  void needsNeitherColourNorUnicode() {
    assertThat(new ProgressLine(10, TrainingLoss.OF_THE_TEXT, false, true).of(reading(0.5), 70))
        .startsWith("epoch 3/10 [")
        .matches("[ -~]*");
    assertThat(ProgressLine.hasLines(StandardCharsets.UTF_8)).isTrue();
    assertThat(ProgressLine.hasLines(StandardCharsets.US_ASCII)).isFalse();
  }

  @Test
  void aLossAmongSamplesIsNoPerplexity() {
    ProgressLine line = new ProgressLine(10, TrainingLoss.AMONG_SAMPLES, true, false);
    assertThat(line.of(reading(0.5), 117))
        .endsWith(
            " 50%  loss among samples 1.833 (best perplexity 5.00)  231k tokens/s  1:05 left");
    assertThat(line.of(reading(0.5), 77))
        .endsWith(" 50%  loss among samples 1.833  231k tok/s  1:05 left");
  }

  @Property
  void isNeverTooWide(
      @ForAll @DoubleRange(min = 0, max = 1) double fraction,
      @ForAll @IntRange(min = 1, max = 200) int columns,
      @ForAll boolean lines) {
    String line =
        new ProgressLine(10, TrainingLoss.OF_THE_TEXT, lines, false).of(reading(fraction), columns);
    assertThat(line.length()).isLessThanOrEqualTo(columns);
  }
}
