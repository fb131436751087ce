package io.refrain.bench;

import io.refrain.bench.workload.MergeTraining;
import io.refrain.bench.workload.WikiText2;
import io.refrain.kernel.ThreadTeam;
import io.refrain.text.bpe.BpeModel;
import io.refrain.text.bpe.BpeTrainer;

/** Byte pairs from a text; the trainer's own threads count its pieces. */
final class MergeTrainingCase implements BenchCase {
  private static final int BYTES = 256;

  private final ThreadTeam team;
  private final String text = WikiText2.text();
  private final BpeTrainer.Options options;

  MergeTrainingCase(MergeTraining workload, int threads) {
    team = new ThreadTeam(threads);
    options = BpeTrainer.Options.ofSize(BYTES + 1 + workload.merges()); // and a special token
  }

  /** The sum of the ids of all merged tokens proves the work. */
  @Override
  public double run(int units) {
    double figure = Double.NaN;
    for (int unit = 0; unit < units; unit++) {
      BpeTrainer trainer = new BpeTrainer(options);
      trainer.count(text, team.size());
      figure = figure(trainer.train(tokens -> {}));
    }
    return figure;
  }

  private static double figure(BpeModel model) {
    long sum = 0;
    for (int rank = 0; rank < model.merges(); rank++) {
      sum += model.left(rank) + model.right(rank);
    }
    return sum;
  }

  @Override
  public ThreadTeam team() {
    return team;
  }

  @Override
  public void close() {
    team.close();
  }
}
