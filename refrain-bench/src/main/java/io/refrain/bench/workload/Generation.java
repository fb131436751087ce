package io.refrain.bench.workload;

/**
 * One greedy character: a token is read with batch 1 and no gradients, the state is carried, and
 * the likeliest next token is fed back.
 *
 * @param name the workload's
 * @param model what generates
 */
public record Generation(String name, LanguageShape model) implements LanguageWorkload {

  @Override
  public int batch() {
    return 1;
  }
}
