/**
 * Writing with a trained language model. May import {@code model}, {@code text} and what they stand
 * on; it never touches a tape. Read {@link io.refrain.generate.Session} first.
 */
@NullMarked
package io.refrain.generate;

import org.jspecify.annotations.NullMarked;
