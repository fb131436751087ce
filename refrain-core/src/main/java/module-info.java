/** Recurrent neural networks in pure Java: train, understand and serve sequence models. */
module io.refrain {
  exports io.refrain.corpus;
  exports io.refrain.data;
  exports io.refrain.evaluate;
  exports io.refrain.generate;
  exports io.refrain.kernel;
  exports io.refrain.loss;
  exports io.refrain.model;
  exports io.refrain.ngram;
  exports io.refrain.nn;
  exports io.refrain.nn.recurrent;
  exports io.refrain.optim;
  exports io.refrain.store;
  exports io.refrain.tensor;
  exports io.refrain.text;
  exports io.refrain.text.bpe;
  exports io.refrain.train;

  requires com.fasterxml.jackson.core;
  requires static jdk.incubator.vector;
  requires static transitive org.jspecify;

  uses io.refrain.text.TokenizerProvider;
}
