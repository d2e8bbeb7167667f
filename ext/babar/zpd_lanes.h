/* What the z trigger does with eight segments, or with all superlayers, at once. */
#ifndef TRIGEMU_ZPD_LANES_H
#define TRIGEMU_ZPD_LANES_H

#include <stdint.h>

#if defined(__SSE2__) && defined(__GNUC__) && !defined(TRIGEMU_PORTABLE_BITS)
#include <emmintrin.h>
#define ZPD_SSE2
#endif

#define ZPD_REACH 512
#define ZPD_LANES 16
#define ZPD_NONE 0x7FFF /* no segment */
#define ZPD_SHIFT_BITS 13

/* Which of eight segments are near a seed, one bit each: the difference of places is at least -ZPD_REACH and less than
 * ZPD_REACH, that of ticks from the earliest is at least 0 and at most span. */
static inline unsigned zpd_eight(const int16_t *place, const int16_t *tick, int16_t own, int16_t earliest, int16_t span) {
#ifdef ZPD_SSE2
  __m128i d = _mm_sub_epi16(_mm_loadu_si128((const __m128i *)place), _mm_set1_epi16(own));
  __m128i t = _mm_sub_epi16(_mm_loadu_si128((const __m128i *)tick), _mm_set1_epi16(earliest));
  __m128i far = _mm_or_si128(_mm_cmpgt_epi16(_mm_set1_epi16(-ZPD_REACH), d),
                             _mm_cmpgt_epi16(d, _mm_set1_epi16(ZPD_REACH - 1)));
  __m128i other = _mm_or_si128(_mm_srai_epi16(t, 15), _mm_cmpgt_epi16(t, _mm_set1_epi16(span)));
  return ~(unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_or_si128(far, other), _mm_setzero_si128())) & 0xFF;
#else
  unsigned mask = 0;
  for (int i = 0; i < 8; i++) {
    int d = place[i] - own, t = tick[i] - earliest;
    mask |= (unsigned)(d >= -ZPD_REACH && d < ZPD_REACH && t >= 0 && t <= span) << i;
  }
  return mask;
#endif
}

/* Find which of segments i and i + offset, for all i, are worse than the other one: less weight, or equal and later in
 * order.  Only those count whose pivots, which never fall, are at most apart apart, and their ticks at most ticks.  Sets
 * first[i] and second[i + offset] to -1; the arrays have eight numbers more, of which pivots are far from all others.
 * Returns whether any pivots are so near. */
static inline int zpd_worse(const int16_t *pivot, const int16_t *tick, const int16_t *weight, int n, int offset,
                            int16_t apart, int16_t ticks, int16_t *first, int16_t *second) {
  int any = 0;
#ifdef ZPD_SSE2
  for (int i = 0; i < n - offset; i += 8) {
    const __m128i *p = (const __m128i *)(pivot + i), *p2 = (const __m128i *)(pivot + i + offset);
    const __m128i *t = (const __m128i *)(tick + i), *t2 = (const __m128i *)(tick + i + offset);
    const __m128i *w = (const __m128i *)(weight + i), *w2 = (const __m128i *)(weight + i + offset);
    __m128i *f = (__m128i *)(first + i), *s = (__m128i *)(second + i + offset);
    __m128i far = _mm_cmpgt_epi16(_mm_sub_epi16(_mm_loadu_si128(p2), _mm_loadu_si128(p)), _mm_set1_epi16(apart));
    __m128i d = _mm_sub_epi16(_mm_loadu_si128(t2), _mm_loadu_si128(t));
    __m128i more = _mm_cmpgt_epi16(_mm_loadu_si128(w2), _mm_loadu_si128(w));
    any |= _mm_movemask_epi8(far) ^ 0xFFFF;
    d = _mm_max_epi16(d, _mm_sub_epi16(_mm_setzero_si128(), d));
    far = _mm_or_si128(far, _mm_cmpgt_epi16(d, _mm_set1_epi16(ticks)));
    _mm_storeu_si128(f, _mm_or_si128(_mm_loadu_si128(f), _mm_andnot_si128(far, more)));
    _mm_storeu_si128(s, _mm_or_si128(_mm_loadu_si128(s), _mm_xor_si128(_mm_or_si128(far, more), _mm_set1_epi16(-1))));
  }
#else
  for (int i = 0; i < n - offset; i++) {
    int d = tick[i + offset] - tick[i], near = pivot[i + offset] - pivot[i] <= apart;
    int both = near && d <= ticks && -d <= ticks, more = weight[i + offset] > weight[i];
    any |= near;
    first[i] |= (int16_t)-(both && more);
    second[i + offset] |= (int16_t)-(both && !more);
  }
#endif
  return any;
}

