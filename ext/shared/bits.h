/* Counting and finding the bits of 64-bit words, with any compiler.
 *
 * GCC and Clang have builtins, which become one instruction where the target has it.  Other compilers get plain C with
 * the same results; -DTRIGEMU_PORTABLE_BITS chooses it everywhere, so that it can be tested.
 */
#ifndef TRIGEMU_BITS_H
#define TRIGEMU_BITS_H

#include <stdint.h>

#if defined(__GNUC__) && !defined(TRIGEMU_PORTABLE_BITS)

static inline int trigemu_popcount64(uint64_t word) { return __builtin_popcountll(word); }
static inline int trigemu_ctz64(uint64_t word) { return __builtin_ctzll(word); }

#else

/* Sums of 2, 4 and 8 neighbouring bits, in place; the product adds up the eight bytes in the highest one (Warren,
 * Hacker's Delight, 5-1). */
static inline int trigemu_popcount64(uint64_t word) {
  word -= word >> 1 & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
  return (int)(word * UINT64_C(0x0101010101010101) >> 56);
}

/* The zeros below the lowest bit are the bits that word - 1 has and word has not. */
static inline int trigemu_ctz64(uint64_t word) { return trigemu_popcount64((word - 1) & ~word); }

#endif

#endif
