/** Recurrent neural networks in pure Java: train, understand and serve sequence models. */
module io.refrain {
  exports io.refrain.store;

  requires com.fasterxml.jackson.core;
  requires static jdk.incubator.vector;
  requires static transitive org.jspecify;
}
