package io.refrain.bench;

import io.refrain.bench.workload.Generation;
import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.FrozenLanguageModel;
import java.util.SplittableRandom;

/**
 * Greedy generation, one token at a time, by a session on a frozen model; as many threads as help.
 */
final class GenerationCase implements BenchCase {
  private final ThreadTeam team;
  private final Sampler sampler = new Sampler(Sampler.Options.greedy());
  private final SplittableRandom random = new SplittableRandom(0);
  private final Session session;

  GenerationCase(Generation workload, int threads) {
    FrozenLanguageModel model = BenchModel.of(workload).freeze();
    team = new ThreadTeam(model.threads(threads));
    session = new Session(model, team);
    session.read(0);
  }

  @Override
  public double run(int units) {
    long[] sum = {0};
    session.write(
        units,
        sampler,
        random,
        token -> {
          sum[0] += token;
          return true;
        });
    return sum[0];
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
