package io.refrain.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.data.Split;
import io.refrain.data.TokenSource;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.LanguageModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How much of a text is validated with. */
class ValidationTest {
  private static TokenSource counting(int tokens) {
    return TokenSource.of(IntStream.range(0, tokens).toArray());
  }

  @Test
  void aShareIsTheEndOfAText() {
    Split split = new Validation.Share(0.25).split(counting(20));
    assertThat(split.train().size()).isEqualTo(15);
    assertThat(split.validation().toArray()).containsExactly(15, 16, 17, 18, 19);
  }

  @Test
  void ofALongEndOnlyTheFirstTokensAreValidatedWith() {
    Split split = new Validation.Share(0.5).split(counting(600_000));
    assertThat(split.train().size()).isEqualTo(300_000);
    int[] held = split.validation().toArray();
    assertThat(held).hasSize(Validation.Share.MOST_TOKENS);
    assertThat(held[0]).isEqualTo(300_000);
  }

  @Test
  void aTextOfItsOwnIsReadWholeHoweverLongItIs() throws IOException {
    SmallTraining training = SmallTraining.sgd().withEpochs(1);
    Trainer trainer =
        new Trainer(
            training.config(),
            new LanguageModel(training.model(), new SplittableRandom(1)),
            new Split(SmallTraining.tokens(), TokenSource.of(new int[250_000])),
            ThreadTeam.single());
    List<Long> read = new ArrayList<>();
    trainer.run(
        new TrainingListener() {
          @Override
          public void evaluated(
              Progress progress,
              LanguageModel.Evaluation evaluation,
              boolean better,
              LanguageModel model) {
            read.add(evaluation.tokens());
          }
        });
    assertThat(read).containsExactly(249_920L); // but for a part of a batch of 16 rows
  }
}
