package io.refrain.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SamplesTest {

  @Test
  void medianIsInTheMiddle() {
    assertThat(samples(3, 1, 1000).median()).isEqualTo(3);
    assertThat(samples(1000, 1, 3, 4).median()).isEqualTo(3.5);
    assertThat(new Samples().median()).isNaN();
  }

  @Test
  void quantileLeavesTheRestAbove() {
    Samples hundred = new Samples();
    for (int value = 100; value > 0; value--) {
      hundred.add(value);
    }

    assertThat(hundred.quantile(0.99)).isEqualTo(99);
    assertThat(hundred.quantile(1)).isEqualTo(100);
    assertThat(hundred.quantile(0.01)).isEqualTo(1);
    assertThat(samples(7).quantile(0.99)).isEqualTo(7);
    assertThat(new Samples().quantile(0.99)).isNaN();
  }

  @Property
  void noMoreThanHalfTheValuesAreOnEitherSide(
      @ForAll @NotEmpty @Size(max = 50) List<@DoubleRange(min = 0, max = 9) Double> values) {
    double median = samples(values.stream().mapToDouble(value -> value).toArray()).median();

    assertThat(values.stream().filter(value -> value < median).count())
        .isLessThanOrEqualTo(values.size() / 2);
    assertThat(values.stream().filter(value -> value > median).count())
        .isLessThanOrEqualTo(values.size() / 2);
  }

  private static Samples samples(double... values) {
    Samples samples = new Samples();
    Arrays.stream(values).forEach(samples::add);
    return samples;
  }
}
