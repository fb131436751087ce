/**
 * Text in, token ids out: corpora, vocabularies and tokenizers.
 *
 * <p>May import the JDK and Jackson's streaming JSON parser; knows no tensor and no network. Read
 * {@link io.refrain.text.Tokenizer} first, then {@link io.refrain.text.NotebookText} for what the
 * notebook does to a text before it counts anything.
 */
@NullMarked
package io.refrain.text;

import org.jspecify.annotations.NullMarked;
