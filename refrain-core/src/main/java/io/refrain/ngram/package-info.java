/**
 * What counting comes to: read {@link io.refrain.ngram.KneserNey}, then {@link
 * io.refrain.ngram.NgramCounts}. A network that predicts no better has not earned its keep.
 */
@NullMarked
package io.refrain.ngram;

import org.jspecify.annotations.NullMarked;
