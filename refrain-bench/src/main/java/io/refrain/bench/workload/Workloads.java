package io.refrain.bench.workload;

import java.util.List;

/** The sizes of everything that is measured. */
final class Workloads {
  private static final int CHARACTERS = 28;
  private static final int PRINTABLE_CHARACTERS = 65;
  private static final int WORDS = 4581;

  /** From the notebook, where nothing else is said. */
  private static final int HIDDEN = 256;

  private static final int WIDE = 512;
  private static final int BATCH = 32;
  private static final int STEPS = 18;

  static final List<Workload> ALL =
      List.of(
          step("rnn-notebook", characters(CellKind.RNN), STEPS),
          step("rnn-word", words(false), STEPS),
          step("rnn-word-embedding", words(true), STEPS),
          new Generation("generate-rnn", characters(CellKind.RNN)),
          step("lstm-256", characters(CellKind.LSTM), STEPS),
          step("gru-256", characters(CellKind.GRU), STEPS),
          new TrainingStep("lstm-512x2", wideLstm(), Update.ADAM, 64, 64),
          new Generation("generate-lstm", wideLstm()),
          // deeplearning4j issue 4010: two layers of 256, 120 steps of 33 features, one at a time
          new SequenceInference(
              "infer-lstm", new RecurrentShape(CellKind.LSTM, 33, HIDDEN, 2), 120),
          ragged(100),
          ragged(1000),
          step("min-gru", characters(CellKind.MIN_GRU), 512),
          output(OutputPass.Kind.FULL),
          output(OutputPass.Kind.ADAPTIVE),
          output(OutputPass.Kind.SAMPLED),
          new TokenEncoding("bpe-encode-cl100k", "cl100k_base"),
          new TokenEncoding("bpe-encode-o200k", "o200k_base"),
          new MergeTraining("bpe-train", 32_000));

  private Workloads() {}

  /** The words of WikiText-2, in batches of its usual size. */
  private static OutputPass output(OutputPass.Kind kind) {
    return new OutputPass(kind, 33_278, 400, 20, 35);
  }

  private static TrainingStep step(String name, LanguageShape model, int steps) {
    return new TrainingStep(name, model, Update.SGD, BATCH, steps);
  }

  private static LanguageShape characters(CellKind cell) {
    return new LanguageShape(CHARACTERS, false, cell, HIDDEN, 1);
  }

  private static LanguageShape words(boolean embedded) {
    return new LanguageShape(WORDS, embedded, CellKind.RNN, HIDDEN, 2);
  }

  private static LanguageShape wideLstm() {
    return new LanguageShape(PRINTABLE_CHARACTERS, false, CellKind.LSTM, WIDE, 2);
  }

  /** The question of pytorch issue 149194: what does a batch of different lengths cost? */
  private static RaggedPass ragged(int longest) {
    RecurrentShape recurrent = new RecurrentShape(CellKind.LSTM, 64, HIDDEN, 1);
    return new RaggedPass("ragged-lstm-" + longest, recurrent, BATCH, longest);
  }
}