/* Expected differences of a dip from those of its row in the tables of the fit; no superlayer has a segment yet. */
static inline void zpd_expect(const int16_t *row, const int16_t *by_slope, int16_t shift, int16_t *expected,
                              int16_t *nearest) {
#ifdef ZPD_SSE2
  for (int i = 0; i < 2; i++) {
    __m128i b = _mm_loadu_si128((const __m128i *)by_slope + i), s = _mm_set1_epi16(shift);
    __m128i low = _mm_srli_epi16(_mm_mullo_epi16(b, s), ZPD_SHIFT_BITS);
    __m128i high = _mm_slli_epi16(_mm_mulhi_epi16(b, s), 16 - ZPD_SHIFT_BITS);
    b = _mm_add_epi16(_mm_loadu_si128((const __m128i *)row + i), _mm_or_si128(high, low));
    _mm_storeu_si128((__m128i *)expected + i, b);
    _mm_storeu_si128((__m128i *)nearest + i, _mm_set1_epi16(ZPD_NONE));
  }
#else
  for (int i = 0; i < ZPD_LANES; i++) {
    expected[i] = (int16_t)(row[i] + (((int32_t)by_slope[i] * shift) >> ZPD_SHIFT_BITS));
    nearest[i] = ZPD_NONE;
  }
#endif
}

/* Take a residual if it fits and is nearer to 0, without a branch, which would often be foretold wrongly.  -1, 1, -2,
 * 2 ... are in this order the numbers 1, 2, 3, 4 ... */
static inline void zpd_take(int16_t *nearest, int residual, int fits) {
  int number = ((2 * residual) ^ (residual >> 31)) | ((fits - 1) & ZPD_NONE);
  int less = number - *nearest;
  *nearest = (int16_t)(*nearest + (less & (less >> 31)));
}

/* Residuals from the row of the fit, at most most, and weights, 0 where there is no segment.  Returns where there is
 * one, a bit for each superlayer. */
static inline int zpd_residuals(const int16_t *row, const int16_t *expected, const int16_t *nearest,
                                const int16_t *weights, int16_t most, int16_t *residual, int16_t *weight) {
#ifdef ZPD_SSE2
  __m128i gone[2];
  for (int i = 0; i < 2; i++) {
    __m128i number = _mm_loadu_si128((const __m128i *)nearest + i);
    __m128i sign = _mm_sub_epi16(_mm_setzero_si128(), _mm_and_si128(number, _mm_set1_epi16(1)));
    __m128i r = _mm_xor_si128(_mm_srli_epi16(number, 1), sign);
    r = _mm_add_epi16(r, _mm_loadu_si128((const __m128i *)expected + i));
    r = _mm_sub_epi16(r, _mm_loadu_si128((const __m128i *)row + i));
    r = _mm_max_epi16(_mm_min_epi16(r, _mm_set1_epi16(most)), _mm_set1_epi16((int16_t)-most));
    gone[i] = _mm_cmpeq_epi16(number, _mm_set1_epi16(ZPD_NONE));
    _mm_storeu_si128((__m128i *)residual + i, r);
    _mm_storeu_si128((__m128i *)weight + i, _mm_andnot_si128(gone[i], _mm_loadu_si128((const __m128i *)weights + i)));
  }
  return ~_mm_movemask_epi8(_mm_packs_epi16(gone[0], gone[1])) & 0xFFFF;
#else
  int mask = 0;
  for (int i = 0; i < ZPD_LANES; i++) {
    int r = (int16_t)(((nearest[i] >> 1) ^ -(nearest[i] & 1)) + expected[i] - row[i]);
    r = r < most ? r : most;
    residual[i] = (int16_t)(r > -most ? r : -most);
    weight[i] = nearest[i] == ZPD_NONE ? 0 : weights[i];
    mask |= (nearest[i] != ZPD_NONE) << i;
  }
  return mask;
#endif
}

/* Sum of products; that of two neighbours must fit 32 bits. */
static inline int32_t zpd_dot(const int16_t *x, const int16_t *y) {
#ifdef ZPD_SSE2
  __m128i a = _mm_madd_epi16(_mm_loadu_si128((const __m128i *)x), _mm_loadu_si128((const __m128i *)y));
  __m128i b = _mm_madd_epi16(_mm_loadu_si128((const __m128i *)x + 1), _mm_loadu_si128((const __m128i *)y + 1));
  a = _mm_add_epi32(a, b);
  a = _mm_add_epi32(a, _mm_shuffle_epi32(a, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(a, _mm_shuffle_epi32(a, 0xB1)));
#else
  int32_t sum = 0;
  for (int i = 0; i < ZPD_LANES; i++)
    sum += (int32_t)x[i] * y[i];
  return sum;
#endif
}

/* Products, which must fit 16 bits. */
static inline void zpd_weigh(const int16_t *x, const int16_t *weight, int16_t *out) {
#ifdef ZPD_SSE2
  for (int i = 0; i < 2; i++)
    _mm_storeu_si128((__m128i *)out + i, _mm_mullo_epi16(_mm_loadu_si128((const __m128i *)x + i),
                                                         _mm_loadu_si128((const __m128i *)weight + i)));
#else
  for (int i = 0; i < ZPD_LANES; i++)
    out[i] = (int16_t)(x[i] * weight[i]);
#endif
}

#endif
