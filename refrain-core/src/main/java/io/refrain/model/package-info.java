/**
 * What a user trains: networks put together for a task. May import {@code nn}, {@code loss}, {@code
 * data}, {@code store} and what they stand on. Read {@link io.refrain.model.LanguageModel} first.
 */
@NullMarked
package io.refrain.model;

import org.jspecify.annotations.NullMarked;
