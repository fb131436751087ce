package io.refrain.bench.workload;

/** Work of a language model, which reads tokens. */
public sealed interface LanguageWorkload extends Workload permits TrainingStep, Generation {

  /**
   * Returns the sizes of the model.
   *
   * @return the model
   */
  LanguageShape model();

  /**
   * Returns how many sequences are read at once.
   *
   * @return sequences in a batch
   */
  int batch();
}
