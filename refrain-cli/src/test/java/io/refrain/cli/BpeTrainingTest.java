package io.refrain.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.refrain.text.BpeTokenizer;
import io.refrain.text.CorpusReader;
import io.refrain.text.CorpusSource;
import io.refrain.text.bpe.BpeTrainer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class BpeTrainingTest {
  private static final int MOST = 100;

  private static void count(BpeTraining training, String text) throws IOException {
    CorpusSource source = CorpusSource.of("text", text.getBytes(StandardCharsets.UTF_8));
    try (CorpusReader reader = source.open()) {
      training.count(new TextReading(source, reader));
    }
  }

  private static String manyWords(int count) {
    StringBuilder text = new StringBuilder("word word word");
    for (int number = 0; number < count; number++) {
      text.append(" w").append((char) ('a' + number % 26)).append((char) ('a' + number / 26));
    }
    return text.toString();
  }

  private static String errorsOf(Runnable task) {
    PrintStream before = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setErr(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      task.run();
    } finally {
      System.setErr(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatComesAfterManyPiecesCountsToo() throws IOException {
    BpeTraining training = new BpeTraining(BpeTrainer.Options.ofSize(300), 2, MOST);
    count(training, manyWords(500));
    count(training, "zebra zebra zebra");
    BpeTokenizer[] made = new BpeTokenizer[1];

    String errors = errorsOf(() -> made[0] = training.learn());

    assertThat(made[0].encode(" zebra word")).hasSize(2);
    assertThat(errors)
        .isEqualToNormalizingNewlines(
            "The text has more than 100 different pieces: 501 that were seen least are not"
                + " counted.\n");
  }

  @Test
  void fewPiecesAreAllCounted() throws IOException {
    BpeTraining training = new BpeTraining(BpeTrainer.Options.ofSize(300), 2, MOST);
    count(training, manyWords(50));
    BpeTokenizer[] made = new BpeTokenizer[1];

    assertThat(errorsOf(() -> made[0] = training.learn())).isEmpty();

    assertThat(made[0].encode(" wa")).as("a pair of many pieces").hasSize(1);
  }
}
