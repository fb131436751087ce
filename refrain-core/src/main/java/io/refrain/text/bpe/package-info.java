/**
 * Byte-level byte-pair encoding: bytes in, token ids out.
 *
 * <p>May import the JDK and nothing else; knows no tokenizer and no file.
 */
@NullMarked
package io.refrain.text.bpe;

import org.jspecify.annotations.NullMarked;
