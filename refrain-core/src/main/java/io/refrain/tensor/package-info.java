/**
 * Arrays with a shape, the tape that runs operations backwards, and the buffers both reuse.
 *
 * <p>May import {@code io.refrain.kernel}. Read {@link io.refrain.tensor.Tape} first.
 */
@NullMarked
package io.refrain.tensor;

import org.jspecify.annotations.NullMarked;
