package io.refrain.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CandidateTest {
  @Test
  void theLikeliestComeFirst() {
    float[] logits = {0, 2, 1, 2, Float.NEGATIVE_INFINITY};
    List<Candidate> all = Candidate.likeliest(logits, 9);
    assertThat(all.stream().map(Candidate::token)).containsExactly(1, 3, 2, 0, 4);
    assertThat(all.stream().mapToDouble(Candidate::probability).sum()).isCloseTo(1, within(1e-6));
    assertThat(all.getFirst().probability())
        .isCloseTo(Math.exp(2) / (1 + Math.E + 2 * Math.exp(2)), within(1e-6));
    assertThat(Candidate.likeliest(logits, 2)).isEqualTo(all.subList(0, 2));
    assertThat(Candidate.likeliest(logits, 2, 1, 2, 77)).isEqualTo(List.of(all.get(1), all.get(3)));
    assertThat(Candidate.likeliest(logits, 0)).isEmpty();
  }

  @Test
  void whatIsNoNumberIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Candidate.likeliest(new float[] {1, Float.NaN}, 1))
        .withMessageContaining("that of token 1 is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Candidate.likeliest(new float[] {1, 2}, 1, -3))
        .withMessage("excluded tokens: expected ids of at least 0, got -3");
  }
}
