package io.refrain.text;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;

/** Texts of parts that tokenizers find hard, without halves of surrogate pairs. */
class Texts extends DomainContextBase {
  /** A text; not a string, of which jqwik makes others. */
  record Text(String text) {}

  @Provide
  Arbitrary<Text> texts() {
    return CutsAndOffsetsTest.texts()
        .list()
        .ofMaxSize(8)
        .map(texts -> new Text(WellFormed.of(String.join("", texts))));
  }
}
