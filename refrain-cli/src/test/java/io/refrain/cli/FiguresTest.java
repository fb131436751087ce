package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void writesAsManyDigitsAsMeanSomething() {
    assertThat(Figures.loss(1.83249)).isEqualTo("1.832");
    assertThat(Figures.loss(Double.NaN)).isEqualTo("-");
    assertThat(Figures.perplexity(Math.log(6.254))).isEqualTo("6.25");
    assertThat(Figures.perplexity(Math.log(62.54))).isEqualTo("62.5");
    assertThat(Figures.perplexity(Math.log(6254))).isEqualTo("6,254");
    assertThat(Figures.perplexity(Math.log(2.5e7))).isEqualTo("2.5e+07");
    assertThat(Figures.perplexity(Double.POSITIVE_INFINITY)).isEqualTo("-");
    assertThat(Figures.rate(12.3)).isEqualTo("12");
    assertThat(Figures.rate(2345)).isEqualTo("2.3k");
    assertThat(Figures.rate(999_400)).isEqualTo("999k");
    assertThat(Figures.rate(1_230_000)).isEqualTo("1.2M");
    assertThat(Figures.count(1234567)).isEqualTo("1,234,567");
  }

  @Test
  void writesDurationsAsAClockDoes() {
    assertThat(Figures.duration(8.6)).isEqualTo("0:09");
    assertThat(Figures.duration(754)).isEqualTo("12:34");
    assertThat(Figures.duration(3723)).isEqualTo("1:02:03");
    assertThat(Figures.duration(Double.POSITIVE_INFINITY)).isEqualTo("-");
  }
}
