package io.refrain.bench;

import io.refrain.bench.workload.Generation;
import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.kernel.ThreadTeam;
import java.util.SplittableRandom;

/** Greedy generation, one token at a time, by a session on a frozen model. */
final class GenerationCase implements BenchCase {
  private final ThreadTeam team = ThreadTeam.single();
  private final Sampler sampler = new Sampler(Sampler.Options.greedy());
  private final SplittableRandom random = new SplittableRandom(0);
  private final Session session;

  GenerationCase(Generation workload) {
    session = new Session(BenchModel.of(workload).freeze());
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
