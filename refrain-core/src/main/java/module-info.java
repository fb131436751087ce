/** Recurrent neural networks in pure Java: train, understand and serve sequence models. */
module io.refrain {
  requires com.fasterxml.jackson.core;
  requires static jdk.incubator.vector;
  requires static org.jspecify;

  exports io.refrain.data;
  exports io.refrain.text;
}
