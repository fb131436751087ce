/**
 * Byte-level byte-pair encoding: bytes in, token ids out.
 *
 * <p>May import the JDK and nothing else; knows no tokenizer and no file. Read {@link
 * io.refrain.text.bpe.BpeModel} first, then {@link io.refrain.text.bpe.BpeEncoder} and {@link
 * io.refrain.text.bpe.BpeTrainer}.
 */
@NullMarked
package io.refrain.text.bpe;

import org.jspecify.annotations.NullMarked;
