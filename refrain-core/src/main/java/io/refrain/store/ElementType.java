package io.refrain.store;

/**
 * The element types ("dtype") that the safetensors format defines, with their sizes.
 *
 * <p>Only {@link #F32} is read and written. The others are known so that a file that also holds,
 * say, an I64 counter can be checked as a whole and opened for the sake of its float weights.
 */
enum ElementType {
  BOOL(8),
  F4(4),
  F6_E2M3(6),
  F6_E3M2(6),
  F8_E5M2(8),
  F8_E4M3(8),
  F8_E8M0(8),
  F8_E4M3FNUZ(8),
  F8_E5M2FNUZ(8),
  U8(8),
  I8(8),
  U16(16),
  I16(16),
  F16(16),
  BF16(16),
  U32(32),
  I32(32),
  F32(32),
  U64(64),
  I64(64),
  F64(64),
  C64(64);

  private final int bits;

  ElementType(int bits) {
    this.bits = bits;
  }

  /** Returns the size of one element; the smallest types do not fill a byte. */
  int bits() {
    return bits;
  }
}
