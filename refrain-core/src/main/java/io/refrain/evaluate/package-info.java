/**
 * How well models predict texts: read {@link io.refrain.evaluate.RunningScore}, then the readers,
 * {@link io.refrain.evaluate.PlainReader} first; for many short texts, {@link
 * io.refrain.evaluate.LineScorer}.
 */
@NullMarked
package io.refrain.evaluate;

import org.jspecify.annotations.NullMarked;
