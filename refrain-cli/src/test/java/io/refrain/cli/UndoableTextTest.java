package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.generate.Session;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UndoableTextTest {
  private static final int TURNS = 3 * UndoableText.KEPT;

  private static UndoableText begin() {
    Session session =
        new Session(
            new LanguageModel(
                    new LanguageModelConfig(9, 0, CellKind.GRU, 6, 1), new SplittableRandom(1))
                .freeze());
    session.read(4, 2);
    return new UndoableText(session, 4, 2);
  }

  /** What is known of a text after each of its turns, of one to three tokens. */
  private static List<float[]> write(UndoableText text) {
    List<float[]> logits = new ArrayList<>();
    for (int turn = 0; turn < TURNS; turn++) {
      logits.add(text.session().logits().clone());
      int[] tokens = new int[1 + turn % 3];
      Arrays.fill(tokens, turn % 9);
      text.add(tokens);
    }
    return logits;
  }

  @Test
  void everyTurnCanBeTakenBackToTheBit() {
    UndoableText text = begin();
    List<float[]> logits = write(text);
    assertThat(text.tokens()).hasSize(2 + 2 * TURNS).startsWith(4, 2, 0, 1, 1, 2, 2, 2);
    for (int turn = TURNS - 1; turn >= 0; turn--) {
      assertThat(text.undo()).isTrue();
      assertThat(text.session().logits()).as("before turn %d", turn).isEqualTo(logits.get(turn));
    }
    assertThat(text.tokens()).containsExactly(4, 2);
    assertThat(text.undo()).isFalse();
    assertThat(text.session().logits()).isEqualTo(logits.getFirst());
  }

  @Test
  void aTextGoesOnFromAnyTurn() {
    UndoableText text = begin();
    write(text);
    for (int turn = TURNS; turn > 10; turn--) {
      text.undo();
    }
    text.add(7, 8);
    UndoableText other = begin();
    other.add(0);
    other.add(1, 1);
    other.add(2, 2, 2, 3, 4, 4, 5, 5, 5, 6, 7, 7, 8, 8, 8, 0, 7, 8);
    assertThat(text.tokens()).isEqualTo(other.tokens());
    assertThat(text.session().logits()).isEqualTo(other.session().logits());
    text.undo();
    assertThat(text.undo()).isTrue();
    assertThat(text.tokens()).endsWith(8, 8, 8);
  }
}
