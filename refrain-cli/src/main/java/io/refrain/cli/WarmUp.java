package io.refrain.cli;

import io.refrain.generate.Sampler;
import io.refrain.generate.Session;
import io.refrain.model.CellKind;
import io.refrain.model.LanguageModel;
import io.refrain.model.LanguageModelConfig;
import java.util.SplittableRandom;

/**
 * Loads the Vector API and the kernels on a second core while the first parses the command line, so
 * that the first character comes sooner.
 */
final class WarmUp {
  private WarmUp() {}

  static Thread start() {
    return start(WarmUp::touchKernels);
  }

  static Thread start(Runnable work) {
    Thread thread = new Thread(work, "warm-up");
    // The command will meet the same failure and tell of it in its own words.
    thread.setUncaughtExceptionHandler((failed, failure) -> {});
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  static void await(Thread warmUp) {
    try {
      warmUp.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One token from the smallest model passes through every class that inference needs. */
  private static void touchKernels() {
    VectorModule.add();
    SplittableRandom random = new SplittableRandom(0);
    LanguageModelConfig shape = new LanguageModelConfig(2, 0, CellKind.RNN_TANH, 2, 1);
    Session session = new Session(new LanguageModel(shape, random).freeze());
    session.read(0);
    session.write(1, new Sampler(Sampler.Options.temperature(1)), random, token -> true);
  }
}
