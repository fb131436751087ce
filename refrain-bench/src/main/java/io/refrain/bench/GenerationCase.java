package io.refrain.bench;

import io.refrain.bench.workload.InitialWeights;
import io.refrain.bench.workload.Workload;
import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.kernel.ThreadTeam;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import io.refrain.nn.Parameter;
import java.util.SplittableRandom;

/** Greedy generation, one token at a time, by a session on a frozen model. */
final class GenerationCase implements BenchCase {
  private final ThreadTeam team = ThreadTeam.single();
  private final Sampler sampler = new Sampler(Sampler.Options.greedy());
  private final SplittableRandom random = new SplittableRandom(0);
  private final Session session;

  GenerationCase(Workload workload) {
    LanguageModelConfig shape =
        new LanguageModelConfig(
            workload.vocabulary(), 0, CellKind.RNN_TANH, workload.hidden(), workload.layers());
    // The model draws weights that are replaced by those of the peers.
    LanguageModel model = new LanguageModel(shape, random);
    InitialWeights initial = new InitialWeights(workload);
    for (Parameter parameter : model.parameters().values()) {
      parameter.assign(initial.next(parameter.size()));
    }
    session = new Session(model.freeze());
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
