/**
 * OpenAI's tokenizers, whose vocabularies are in the jar of jtokkit. Nothing here is called by
 * name: with this module on the class path, {@link io.refrain.text.PublishedTokenizers} knows them.
 */
@NullMarked
package io.refrain.jtokkit;

import org.jspecify.annotations.NullMarked;
