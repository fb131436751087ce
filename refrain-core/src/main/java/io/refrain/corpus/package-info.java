/**
 * Texts that are larger than memory: encoded once into a file of tokens, which training reads
 * through the virtual memory of the operating system.
 *
 * <p>May import {@code text}, {@code data} and {@code store}; knows no network. Read {@link
 * io.refrain.corpus.TokenFile} first, then {@link io.refrain.corpus.CorpusEncoding}.
 */
@NullMarked
package io.refrain.corpus;

import org.jspecify.annotations.NullMarked;
