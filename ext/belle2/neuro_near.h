/* Which stereo segments of a crossing are near a track: whole segments, eight at a time.
 *
 * Superlayers start at a multiple of eight slots; slots in between hold NEAR_NOWHERE, which is in no window.
 */
#ifndef TRIGEMU_NEURO_NEAR_H
#define TRIGEMU_NEURO_NEAR_H

#include <stdint.h>

#include "shared/bits.h"

#define NEAR_LAYERS 4
#define NEAR_NOWHERE 16384

typedef struct {
  int lowest; /* first segment of the window, from 0 to cells - 1 */
  int span;   /* the last one less the first one */
  int cells;  /* segments around the superlayer, less than NEAR_NOWHERE / 2 */
} near_window;

typedef struct {
  int16_t *number;      /* of the segment in its superlayer, by slot */
  int32_t *row;         /* of the segment in its frame, by slot */
  int end[NEAR_LAYERS]; /* of the superlayers' slots, in eights */
} near_slots;

#if defined(__SSE2__) && defined(__GNUC__)
#include <emmintrin.h>
static inline unsigned near_eight(const int16_t *number, near_window w) {
  __m128i d = _mm_sub_epi16(_mm_loadu_si128((const __m128i *)number), _mm_set1_epi16((int16_t)w.lowest));
  d = _mm_add_epi16(d, _mm_and_si128(_mm_srai_epi16(d, 15), _mm_set1_epi16((int16_t)w.cells)));
  d = _mm_cmpgt_epi16(d, _mm_set1_epi16((int16_t)w.span));
  return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(d, _mm_setzero_si128())) ^ 0xFF;
}
#else
static inline unsigned near_eight(const int16_t *number, near_window w) {
  unsigned mask = 0;
  for (int i = 0; i < 8; i++) {
    int d = number[i] - w.lowest;
    mask |= (unsigned)(d + (d < 0 ? w.cells : 0) <= w.span) << i;
  }
  return mask;
}
#endif

/* Write the rows inside the windows in order, return how many.  Bits are collected first: one loop over those set is
 * foreseen better than many short ones. */
static inline int near_rows(const near_slots *slots, const near_window *windows, int32_t *rows) {
  uint64_t word = 0;
  int eight = 0, count = 0, filled = 0, last = slots->end[NEAR_LAYERS - 1];
  for (int k = 0; k < NEAR_LAYERS; k++) {
    for (; eight < slots->end[k]; eight++) {
      word |= (uint64_t)near_eight(slots->number + 8 * eight, windows[k]) << filled;
      filled += 8;
      if (filled == 64 || eight + 1 == last) {
        for (; word; word &= word - 1)
          rows[count++] = slots->row[8 * (eight + 1) - filled + trigemu_ctz64(word)];
        filled = 0;
      }
    }
  }
  return count;
}

#endif
