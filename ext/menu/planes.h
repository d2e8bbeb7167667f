/* Sums of products on columns of trigger words, 512 rows at a time.
 *
 * Eight blocks of 64 rows lie side by side in the lanes of a vector; what evaluate.pyx does with one block of 64 rows
 * is done here with eight at once.  The compiler makes one version for each vector width, the machine picks one when
 * the module is loaded.  All versions give the same bits.
 */
#ifndef TRIGEMU_PLANES_H
#define TRIGEMU_PLANES_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PLANES_WIDE 1
#else
#define PLANES_WIDE 0
#endif

/* Choosing at load time needs indirect functions, which not every C library has. */
#if defined(__GNUC__) && defined(__x86_64__) && defined(__GLIBC__)
#define PLANES_VERSIONS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define PLANES_VERSIONS
#endif

/* What a menu is made of; see evaluate.pyx. */
typedef struct {
  ptrdiff_t width;
  ptrdiff_t lines;
  const uint8_t *entry_of;
  const int32_t *term_of;
  const int32_t *factor_of;
  const int32_t *bit;
  const uint64_t *inverted;
  const uint8_t *used;
} planes_menu;

#if PLANES_WIDE

enum { PLANES_LANES = 8, PLANES_ROWS = 512 };

typedef uint64_t planes_row __attribute__((vector_size(64), aligned(8), may_alias));

static inline __attribute__((always_inline)) void planes_transpose(planes_row *a) {
  uint64_t mask = 0x00000000FFFFFFFF;
  for (int width = 32; width; width >>= 1, mask ^= mask << width) {
    for (int base = 0; base < 64; base += 2 * width) {
      for (int i = base; i < base + width; i++) {
        planes_row swap = ((a[i] >> width) ^ a[i + width]) & mask;
        a[i + width] ^= swap;
        a[i] ^= swap << width;
      }
    }
  }
}

/* Evaluate up to 512 rows; planes is room for 512 numbers per word. */
PLANES_VERSIONS static void planes_evaluate(const planes_menu *menu, const uint64_t *words, const uint8_t *entry,
                                            ptrdiff_t count, uint64_t *planes, uint64_t *fired) {
  const ptrdiff_t width = menu->width, lines = menu->lines, out_words = (lines + 63) / 64;
  const planes_row *plane = (const planes_row *)planes;
  planes_row out[64];
  planes_row active = {0};
  uint8_t kinds = 0;
  for (ptrdiff_t word = 0; word < width; word++) {
    if (!menu->used[word])
      continue;
    uint64_t *here = planes + word * PLANES_ROWS;
    for (int lane = 0; lane < PLANES_LANES; lane++)
      for (int row = 0; row < 64; row++) {
        ptrdiff_t from = 64 * lane + row;
        here[row * PLANES_LANES + lane] = from < count ? words[from * width + word] : 0;
      }
    planes_transpose((planes_row *)here);
  }
  for (ptrdiff_t line = 0; line < lines; line++) {
    if (menu->entry_of[line] != kinds) {
      kinds = menu->entry_of[line];
      for (int lane = 0; lane < PLANES_LANES; lane++) {
        uint64_t some = 0;
        for (int row = 0; row < 64 && 64 * lane + row < count; row++)
          some |= (uint64_t)((entry[64 * lane + row] & kinds) != 0) << row;
        active[lane] = some;
      }
    }
    planes_row result = {0};
    for (int32_t term = menu->term_of[line]; term < menu->term_of[line + 1]; term++) {
      planes_row product = active;
      for (int32_t factor = menu->factor_of[term]; factor < menu->factor_of[term + 1]; factor++)
        product &= plane[menu->bit[factor]] ^ menu->inverted[factor];
      result |= product;
    }
    out[line % 64] = result;
    if (line % 64 == 63 || line == lines - 1) {
      for (ptrdiff_t rest = line % 64 + 1; rest < 64; rest++)
        out[rest] = (planes_row){0};
      planes_transpose(out);
      for (int lane = 0; lane < PLANES_LANES; lane++)
        for (int row = 0; row < 64 && 64 * lane + row < count; row++)
          fired[(64 * lane + row) * out_words + line / 64] = out[row][lane];
    }
  }
}

#else

enum { PLANES_LANES = 1, PLANES_ROWS = 64 };

static void planes_evaluate(const planes_menu *menu, const uint64_t *words, const uint8_t *entry, ptrdiff_t count,
                            uint64_t *planes, uint64_t *fired) {
  (void)menu, (void)words, (void)entry, (void)count, (void)planes, (void)fired;
}

#endif
#endif
